"""Reads one checkout of Saleor 3 into the engine's snapshot, in two queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Now
from django.utils import timezone
from saleor.channel.models import Channel
from saleor.checkout import CheckoutAuthorizeStatus
from saleor.checkout.models import Checkout, CheckoutLine
from saleor.discount import DiscountValueType, PromotionType, VoucherType
from saleor.discount.models import Promotion, VoucherChannelListing, VoucherCode

from ...engine import (
    LineSnapshot,
    ShippingCarrier,
    ShippingSnapshot,
    Snapshot,
    evaluate,
)
from ...models import CheckoutVoucherSlot, OwnedVoucher
from ..capabilities import capabilities
from ..columns import (
    binding_columns,
    binding_of,
    country_of,
    customer_columns,
    customer_of,
    unnoted_of,
)
from ..fingerprints import fingerprint_of
from ..host import Reading
from ..shown import shown_by
from .counting import checkouts_with_money, counted_orders
from .lines import Row, line_snapshot, lines_of, minor
from .vouchers import is_stray

if TYPE_CHECKING:
    from ..rulebook import Rulebook


@dataclass(frozen=True)
class Slot:
    """The voucher slot of a checkout.

    ``owned`` is the primary key of the :class:`OwnedVoucher` in it. A slot
    that holds the shopper's own ``code`` is foreign; one whose code no voucher
    has any more is free, one whose code we made and lost is a stray. ``takes`` is
    what comes off the shipping price.
    ``is_live`` is false where staff ended, disabled or deleted our voucher.
    """

    code: str | None
    owned: int | None
    name: str | None
    takes: Decimal
    is_foreign: bool = False
    is_stray: bool = False
    is_live: bool = True


@dataclass(frozen=True)
class Carrier:
    """How the shopper's prices carry our effects now."""

    rows: tuple[Row, ...]
    slot: Slot


def read(checkout_pk: Any, book: Rulebook, *, using: str) -> Reading | None:
    """Return the reading of a checkout, or ``None`` where it is gone.

    ``using`` is the alias of the connection to read from.
    """
    needs = book.compiled.needs
    checkout = _checkout(book).using(using).filter(pk=checkout_pk).first()
    if checkout is None:
        return None
    rows: list[Row] = []
    lines = tuple(
        line_snapshot(values, checkout.currency, rows)
        for values in lines_of(checkout, needs).using(using)
    )
    slot = _slot(checkout)
    snapshot = _snapshot(checkout, lines, slot, book)
    if checkout.is_slot_declined:
        snapshot = _on_lines(snapshot, book)
    return Reading(
        snapshot=snapshot,
        shown=_shown(rows, slot),
        carrier=Carrier(rows=tuple(rows), slot=slot),
        binding=binding_of(checkout, _fingerprint(checkout, lines, slot)),
        is_overdrawn=_is_overdrawn(checkout.currency, lines, rows),
        may_be_paid=checkout.authorize_status != CheckoutAuthorizeStatus.NONE,
        unnoted=unnoted_of(checkout, book),
        lacks_taxes=not snapshot.prices_with_tax
        and checkout.price_expiration <= timezone.now(),
    )


def _is_overdrawn(
    currency: str, lines: Iterable[LineSnapshot], rows: Iterable[Row]
) -> bool:
    taken: Counter[str] = Counter()
    for row in rows:
        taken[row.line_id] += minor(row.amount, currency)
    return any(taken[line.id] > line.amount for line in lines)


def _fingerprint(
    checkout: Checkout, lines: tuple[LineSnapshot, ...], slot: Slot
) -> str:
    chosen = _chosen_delivery(checkout)
    point_pk = checkout.collection_point_id
    return fingerprint_of(
        checkout,
        # Saleor's own gifts come and go with its promotions.
        lines=[
            (line.id, line.variant_id, line.quantity)
            for line in lines
            if not line.is_gift
        ],
        method=chosen[0] if chosen else point_pk and str(point_pk),
        code=None if slot.is_stray or slot.owned is not None else slot.code,
        gift_card_pks=checkout.gift_card_pks,
    )


def _slot(checkout: Checkout) -> Slot:
    ships = checkout.voucher_type == VoucherType.SHIPPING
    is_known = checkout.voucher_type is not None and checkout.owned_pk is None
    stray = ships and is_known and is_stray(checkout.voucher_code)
    return Slot(
        code=checkout.voucher_code,
        owned=checkout.owned_pk,
        name=checkout.discount_name if checkout.owned_pk else None,
        takes=checkout.discount_amount if ships else Decimal(0),
        is_foreign=is_known and not stray,
        is_stray=stray,
        is_live=checkout.owned_pk is None or checkout.is_voucher_live,
    )


def _snapshot(
    checkout: Checkout, lines: tuple[LineSnapshot, ...], slot: Slot, book: Rulebook
) -> Snapshot:
    return Snapshot(
        channel=checkout.channel.slug,
        currency=checkout.currency,
        country=country_of(checkout),
        lines=lines,
        shipping=_shipping(checkout, slot),
        customer=customer_of(checkout, book),
        shipping_carrier=_carrier(checkout, slot, book),
        prices_with_tax=_prices_with_tax(checkout.channel),
        voucher_amount=minor(checkout.voucher_value or Decimal(0), checkout.currency),
        voucher_percent=checkout.voucher_percent or Decimal(0),
    )


def _checkout(book: Rulebook) -> QuerySet[Checkout]:
    voucher = VoucherCode.objects.filter(code=OuterRef("voucher_code"))
    owned = OwnedVoucher.objects.filter(code=OuterRef("voucher_code"))
    return Checkout.objects.select_related(
        "channel__tax_configuration",
        "user",
        "shipping_address",
        "billing_address",
        *_delivery(),
    ).annotate(
        voucher_type=Subquery(voucher.values("voucher__type")[:1]),
        voucher_value=_voucher_value(DiscountValueType.FIXED),
        voucher_percent=_voucher_value(DiscountValueType.PERCENTAGE),
        owned_pk=Subquery(owned.values("pk")[:1]),
        is_voucher_live=Exists(voucher.filter(is_active=True, voucher__end_date=None)),
        has_order_promotion=Exists(_order_promotions()),
        is_slot_declined=Exists(_declined_slots()),
        gift_card_pks=ArraySubquery(
            Checkout.gift_cards.through.objects.filter(
                checkout_id=OuterRef("pk")
            ).values("giftcard_id")
        ),
        needs_shipping=Exists(
            CheckoutLine.objects.filter(
                checkout_id=OuterRef("pk"),
                variant__product__product_type__is_shipping_required=True,
            )
        ),
        **binding_columns(),
        **customer_columns(
            book, counted_orders(), Checkout.objects.all(), checkouts_with_money()
        ),
    )


def _delivery() -> tuple[str, ...]:
    return ("assigned_delivery",) if capabilities.assigned_delivery else ()


def _order_promotions() -> QuerySet[Promotion]:
    return Promotion.objects.filter(
        Q(end_date=None) | Q(end_date__gt=Now()),
        type=PromotionType.ORDER,
        start_date__lte=Now(),
        rules__channels=OuterRef("channel_id"),
    )


def _declined_slots() -> QuerySet[CheckoutVoucherSlot]:
    return CheckoutVoucherSlot.objects.filter(
        checkout_token=Cast(OuterRef("pk"), CharField()), is_declined=True
    )


def _voucher_value(value_type: str) -> Subquery:
    # What the others take off stands on the lines.
    vouchers = VoucherChannelListing.objects.filter(
        voucher__codes__code=OuterRef("voucher_code"),
        voucher__type=VoucherType.ENTIRE_ORDER,
        voucher__discount_value_type=value_type,
        voucher__apply_once_per_order=False,
        channel_id=OuterRef("channel_id"),
    )
    return Subquery(vouchers.values("discount_value")[:1])


def _shipping(checkout: Checkout, slot: Slot) -> ShippingSnapshot | None:
    delivery = _chosen_delivery(checkout)
    if delivery is None or not checkout.needs_shipping:
        return None
    method_id, price = delivery
    if slot.is_foreign:
        price = max(Decimal(0), price - slot.takes)
    return ShippingSnapshot(method_id=method_id, amount=minor(price, checkout.currency))


def _chosen_delivery(checkout: Checkout) -> tuple[str, Decimal] | None:
    if capabilities.assigned_delivery:
        chosen = checkout.assigned_delivery
        return (chosen.shipping_method_id, chosen.price_amount) if chosen else None
    method_id = checkout.external_shipping_method_id or checkout.shipping_method_id
    if method_id is None:
        return None
    return str(method_id), checkout.undiscounted_base_shipping_price_amount


def _prices_with_tax(channel: Channel) -> bool:
    taxes = getattr(channel, "tax_configuration", None)
    return taxes is None or taxes.prices_entered_with_tax


def _carrier(checkout: Checkout, slot: Slot, book: Rulebook) -> ShippingCarrier:
    if slot.is_foreign and book.withhold_shipping:
        return ShippingCarrier.WITHHELD
    # Saleor drops its own order promotions as soon as a voucher is in the slot.
    if slot.is_foreign or checkout.has_order_promotion:
        return ShippingCarrier.LINES
    return ShippingCarrier.NATIVE


def _on_lines(snapshot: Snapshot, book: Rulebook) -> Snapshot:
    """Return the snapshot with its shipping carried by lines.

    Where lines cannot carry it all, the slot goes on: who declined it pays no more.
    """
    if snapshot.shipping_carrier is not ShippingCarrier.NATIVE:
        return snapshot
    on_lines, at = (
        replace(snapshot, shipping_carrier=ShippingCarrier.LINES),
        timezone.now(),
    )
    worth, native = (
        sum(shown_by(evaluate(one, book.compiled, at).effects).values())
        for one in (on_lines, snapshot)
    )
    return on_lines if worth >= native else snapshot


def _shown(rows: Iterable[Row], slot: Slot) -> dict[str, Decimal]:
    shown: dict[str, Decimal] = {}
    for row in rows:
        shown[row.name] = shown.get(row.name, Decimal(0)) + row.amount
    if slot.owned is not None and slot.name and slot.is_live:
        shown[slot.name] = shown.get(slot.name, Decimal(0)) + slot.takes
    return shown
