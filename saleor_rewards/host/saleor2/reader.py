"""Reads one checkout of Saleor 2.10 into the engine's snapshot, in two queries."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Iterable

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    CharField,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast
from django.utils import timezone
from prices import Money
from saleor.checkout.models import Checkout, CheckoutLine
from saleor.core.taxes import quantize_price
from saleor.discount import DiscountValueType, VoucherType
from saleor.discount.models import Voucher
from saleor.discount.utils import calculate_discounted_price, fetch_discounts
from saleor.product.models import Category, CollectionProduct

from ...engine import (
    HostOffer,
    HostOfferKind,
    LineSnapshot,
    ShippingCarrier,
    ShippingSnapshot,
    Snapshot,
    effect_from_json,
    to_minor,
)
from ...models import CheckoutVoucherSlot, Quote
from ..columns import (
    binding_columns,
    binding_of,
    country_of,
    customer_columns,
    customer_of,
    unnoted_of,
)
from ..fingerprints import fingerprint_of
from ..port import Reading
from ..shopper_slots import ShopperSlot
from ..shown import shown_by
from .counting import checkouts_with_money, counted_orders

if TYPE_CHECKING:
    from ...programs.rulebook import Rulebook

#: Saleor 2.10 knows one shop and no channels.
CHANNEL_PK = 1
CHANNEL_SLUG = "default"


class ArraySubquery(Subquery):
    """A subquery's one column as an array; Django has one from 4.0 on."""

    template = "ARRAY(%(subquery)s)"
    output_field = ArrayField(IntegerField())


def read(
    checkout_pk: Any, book: Rulebook, *, discounts: Any = None, code: str = ""
) -> Reading | None:
    """Return the reading of a checkout, or ``None`` where it is gone.

    ``discounts`` are the sales that Saleor already loaded for this request. It is read
    as if the shopper's ``code`` were on it, where one is given.
    """
    found = Value(code) if code else OuterRef("voucher_code")
    checkout = _checkout(book, found).filter(pk=checkout_pk).first()
    if checkout is None:
        return None
    if discounts is None:
        discounts = fetch_discounts(timezone.now())
    lines = list(_lines(checkout))
    is_shipped = _is_shipped(lines)
    snapshot = Snapshot(
        channel=CHANNEL_SLUG,
        currency=checkout.currency,
        country=country_of(checkout),
        lines=tuple(_line(line, discounts) for line in lines),
        shipping=_shipping(checkout) if is_shipped else None,
        customer=customer_of(checkout, book),
        shipping_carrier=ShippingCarrier.NATIVE,
        host_offers=_host_offers(checkout),
        is_shipped=is_shipped,
    )
    quoted = checkout.quoted or []
    shown = shown_by(effect_from_json(effect) for effect in quoted)
    binding = binding_of(checkout, _fingerprint(checkout, lines))
    return Reading(
        snapshot=snapshot,
        shown=shown,
        carrier=quoted,
        binding=binding,
        unnoted=unnoted_of(checkout, book),
        slot=ShopperSlot(
            checkout.voucher_code or "",
            checkout.kept_code or "",
            is_displaced=bool(checkout.is_displaced),
        ),
    )


def _fingerprint(checkout: Checkout, lines: Iterable[CheckoutLine]) -> str:
    method_pk = checkout.shipping_method_id
    return fingerprint_of(
        checkout,
        lines=[(line.pk, line.variant_id, line.quantity) for line in lines],
        method=method_pk and str(method_pk),
        code=checkout.voucher_code,
        gift_card_pks=checkout.gift_card_pks,
    )


def _checkout(book: Rulebook, code: Any) -> QuerySet[Checkout]:
    token = Cast(OuterRef("pk"), CharField())
    quote = Quote.objects.filter(checkout_token=token)
    kept = CheckoutVoucherSlot.objects.filter(checkout_token=token)
    voucher = Voucher.objects.filter(code=code)
    return Checkout.objects.select_related(
        "shipping_method", "shipping_address", "billing_address", "user"
    ).annotate(
        quoted=Subquery(quote.values("effects")[:1]),
        kept_code=Subquery(kept.values("shopper_code")[:1]),
        is_displaced=Subquery(kept.values("is_displaced")[:1]),
        voucher_type=Subquery(voucher.values("type")[:1]),
        voucher_minimum=Subquery(voucher.values("min_spent_amount")[:1]),
        voucher_value=_voucher_value(voucher, DiscountValueType.FIXED),
        voucher_percent=_voucher_value(voucher, DiscountValueType.PERCENTAGE),
        gift_card_pks=ArraySubquery(
            Checkout.gift_cards.through.objects.filter(
                checkout_id=OuterRef("pk")
            ).values("giftcard_id")
        ),
        **binding_columns(),
        **customer_columns(
            book, counted_orders(), Checkout.objects.all(), checkouts_with_money()
        ),
    )


def _lines(checkout: Checkout) -> QuerySet[CheckoutLine]:
    return (
        CheckoutLine.objects.filter(checkout_id=checkout.pk)
        .select_related("variant__product__product_type")
        .annotate(
            categories=ArraySubquery(ancestors()),
            collections=ArraySubquery(
                CollectionProduct.objects.filter(
                    product_id=OuterRef("variant__product_id")
                ).values("collection_id")
            ),
        )
        .order_by("pk")
    )


def ancestors() -> QuerySet[Category]:
    return Category.objects.filter(
        tree_id=OuterRef("variant__product__category__tree_id"),
        lft__lte=OuterRef("variant__product__category__lft"),
        rght__gte=OuterRef("variant__product__category__rght"),
    ).values("pk")


def _line(line: CheckoutLine, discounts: Any) -> LineSnapshot:
    variant = line.variant
    price = calculate_discounted_price(
        product=variant.product,
        price=variant.base_price,
        collections=[SimpleNamespace(id=pk) for pk in line.collections],
        discounts=discounts,
    )
    listed = _minor(variant.base_price * line.quantity)
    amount = min(listed, _minor(price * line.quantity))
    return LineSnapshot(
        id=str(line.pk),
        product_id=str(variant.product_id),
        variant_id=str(variant.pk),
        quantity=line.quantity,
        list_amount=listed,
        amount=amount,
        category_ids=tuple(str(pk) for pk in line.categories),
        collection_ids=tuple(str(pk) for pk in line.collections),
        # Saleor divides by the unit's price when it places the order.
        keep_amount=min(amount, line.quantity),
        is_shippable=line.is_shipping_required(),
    )


def _minor(price: Money) -> int:
    return to_minor(quantize_price(price, price.currency).amount, price.currency)


def _is_shipped(lines: list[CheckoutLine]) -> bool:
    return not lines or any(line.is_shipping_required() for line in lines)


def _shipping(checkout: Checkout) -> ShippingSnapshot | None:
    method = checkout.shipping_method
    if method is None:
        return None
    return ShippingSnapshot(method_id=str(method.pk), amount=_minor(method.price))


def _voucher_value(vouchers: QuerySet[Voucher], value_type: str) -> Subquery:
    found = vouchers.filter(
        type=VoucherType.ENTIRE_ORDER, discount_value_type=value_type
    )
    return Subquery(found.values("discount_value")[:1])


def _host_offers(checkout: Checkout) -> tuple[HostOffer, ...]:
    """Return what the shopper's own voucher takes off, and what it asks of the goods."""
    if checkout.voucher_type is None:
        return ()
    minimum = checkout.voucher_minimum
    currency = checkout.currency
    offer = HostOffer(
        HostOfferKind.VOUCHER,
        percent=checkout.voucher_percent or Decimal(0),
        amount=_voucher_amount(checkout),
        least_amount=_minor(Money(minimum, currency)) if minimum else 0,
        rounds_down=True,
        # What those on single lines and on shipping are worth is Saleor's to say.
        stays=checkout.voucher_type != VoucherType.ENTIRE_ORDER,
    )
    return (offer,)


def _voucher_amount(checkout: Checkout) -> int:
    if checkout.voucher_value is not None:
        return _minor(Money(checkout.voucher_value, checkout.currency))
    # A voucher for some products goes by their list prices, which stay.
    is_fixed = checkout.voucher_type == VoucherType.SPECIFIC_PRODUCT
    return _minor(checkout.discount) if is_fixed else 0
