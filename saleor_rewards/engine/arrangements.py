"""Arrangements: which of the shop system's own offers ours leave standing.

The shop system drops its order promotions as soon as a voucher is on the cart, and any
offer of its own once the goods cost less than that asks for. So ours may take off the
lines what leaves it standing, or as much as they like and do without it. Each way is
worked out, and the shopper gets the one that costs least; where two cost the same, that
in which an offer of the shop system stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Callable, Iterator

from .cart import Cart
from .combination import Combination, Outcome, ShippingOnLines
from .host_offers import HostOffer, HostOfferKind
from .kinds import ShippingCarrier
from .snapshot import Snapshot

#: Of so many promotions at most it is worked out what leaves them standing.
MAX_PROMOTIONS = 8

#: Shipping is lowered by a voucher of ours, where nothing else is in its place.
SLOTS = (ShippingCarrier.SLOT, ShippingCarrier.UNWANTED_SLOT)


@dataclass(frozen=True)
class Arrangement:
    """One way in which ours go beside the shop system's own offers.

    `snapshot` is the cart as it is beside the voucher that stands or does not, with the
    carrier that shipping then has. `offer` is to stand, and so no more than
    `room_amount` may come off the lines; None where there is no such limit. `offers` are
    those that may stand at all.

    >>> arrangement, = arrangements(Snapshot("default", "USD"))
    >>> arrangement.offer is None, arrangement.displaces_code
    (True, False)
    """

    snapshot: Snapshot
    offer: HostOffer | None = None
    room_amount: int | None = None
    offers: tuple[HostOffer, ...] = ()
    displaces_code: bool = False

    def standing(self, goods_amount: int) -> HostOffer | None:
        """Return which offer stands once the goods cost so much, the best of them."""
        found = [offer for offer in self.offers if offer.stands_at(goods_amount)]
        return min(found, key=lambda one: one.price(goods_amount)) if found else None

    def standing_beside(self, combination: Combination) -> HostOffer | None:
        """Return which offer stands beside a combination."""
        return self.standing(self._goods_amount(combination))

    def price(self, combination: Combination) -> Fraction:
        """Return what the shopper pays for goods and delivery, points left aside.

        Where prices are without tax, with that which comes on top of each.
        """
        goods_amount = self._goods_amount(combination)
        offer = self.standing(goods_amount)
        goods = offer.price(goods_amount) if offer else goods_amount
        shipping = self.snapshot.shipping
        delivery = 0 if shipping is None else shipping.amount
        if combination.carried is None:
            delivery -= combination.shipping_amount
        if self.snapshot.prices_with_tax:
            return Fraction(goods + delivery)
        rate = 0 if shipping is None else Fraction(shipping.tax_rate)
        return goods * self._goods_factor + delivery * (1 + rate)

    @property
    def _goods_factor(self) -> Fraction:
        """How many times its price without tax a shopper pays for goods on average."""
        whole = self.snapshot.goods_amount
        if not whole:
            return Fraction(1)
        lines = self.snapshot.lines
        taxed = sum(line.amount * (1 + Fraction(line.tax_rate)) for line in lines)
        return Fraction(taxed) / whole

    def _goods_amount(self, combination: Combination) -> int:
        taken = combination.item_amount + combination.order_amount
        if combination.carried is not None:
            taken += combination.carried.amount
        return self.snapshot.goods_amount - taken


def arrangements(snapshot: Snapshot) -> list[Arrangement]:
    """Return the ways in which ours can go, that which is taken of equal ones first."""
    voucher = snapshot.voucher
    if voucher is None:
        return _without_code(snapshot, displaces_code=False)
    beside = _beside(snapshot, voucher)
    # The slot carries all of the shipping, and lines no more than they cost.
    costs_shipping = snapshot.shipping and snapshot.shipping_carrier in SLOTS
    is_rival = beside.room_amount is not None or costs_shipping
    if voucher.stays or beside.offer is None or not is_rival:
        return [beside]
    price = voucher.shipping_amount + (
        snapshot.shipping.amount if snapshot.shipping else 0
    )
    shipping = snapshot.shipping and replace(snapshot.shipping, amount=price)
    alone = replace(snapshot, shipping=shipping)
    return [beside, *_without_code(alone, displaces_code=True)]


def carry(arrangement: Arrangement, cart: Cart, outcome: Outcome) -> Outcome:
    """Return the outcome with as much on the lines as shipping is worth, if it can be.

    >>> cart = Cart(Snapshot("default", "USD"), [])
    >>> from saleor_rewards.engine.choose import choose
    >>> carry(arrangements(cart.snapshot)[0], cart, choose(cart, {}, 0)).applied.carried
    """
    chosen = outcome.applied
    on_lines = cart.snapshot.shipping_carrier is ShippingCarrier.LINES
    if chosen.shipping is None or not on_lines:
        return outcome
    chosen = replace(chosen, carried=_on_lines(arrangement, cart, chosen))
    if outcome.exclusive is None:
        return replace(outcome, combination=chosen)
    return replace(outcome, exclusive=chosen)


def _beside(snapshot: Snapshot, voucher: HostOffer) -> Arrangement:
    """Return how ours go beside the shopper's own code."""
    carrier = snapshot.shipping_carrier
    if carrier in SLOTS:
        carrier = ShippingCarrier.LINES
    beside = replace(snapshot, shipping_carrier=carrier)
    goods_amount = snapshot.goods_amount
    if not voucher.stands_at(goods_amount):
        return Arrangement(beside)
    room = voucher.room(goods_amount) if voucher.least_amount else None
    return Arrangement(beside, voucher, room, (voucher,))


def _without_code(snapshot: Snapshot, *, displaces_code: bool) -> list[Arrangement]:
    promotions = tuple(
        offer for offer in snapshot.host_offers if offer.kind is HostOfferKind.PROMOTION
    )
    carrier = snapshot.shipping_carrier
    if displaces_code and carrier is ShippingCarrier.WITHHELD:
        carrier = ShippingCarrier.SLOT
    takes_slot = carrier in SLOTS
    lines = replace(
        snapshot, shipping_carrier=ShippingCarrier.LINES if takes_slot else carrier
    )
    on_lines = Arrangement(lines, None, None, promotions, displaces_code)
    beside = list(_beside_promotions(on_lines))
    if any(one.offer and one.offer.stays for one in beside):
        # Nobody knows what the shopper would lose.
        return beside
    native = replace(snapshot, shipping_carrier=ShippingCarrier.NATIVE)
    in_slot = Arrangement(native, displaces_code=displaces_code)
    if carrier is ShippingCarrier.SLOT:
        return [*beside, in_slot]
    if carrier is ShippingCarrier.UNWANTED_SLOT:
        return [*beside, on_lines, in_slot]
    return [*beside, on_lines]


def _beside_promotions(on_lines: Arrangement) -> Iterator[Arrangement]:
    """Yield how ours go beside promotions, none where no promotion stands."""
    goods_amount = on_lines.snapshot.goods_amount
    found = [one for one in on_lines.offers if one.stands_at(goods_amount)]
    rooms = [one.room(goods_amount) for one in found if one.stays]
    staying = [one for one in found if one.stays][:1]
    others = sorted(
        (one for one in found if not one.stays),
        key=lambda one: one.price(goods_amount),
    )
    for offer in (*staying, *others[:MAX_PROMOTIONS]):
        room = min([offer.room(goods_amount), *rooms])
        yield replace(on_lines, offer=offer, room_amount=room)


def _on_lines(
    arrangement: Arrangement, cart: Cart, chosen: Combination
) -> ShippingOnLines:
    taken = chosen.item_amount + chosen.order_amount
    goods_amount = cart.snapshot.goods_amount - taken
    room = sum(cart.rooms) - taken
    if arrangement.room_amount is not None:
        room = min(room, arrangement.room_amount - taken)
    offer = arrangement.offer

    def worth(amount: int) -> int:
        if offer is None:
            return amount
        return offer.price(goods_amount) - offer.price(goods_amount - amount)

    wanted = min(chosen.shipping_amount, worth(room))
    amount = _least(lambda one: worth(one) >= wanted, room)
    return ShippingOnLines(amount, wanted)


def _least(is_enough: Callable[[int], bool], most: int) -> int:
    """Return the least number that is enough, where all above it up to `most` are."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        if is_enough(middle):
            high = middle
        else:
            low = middle + 1
    return low
