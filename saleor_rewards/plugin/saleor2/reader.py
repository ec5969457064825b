"""Reads one checkout of Saleor 2.10 into the engine's snapshot, in two queries."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Iterable

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    CharField,
    Count,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast
from django.utils import timezone
from saleor.checkout.models import Checkout, CheckoutLine
from saleor.core.taxes import quantize_price
from saleor.discount.utils import calculate_discounted_price, fetch_discounts
from saleor.order.models import Order
from saleor.product.models import Category, CollectionProduct

from ...engine import (
    CustomerSnapshot,
    LineSnapshot,
    ShippingCarrier,
    ShippingSnapshot,
    Snapshot,
    effect_from_json,
    to_minor,
)
from ...models import Quote
from ..host import Reading
from ..shown import shown_by

if TYPE_CHECKING:
    from prices import Money

    from ..rulebook import Rulebook

#: Saleor 2.10 knows one shop and no channels.
CHANNEL_PK = 1
CHANNEL_SLUG = "default"


class ArraySubquery(Subquery):
    """A subquery's one column as an array; Django has one from 4.0 on."""

    template = "ARRAY(%(subquery)s)"
    output_field = ArrayField(IntegerField())


def read(
    checkout_pk: Any, book: Rulebook, *, lock: bool, discounts: Any = None
) -> Reading | None:
    """Return the reading of a checkout, or ``None`` where it is gone.

    ``discounts`` are the sales that Saleor already loaded for this request.
    """
    checkout = _checkout(book.compiled.needs, lock).filter(pk=checkout_pk).first()
    if checkout is None:
        return None
    if discounts is None:
        discounts = fetch_discounts(timezone.now())
    lines = list(_lines(checkout))
    snapshot = Snapshot(
        channel=CHANNEL_SLUG,
        currency=checkout.currency,
        country=_country(checkout),
        lines=tuple(_line(line, discounts) for line in lines),
        shipping=_shipping(checkout, lines),
        customer=_customer(checkout, book.compiled.needs),
        shipping_carrier=ShippingCarrier.NATIVE,
    )
    quoted = checkout.quoted or []
    shown = shown_by(effect_from_json(effect) for effect in quoted)
    return Reading(snapshot=snapshot, shown=shown, carrier=quoted)


def _checkout(needs: Iterable[str], lock: bool) -> QuerySet[Checkout]:
    quote = Quote.objects.filter(checkout_token=Cast(OuterRef("pk"), CharField()))
    checkouts = Checkout.objects.select_related(
        "shipping_method", "shipping_address", "billing_address", "user"
    ).annotate(quoted=Subquery(quote.values("effects")[:1]))
    if "customer" in needs:
        checkouts = checkouts.annotate(order_count=Subquery(_orders()))
    return checkouts.select_for_update(of=("self",)) if lock else checkouts


def _orders() -> QuerySet[Order]:
    mine = Q(user_id=OuterRef("user_id"), user_id__isnull=False) | Q(
        user_email=OuterRef("email"), user_email__gt=""
    )
    return (
        Order.objects.confirmed()
        .filter(mine)
        .order_by()
        .annotate(all=Value(1, output_field=IntegerField()))
        .values("all")
        .annotate(count=Count("pk"))
        .values("count")
    )


def _lines(checkout: Checkout) -> QuerySet[CheckoutLine]:
    return (
        CheckoutLine.objects.filter(checkout_id=checkout.pk)
        .select_related("variant__product__product_type")
        .annotate(
            categories=ArraySubquery(_ancestors()),
            collections=ArraySubquery(
                CollectionProduct.objects.filter(
                    product_id=OuterRef("variant__product_id")
                ).values("collection_id")
            ),
        )
        .order_by("pk")
    )


def _ancestors() -> QuerySet[Category]:
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
    )


def _minor(price: Money) -> int:
    return to_minor(quantize_price(price, price.currency).amount, price.currency)


def _country(checkout: Checkout) -> str | None:
    address = checkout.shipping_address or checkout.billing_address
    country = address.country if address and address.country else checkout.country
    return country.code if country else None


def _shipping(
    checkout: Checkout, lines: Iterable[CheckoutLine]
) -> ShippingSnapshot | None:
    method = checkout.shipping_method
    if method is None or not any(line.is_shipping_required() for line in lines):
        return None
    return ShippingSnapshot(method_id=str(method.pk), amount=_minor(method.price))


def _customer(checkout: Checkout, needs: Iterable[str]) -> CustomerSnapshot:
    return CustomerSnapshot(
        is_known=bool(checkout.user_id or checkout.email),
        order_count=(checkout.order_count or 0) if "customer" in needs else None,
    )
