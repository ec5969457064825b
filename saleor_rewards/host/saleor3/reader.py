"""Reads one checkout of Saleor 3 into the engine's snapshot, in two queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Iterable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from saleor.channel.models import Channel
from saleor.checkout import CheckoutAuthorizeStatus
from saleor.checkout.models import Checkout
from saleor.discount import VoucherType
from saleor.discount.models import VoucherCode

from ...engine import LineSnapshot, ShippingCarrier, ShippingSnapshot, Snapshot
from ...models import OwnedVoucher
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
from ..port import Reading
from ..shopper_slots import ShopperSlot
from .counting import checkouts_with_money, counted_orders
from .host_offers import ShopperCode, offer_columns, promotion_offers
from .lines import Row, line_snapshot, lines_of, minor
from .voucher_terms import is_as_made
from .vouchers import is_stray, rule_name

if TYPE_CHECKING:
    from ...programs.rulebook import Rulebook


@dataclass(frozen=True)
class Slot:
    """The voucher slot of a checkout.

    ``owned`` is the primary key of the :class:`OwnedVoucher` in it. A slot
    that holds the shopper's own ``code`` is foreign; one whose code no voucher
    has any more is free, one whose code we made and lost is a stray. ``takes`` is
    what comes off the shipping price.
    ``is_as_made`` is false where staff changed, ended or deleted our voucher.
    ``kept_code`` is the shopper's own code where one is remembered, ``is_displaced``
    whether it made place for ours, and ``may_stand`` whether it could be there now.
    ``is_counted`` says that Saleor takes the use of what is in the slot for counted, and
    ``counted_code`` of what it counted the use, as far as that is known.
    """

    code: str | None
    owned: int | None
    name: str | None
    takes: Decimal
    is_foreign: bool = False
    is_stray: bool = False
    is_as_made: bool = True
    kept_code: str = ""
    is_displaced: bool = False
    may_stand: bool = False
    is_counted: bool = False
    counted_code: str = ""

    @property
    def is_miscounted(self) -> bool:
        """Whether Saleor takes another use for that of what is in the slot now."""
        is_other = bool(self.counted_code) and self.counted_code != self.code
        return self.is_counted and (is_other or not self.is_foreign)

    def held(self) -> Slot:
        """Return the same slot with nothing but what is in it."""
        return Slot(
            self.code,
            self.owned,
            self.name,
            self.takes,
            self.is_foreign,
            self.is_stray,
            self.is_as_made,
        )

    def returning_code(self, *, displaces: bool) -> str:
        """Return the shopper's code that is to be in the slot again, empty for none."""
        if displaces or self.is_foreign or not self.may_stand:
            return ""
        return self.kept_code


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
    slot = _slot(checkout)
    code = _shopper_code(checkout, slot)
    wanted = code.named_voucher if code else None
    rows: list[Row] = []
    lines = [
        (line_snapshot(values, checkout.currency, rows), values.get("in_voucher"))
        for values in lines_of(checkout, needs, wanted).using(using)
    ]
    snapshot = _snapshot(checkout, [line for line, _ in lines], book)
    if code is not None:
        named = [line for line, is_named in lines if is_named]
        slot, snapshot = _with_code(code, named, slot, snapshot, book)
    return Reading(
        snapshot=snapshot,
        shown=_shown(rows, slot),
        edited=_edited(slot),
        carrier=Carrier(rows=tuple(rows), slot=slot),
        binding=binding_of(checkout, _fingerprint(checkout, snapshot.lines, slot)),
        is_overdrawn=_is_overdrawn(checkout.currency, snapshot.lines, rows),
        may_be_paid=checkout.authorize_status != CheckoutAuthorizeStatus.NONE,
        unnoted=unnoted_of(checkout, book),
        slot=ShopperSlot(
            (slot.code or "") if slot.is_foreign else "",
            slot.kept_code,
            slot.is_displaced,
            slot.is_miscounted,
        ),
        lacks_taxes=not snapshot.prices_with_tax
        and checkout.price_expiration <= timezone.now(),
    )


def _shopper_code(checkout: Checkout, slot: Slot) -> ShopperCode | None:
    if slot.is_foreign:
        return ShopperCode(slot.code or "", checkout.own_terms, is_in_slot=True)
    terms = checkout.kept["terms"] if slot.kept_code else None
    return ShopperCode(slot.kept_code, terms, is_in_slot=False) if terms else None


def _with_code(
    code: ShopperCode,
    named: list[LineSnapshot],
    slot: Slot,
    snapshot: Snapshot,
    book: Rulebook,
) -> tuple[Slot, Snapshot]:
    """Return slot and snapshot as they are with the shopper's own code.

    One that is kept, and asks for more than the goods cost, is not there.
    """
    shipping, carrier = snapshot.shipping, snapshot.shipping_carrier
    offer = code.offer(named, shipping.amount if shipping else 0, snapshot.currency)
    if code.is_in_slot:
        takes = minor(slot.takes, snapshot.currency)
        # What Saleor counted for an order of this checkout is nobody else's.
        offer = replace(
            offer,
            shipping_amount=takes,
            stays=slot.is_counted and not slot.is_miscounted,
        )
    else:
        if not offer.stands_at(snapshot.goods_amount):
            return slot, snapshot
        slot = replace(slot, may_stand=True)
    if shipping is not None and offer.shipping_amount:
        price = max(0, shipping.amount - offer.shipping_amount)
        shipping = replace(shipping, amount=price)
    if book.withhold_shipping:
        carrier = ShippingCarrier.WITHHELD
    return slot, replace(
        snapshot,
        shipping=shipping,
        shipping_carrier=carrier,
        host_offers=(offer, *snapshot.host_offers),
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
    is_owned = checkout.owned_pk is not None
    # Whatever staff made of ours, it is the shipping's discount that is stored.
    ships = is_owned or checkout.voucher_type == VoucherType.SHIPPING
    is_known = checkout.voucher_type is not None and not is_owned
    stray = ships and is_known and is_stray(checkout.voucher_code)
    kept = checkout.kept or {"code": "", "is_displaced": False, "counted_code": ""}
    return Slot(
        code=checkout.voucher_code,
        owned=checkout.owned_pk,
        name=rule_name(checkout.discount_name) if is_owned else None,
        takes=checkout.discount_amount if ships else Decimal(0),
        is_foreign=is_known and not stray,
        is_stray=stray,
        is_as_made=not is_owned or checkout.is_voucher_as_made,
        kept_code=kept["code"],
        is_displaced=kept["is_displaced"],
        is_counted=checkout.is_voucher_usage_increased,
        counted_code=kept["counted_code"],
    )


def _snapshot(
    checkout: Checkout, lines: Iterable[LineSnapshot], book: Rulebook
) -> Snapshot:
    """Return the snapshot as it is without a code of the shopper's."""
    delivery = _chosen_delivery(checkout)
    currency = checkout.currency
    lines = tuple(lines)
    is_shipped = _is_shipped(checkout, lines)
    shipping = None
    if delivery is not None and is_shipped:
        shipping = ShippingSnapshot(
            delivery[0],
            minor(delivery[1], currency),
            tax_rate=checkout.shipping_tax_rate or Decimal(0),
        )
    is_declined = checkout.kept is not None and checkout.kept["is_declined"]
    offers = promotion_offers(
        checkout.promotions,
        currency,
        sum(line.amount for line in lines),
        shipping.amount if shipping else 0,
    )
    return Snapshot(
        channel=checkout.channel.slug,
        currency=currency,
        country=country_of(checkout),
        lines=lines,
        shipping=shipping,
        customer=customer_of(checkout, book),
        shipping_carrier=ShippingCarrier.UNWANTED_SLOT
        if is_declined
        else ShippingCarrier.SLOT,
        prices_with_tax=_prices_with_tax(checkout.channel),
        host_offers=tuple(offers),
        is_shipped=is_shipped,
    )


def _is_shipped(checkout: Checkout, lines: tuple[LineSnapshot, ...]) -> bool:
    # Saleor takes a chosen delivery method for what counts, then a pick-up point.
    if checkout.collection_point_id and _chosen_delivery(checkout) is None:
        return False
    return not lines or any(line.is_shippable for line in lines)


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
        owned_pk=Subquery(owned.values("pk")[:1]),
        is_voucher_as_made=Exists(owned.filter(is_as_made(), ended_at=None)),
        **offer_columns(),
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


def _delivery() -> tuple[str, ...]:
    return ("assigned_delivery",) if capabilities.assigned_delivery else ()


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


def _shown(rows: Iterable[Row], slot: Slot) -> dict[str, Decimal]:
    shown: dict[str, Decimal] = {}
    for row in rows:
        shown[row.name] = shown.get(row.name, Decimal(0)) + row.amount
    if slot.owned is not None and slot.name and slot.is_as_made:
        shown[slot.name] = shown.get(slot.name, Decimal(0)) + slot.takes
    return shown


def _edited(slot: Slot) -> dict[str, Decimal]:
    if slot.is_as_made or not slot.name:
        return {}
    return {slot.name: slot.takes}
