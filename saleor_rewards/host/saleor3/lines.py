"""Reads the lines of a checkout of Saleor 3, with their prices, in one query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, JSONObject
from prices import Money
from saleor.checkout.models import Checkout, CheckoutLine
from saleor.core.prices import quantize_price
from saleor.discount import DiscountType
from saleor.discount.models import CheckoutLineDiscount, PromotionRule, Voucher
from saleor.product import ProductTypeKind
from saleor.product.models import (
    Category,
    CollectionProduct,
    ProductVariantChannelListing,
    VariantChannelListingPromotionRule,
)

from ...engine import LineSnapshot, to_minor

#: Begins the reason of each line discount of ours; staff see it beside the amount.
#: What an older release wrote is this word alone.
REASON = "Rewards"
POINTS_REASON = f"{REASON}: points"
#: A release wrote it without the rule's name and brackets.
_RULE_REASON = re.compile(
    rf"{REASON}: (?:rule (\d+), version (\d+)|.*\(rule (\d+), version (\d+)\))",
    re.DOTALL,
)


@dataclass(frozen=True)
class Row:
    """One line discount of ours as it stands in the database."""

    pk: str
    amount: Decimal
    name: str
    reason: str
    line_id: str


def rule_reason(name: str, rule_id: int, version: int) -> str:
    """Return the reason that names a rule and its version.

    >>> rule_reason("Spring sale", 12, 3)
    'Rewards: Spring sale (rule 12, version 3)'
    """
    return f"{REASON}: {name} (rule {rule_id}, version {version})"


def rule_of(reason: str) -> tuple[int, int] | None:
    """Return the rule and version that a reason names, ``None`` where it names none.

    >>> rule_of(rule_reason("Spring (rule 5, version 1)", 12, 3)), rule_of(POINTS_REASON)
    ((12, 3), None)
    >>> rule_of("Rewards: rule 12, version 3")
    (12, 3)
    """
    match = _RULE_REASON.fullmatch(reason)
    if match is None:
        return None
    rule_id, version = (number for number in match.groups() if number is not None)
    return int(rule_id), int(version)


def ours() -> Q:
    """Select the line discounts that this plugin wrote, on a checkout or an order."""
    return Q(
        Q(reason=REASON) | Q(reason__startswith=f"{REASON}: "),
        type=DiscountType.ORDER_PROMOTION,
        unique_type=None,
        promotion_rule=None,
    )


def lines_of(
    checkout: Checkout, needs: Iterable[str], voucher_pk: int | None = None
) -> QuerySet[CheckoutLine]:
    """Return one dict a line with all that its snapshot is made of.

    ``in_voucher`` says whether a voucher is for the line, where one is asked about.
    """
    columns = {
        "product": F("variant__product_id"),
        "kind": F("variant__product__product_type__kind"),
        "is_shippable": F("variant__product__product_type__is_shipping_required"),
        **_prices(checkout.channel_id),
    }
    if "categories" in needs:
        columns["categories"] = ArraySubquery(ancestors())
    if "collections" in needs:
        columns["collections"] = ArraySubquery(
            CollectionProduct.objects.filter(
                product_id=OuterRef("variant__product_id")
            ).values("collection_id")
        )
    if voucher_pk is not None:
        columns["in_voucher"] = _in_voucher(voucher_pk)
    return (
        CheckoutLine.objects.filter(checkout_id=checkout.pk)
        .order_by("created_at", "pk")
        .values(
            "pk",
            "variant_id",
            "quantity",
            "is_gift",
            "price_override",
            "undiscounted_unit_price_amount",
            "tax_rate",
            **columns,
        )
    )


def _in_voucher(voucher_pk: int) -> Case:
    product = OuterRef("variant__product_id")
    named = [
        (Voucher.variants, {"productvariant_id": OuterRef("variant_id")}),
        (Voucher.products, {"product_id": product}),
        (
            Voucher.categories,
            {"category_id": OuterRef("variant__product__category_id")},
        ),
        (
            Voucher.collections,
            {"collection__collectionproduct__product_id": product},
        ),
    ]
    is_for, names_any = Q(pk=None), Q(pk=None)
    for field, line in named:
        rows = field.through.objects.filter(voucher_id=voucher_pk)
        is_for |= Q(Exists(rows.filter(**line)))
        names_any |= Q(Exists(rows))
    # One that names nothing is for everything.
    return Case(
        When(is_for | ~names_any, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def _prices(channel_pk: int) -> dict[str, Any]:
    listing = ProductVariantChannelListing.objects.filter(
        variant_id=OuterRef("variant_id"), channel_id=channel_pk
    )
    sale = VariantChannelListingPromotionRule.objects.filter(
        variant_channel_listing__variant_id=OuterRef("variant_id"),
        variant_channel_listing__channel_id=channel_pk,
    ).order_by("-discount_amount", "pk")
    discounts = CheckoutLineDiscount.objects.filter(line_id=OuterRef("pk"))
    mine = CheckoutLineDiscount.objects.filter(ours(), pk=OuterRef("pk"))
    return {
        "listed": Subquery(listing.values("price_amount")[:1]),
        "reduced": Subquery(listing.values("discounted_price_amount")[:1]),
        "sale": Subquery(
            sale.values(
                sale=JSONObject(
                    amount=Cast("discount_amount", CharField()),
                    value_type="promotion_rule__reward_value_type",
                    value=Cast("promotion_rule__reward_value", CharField()),
                )
            )[:1]
        ),
        "found": ArraySubquery(
            discounts.values(
                found=JSONObject(
                    pk=Cast("pk", CharField()),
                    type="type",
                    amount=Cast("amount_value", CharField()),
                    name="name",
                    reason="reason",
                    ours=Exists(mine),
                )
            )
        ),
    }


def ancestors() -> QuerySet[Category]:
    return Category.objects.filter(
        tree_id=OuterRef("variant__product__category__tree_id"),
        lft__lte=OuterRef("variant__product__category__lft"),
        rght__gte=OuterRef("variant__product__category__rght"),
    ).values("pk")


def line_snapshot(
    values: dict[str, Any], currency: str, rows: list[Row]
) -> LineSnapshot:
    """Return a line's snapshot, and put our rows on it at the end of ``rows``.

    Saleor writes the discount of a catalogue sale only when it next computes the
    prices, so that one is taken from where Saleor will take it.
    """
    others = Decimal(0)
    is_manual = False
    for found in values["found"]:
        amount = Decimal(found["amount"])
        is_manual = is_manual or found["type"] == DiscountType.MANUAL
        if found["ours"]:
            row = (found["pk"], amount, found["name"], found["reason"])
            rows.append(Row(*row, line_id=str(values["pk"])))
        elif found["type"] != DiscountType.PROMOTION or values["listed"] is None:
            others += amount
    whole = _unit_price(values) * values["quantity"]
    if not is_manual:
        others += _unit_sale(values, currency) * values["quantity"]
    return LineSnapshot(
        id=str(values["pk"]),
        product_id=str(values["product"]),
        variant_id=str(values["variant_id"]),
        quantity=values["quantity"],
        list_amount=minor(whole, currency),
        amount=max(0, minor(whole - others, currency)),
        category_ids=tuple(str(pk) for pk in values.get("categories") or ()),
        collection_ids=tuple(str(pk) for pk in values.get("collections") or ()),
        is_gift=values["is_gift"],
        tax_rate=values["tax_rate"] or Decimal(0),
        is_gift_card=values["kind"] == ProductTypeKind.GIFT_CARD,
        is_shippable=values["is_shippable"],
    )


def _unit_price(values: dict[str, Any]) -> Decimal:
    for name in ("price_override", "listed"):
        if values[name] is not None:
            return Decimal(values[name])
    return Decimal(values["undiscounted_unit_price_amount"])


def _unit_sale(values: dict[str, Any], currency: str) -> Decimal:
    sale, price = values["sale"], values["price_override"]
    is_reduced = values["reduced"] not in (None, values["listed"])
    if sale is None or values["listed"] is None or not is_reduced:
        return Decimal(0)
    if price is None:
        return Decimal(sale["amount"])
    rule = PromotionRule(
        reward_value_type=sale["value_type"], reward_value=Decimal(sale["value"])
    )
    whole = Money(price, currency)
    return (whole - rule.get_discount(currency)(whole)).amount


def minor(amount: Decimal, currency: str) -> int:
    """Return an amount as Saleor rounds it, in minor units."""
    return to_minor(quantize_price(Money(amount, currency), currency).amount, currency)
