"""Chooses the combination of rules that is best for the shopper.

At most one rule a lane. What the item lane takes off changes what the other lanes
see, so every way to use the item lane (each step of each rule, or none) goes with the
best that the other lanes then have. Most are never looked at: a bound says what the
other lanes cannot exceed, and ways that cannot beat the best one so far are skipped.

A cart that only grew has at least the same combinations at no lesser worth, and a rule
that is added takes none away, so the shopper is never worse off with either.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Mapping, NamedTuple, Sequence

from .benefits import Option
from .cart import Cart, Remainder, ScopeView, item_bound, item_parts
from .combination import Combination, Outcome, Pick
from .contest import Contest, ranked_item_ways
from .index import Field, Way
from .kinds import Lane, ShippingCarrier


def choose(
    cart: Cart,
    fields: Mapping[tuple[Lane, bool], Sequence[Field]],
    cap_amount: int,
    room_amount: int | None = None,
) -> Outcome:
    """Return the best combination of what the cart reaches, or the rule above it.

    `fields` go by lane and whether their rules are exclusive; `cap_amount` is the
    most that item and order lane may take off together, `room_amount` the most that
    may come off the lines at all, where that is less than they cost.

    >>> from saleor_rewards.engine.snapshot import Snapshot
    >>> choose(Cart(Snapshot("default", "USD"), []), {}, 0).applied.total_amount
    0
    """
    lanes = [Lane.ITEM, Lane.ORDER]
    carrier = cart.snapshot.shipping_carrier
    if cart.snapshot.shipping and carrier is not ShippingCarrier.WITHHELD:
        lanes.append(Lane.SHIPPING)
    shared = {lane: fields.get((lane, False), ()) for lane in lanes}
    limits = _Limits.of(cart, cap_amount, room_amount)
    combination = _Search(cart, shared, limits).best()
    # With nothing beside it, an exclusive rule sees the lines untouched.
    alone = [
        _Search(cart, {lane: fields[lane, True]}, limits).best()
        for lane in lanes
        if (lane, True) in fields
    ]
    if alone:
        exclusive = min(
            alone, key=lambda found: (-found.total_amount, found.picks[0].way.rank)
        )
        if not combination.picks or exclusive.total_amount > combination.total_amount:
            return Outcome(combination, exclusive)
    return Outcome(combination)


class _Limits(NamedTuple):
    """The most that goods lanes, and all lanes, may take off together."""

    cap_amount: int
    most_amount: int

    @classmethod
    def of(cls, cart: Cart, cap_amount: int, room_amount: int | None) -> _Limits:
        most_amount = sum(cart.rooms)
        if room_amount is not None:
            most_amount = min(most_amount, room_amount)
            cap_amount = min(cap_amount, room_amount)
        if cart.snapshot.shipping_carrier is not ShippingCarrier.LINES:
            most_amount += cart.shipping_amount
        return cls(cap_amount, most_amount)


class _Search:
    """Branch and bound over the ways to use the item lane."""

    def __init__(
        self, cart: Cart, fields: Mapping[Lane, Sequence[Field]], limits: _Limits
    ) -> None:
        self.cart = cart
        self.cap_amount, self.most_amount = limits
        self.untouched = Remainder([0] * len(cart.lines))
        self.items = fields.get(Lane.ITEM, ())
        self.order = Contest(fields.get(Lane.ORDER, ()), self.untouched)
        self.shipping = Contest(
            fields.get(Lane.SHIPPING, ()), self.untouched, cart.shipping_amount
        )
        self.found: dict[tuple[int, int], Combination] = {}

    def best(self) -> Combination:
        """Return the best combination; taking nothing off items loses every tie."""
        best = self._complete(None, self.untouched)
        for bound, view, way in ranked_item_ways(self.items):
            if self._most(bound) < best.total_amount:
                break
            found = self._try(view, way, best)
            if found is not None:
                best = found
        return best

    def _try(self, view: ScopeView, way: Way, best: Combination) -> Combination | None:
        """Return the combination with `way` in the item lane if it is better."""
        option = way.opening.option
        key = (view.number, way.opening.option_no)
        known = self.found.get(key)
        if known is not None and known.item is not None:
            if _is_behind(known.total_amount, way, best):
                return None
            # The same is taken off the same lines, only by another rule.
            return replace(known, item=replace(known.item, way=way))
        bound = item_bound(option, view.amount, len(view.indexes))
        if _is_behind(self._most(bound), way, best):
            return None
        remainder = Remainder(self._parts(view, option))
        item_amount = remainder.taken_amount
        if _is_behind(self._most(item_amount), way, best):
            return None
        found = self._complete(Pick(way, item_amount), remainder)
        self.found[key] = found
        return None if _is_behind(found.total_amount, way, best) else found

    def _parts(self, view: ScopeView, option: Option) -> list[int]:
        parts = [0] * len(self.cart.lines)
        amounts = [self.cart.amounts[index] for index in view.indexes]
        rooms = [self.cart.rooms[index] for index in view.indexes]
        for index, part in zip(view.indexes, item_parts(option, amounts, rooms)):
            parts[index] = part
        return parts

    def _complete(self, item: Pick | None, remainder: Remainder) -> Combination:
        return Combination(
            item=item,
            order=self.order.best(remainder),
            shipping=self.shipping.best(remainder),
            remainder=remainder,
            cap_amount=self.cap_amount,
            most_amount=self.most_amount,
        )

    def _most(self, item_amount: int) -> int:
        left_amount = self.cart.subtotal_amount - item_amount
        goods_amount = item_amount + self.order.bound(left_amount)
        goods_amount = min(goods_amount, self.cap_amount)
        return min(goods_amount + self.shipping.most_amount, self.most_amount)


def _is_behind(amount: int, way: Way, best: Combination) -> bool:
    if amount != best.total_amount or best.item is None:
        return amount < best.total_amount
    return way.rank > best.item.way.rank
