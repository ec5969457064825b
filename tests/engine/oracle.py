"""Tries every combination of rules, as plainly as can be; knows nothing of the index."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import floor
from typing import Any, Iterator, NamedTuple, Sequence

from saleor_rewards.engine import (
    FreeShipping,
    Ladder,
    Lane,
    LineSnapshot,
    MinimumSubtotal,
    NthOrder,
    PercentOff,
    ProgramSettings,
    RuleDefinition,
    Scope,
    ShippingCarrier,
    Snapshot,
    SubtotalBase,
)


class Choice(NamedTuple):
    """A rule with one of its steps, and what that step asks and gives."""

    rule: RuleDefinition
    from_amount: int
    share: Fraction | None
    amount: int
    cap: int | None

    def worth(self, target: int) -> int:
        value = self.amount if self.share is None else rounded(self.share * target)
        limits = [value, target] + ([] if self.cap is None else [self.cap])
        return min(limits)


def rounded(value: Fraction) -> int:
    """Round half up."""
    return floor(value + Fraction(1, 2))


def in_scope(scope: Scope, line: LineSnapshot) -> bool:
    of = (
        (scope.products, {line.product_id}),
        (scope.collections, set(line.collection_ids)),
        (scope.categories, set(line.category_ids)),
    )
    if line.is_gift or line.is_gift_card or (scope.exclude_sale_items and line.on_sale):
        return False
    if scope.exclude_non_shippable_items and not line.is_shippable:
        return False
    if any(ids.exclude & mine for ids, mine in of):
        return False
    includes = [ids.include & mine for ids, mine in of if ids.include]
    return any(includes) if includes else True


def auction(amount: int, weights: Sequence[int]) -> list[int]:
    """Give away unit by unit to the best bid."""
    parts = [0] * len(weights)
    for _ in range(amount):
        bids = [Fraction(w, 2 * p + 1) for w, p in zip(weights, parts)]
        parts[bids.index(max(bids))] += 1
    return parts


class Oracle:
    """The largest sum that the rules can give, by trying all."""

    def __init__(
        self, snapshot: Snapshot, settings: ProgramSettings, rules: Sequence[Any]
    ) -> None:
        self.cart = snapshot
        self.lines = sorted(snapshot.lines, key=lambda line: line.id)
        self.before = [
            0 if line.is_gift or line.is_gift_card else line.amount
            for line in self.lines
        ]
        self.rooms = [
            0 if line.is_gift or line.is_gift_card else line.amount - line.keep_amount
            for line in self.lines
        ]
        self.subtotal = sum(self.before)
        self.cap = self.subtotal
        if settings.cap_percent is not None:
            self.cap = floor(Fraction(settings.cap_percent) * self.subtotal / 100)
        self.rules = [rule for rule in rules if self.passes(rule)]

    def passes(self, rule: RuleDefinition) -> bool:
        asked, cart = rule.conditions, self.cart
        lines = [line for line in self.lines if in_scope(asked.scope, line)]
        method = None if cart.shipping is None else cart.shipping.method_id
        customer = cart.customer
        return (
            bool(lines)
            and (not asked.countries or cart.country in asked.countries.codes)
            and (not asked.shipping_methods or method in asked.shipping_methods.ids)
            and (
                not asked.first_order
                or (
                    customer.is_known
                    and (customer.order_count, customer.has_ordered)
                    in ((0, None), (None, False))
                    and not customer.is_ordering
                )
            )
            and (not asked.nth_order or self.is_nth(asked.nth_order))
            and (not asked.tiers or customer.tier_id in asked.tiers.ids)
            and (not asked.has_referral or customer.has_referral is True)
            and (
                not asked.minimum_quantity
                or sum(line.quantity for line in lines)
                >= asked.minimum_quantity.quantity
            )
        )

    def is_nth(self, asked: NthOrder) -> bool:
        if self.cart.customer.is_ordering or self.cart.customer.order_count is None:
            return False
        placed = self.cart.customer.order_count + 1
        return placed % asked.number == 0 if asked.repeats else placed == asked.number

    def best(self) -> int:
        shared = [rule for rule in self.rules if not rule.exclusive]
        alone = [[rule] for rule in self.rules if rule.exclusive]
        return max(self.best_of(rules) for rules in [shared, *alone])

    def best_of(self, rules: Sequence[RuleDefinition]) -> int:
        lanes = [
            [None, *(c for r in rules if r.lane is lane for c in self.choices(r))]
            for lane in (Lane.ITEM, Lane.ORDER, Lane.SHIPPING)
        ]
        return max(self.total(*choices) for choices in product(*lanes))

    def choices(self, rule: RuleDefinition) -> Iterator[Choice]:
        currency, benefit = self.cart.currency, rule.benefit
        cap = getattr(benefit, "cap", None)
        most = None if cap is None else cap.of(currency)
        if isinstance(benefit, Ladder):
            for step in benefit.steps:
                start = step.from_amounts.of(currency)
                if step.percent is not None:
                    yield Choice(rule, start, Fraction(step.percent) / 100, 0, most)
                else:
                    yield Choice(rule, start, None, step.amounts.of(currency), most)
        elif isinstance(benefit, PercentOff):
            yield Choice(rule, 0, Fraction(benefit.percent) / 100, 0, most)
        elif isinstance(benefit, FreeShipping):
            yield Choice(rule, 0, Fraction(1), 0, most)
        else:
            yield Choice(rule, 0, None, benefit.amounts.of(currency), None)

    def total(
        self, item: Choice | None, order: Choice | None, shipping: Choice | None
    ) -> int:
        """Return what a combination gives, -1 where some rule of it is not met."""
        before = after = self.before
        rooms = self.rooms
        if item is not None:
            if not self.is_met(item, before, before):
                return -1
            parts = self.item_parts(item)
            after = [amount - part for amount, part in zip(before, parts)]
            rooms = [room - part for room, part in zip(rooms, parts)]
        for choice in (order, shipping):
            if choice is not None and not self.is_met(choice, before, after):
                return -1
        goods = sum(before) - sum(after)
        if order is not None:
            worth = order.worth(self.sum_of(order, after))
            goods += min(worth, self.sum_of(order, rooms))
        goods = min(goods, self.cap)
        return self.with_shipping(goods, shipping)

    def with_shipping(self, goods: int, shipping: Choice | None) -> int:
        price, carrier = self.cart.shipping, self.cart.shipping_carrier
        if shipping is None or price is None or carrier is ShippingCarrier.WITHHELD:
            return goods
        total = goods + shipping.worth(price.amount)
        if carrier is ShippingCarrier.LINES:
            return min(total, sum(self.rooms))
        return total

    def item_parts(self, item: Choice) -> list[int]:
        scope = item.rule.conditions.scope
        wanted, limit = [], item.amount
        for line, room in zip(self.lines, self.rooms):
            if not in_scope(scope, line):
                wanted.append(0)
            elif item.share is None:
                wanted.append(room)
            else:
                wanted.append(min(rounded(item.share * line.amount), room))
        if item.share is not None:
            limit = sum(wanted)
        limits = [limit, sum(wanted)] + ([] if item.cap is None else [item.cap])
        if min(limits) == sum(wanted):
            return wanted
        return auction(min(limits), wanted)

    def sum_of(self, choice: Choice, amounts: Sequence[int]) -> int:
        scope = choice.rule.conditions.scope
        return sum(
            amount for line, amount in zip(self.lines, amounts) if in_scope(scope, line)
        )

    def is_met(
        self, choice: Choice, before: Sequence[int], after: Sequence[int]
    ) -> bool:
        sums = {
            SubtotalBase.BEFORE_ITEM_DISCOUNTS: self.sum_of(choice, before),
            SubtotalBase.AFTER_ITEM_DISCOUNTS: self.sum_of(choice, after),
        }
        benefit, minimum = choice.rule.benefit, choice.rule.conditions.minimum_subtotal
        if isinstance(benefit, Ladder) and sums[benefit.base] < choice.from_amount:
            return False
        if isinstance(minimum, MinimumSubtotal):
            return sums[minimum.base] >= minimum.amounts.of(self.cart.currency)
        return True
