"""Turns the chosen combination into effects."""

from __future__ import annotations

from typing import Iterator, Sequence

from .allocate import split_by_largest_remainder, split_steadily
from .cart import Cart
from .combination import Combination, Pick
from .effects import Effect, LineDiscount, ShippingDiscount
from .kinds import Lane, ShippingCarrier


def effects_of(cart: Cart, chosen: Combination) -> Iterator[Effect]:
    """Yield the effects of `chosen` by lane and line, none of them 0.

    >>> from saleor_rewards.engine.cart import Remainder
    >>> from saleor_rewards.engine.snapshot import Snapshot
    >>> cart = Cart(Snapshot("default", "USD"), [])
    >>> nothing = Combination(None, None, None, Remainder([]), 0, 0)
    >>> list(effects_of(cart, nothing))
    []
    """
    left = list(cart.rooms)
    if chosen.item is not None:
        parts = split_steadily(chosen.item_amount, chosen.remainder.parts)
        yield from _line_effects(cart, chosen.item, range(len(left)), parts, left)
    if chosen.order is not None:
        # Where the cap trims the item lane, nothing is left for this one.
        indexes = cart.view(chosen.order.compiled.scope_no).indexes
        weights = [left[index] for index in indexes]
        parts = split_by_largest_remainder(chosen.order_amount, weights)
        yield from _line_effects(cart, chosen.order, indexes, parts, left)
    if chosen.shipping is None:
        return
    if cart.snapshot.shipping_carrier is ShippingCarrier.LINES:
        carried = chosen.carried
        amount = chosen.shipping_amount if carried is None else carried.amount
        parts = split_by_largest_remainder(amount, left)
        yield from _line_effects(cart, chosen.shipping, range(len(left)), parts, left)
    elif chosen.shipping_amount:
        yield _shipping_effect(cart, chosen.shipping, chosen.shipping_amount)


def _line_effects(
    cart: Cart,
    pick: Pick,
    indexes: Sequence[int],
    parts: Sequence[int],
    left: list[int],
) -> Iterator[Effect]:
    rule = pick.compiled.rule
    for index, part in zip(indexes, parts):
        left[index] -= part
        if part:
            yield LineDiscount(
                rule_id=rule.id,
                rule_version=rule.version,
                rule_name=rule.name,
                line_id=cart.lines[index].id,
                amount=part,
                currency=cart.snapshot.currency,
                for_shipping=rule.lane is Lane.SHIPPING,
            )


def _shipping_effect(cart: Cart, pick: Pick, amount: int) -> ShippingDiscount:
    rule, option = pick.compiled.rule, pick.option
    shipping = cart.snapshot.shipping
    # No cap of the program trims it: that is on goods, and shipping adds its own room.
    is_share = option.rate is not None and amount == option.limit(cart.shipping_amount)
    limit_amount = option.amount if option.rate is None else option.cap
    return ShippingDiscount(
        rule_id=rule.id,
        rule_version=rule.version,
        rule_name=rule.name,
        method_id="" if shipping is None else shipping.method_id,
        amount=amount,
        currency=cart.snapshot.currency,
        percent=str(option.percent) if is_share else None,
        limit_amount=None if is_share else limit_amount,
    )
