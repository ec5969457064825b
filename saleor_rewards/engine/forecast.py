"""Looks ahead: what if an item were added to a rule's scope."""

from __future__ import annotations

from typing import NamedTuple

from .cart import Cart, item_parts
from .combination import Combination, Pick
from .index import CompiledRule, Opening
from .kinds import Lane

#: Above this price no gap is looked for: an item discount swallows what is added.
MOST_AMOUNT = 10**18


class Standing(NamedTuple):
    """What a rule reads of the cart: subtotals in its scope and its number of items.

    >>> Standing(before_amount=5000, after_amount=4500, quantity=3).quantity
    3
    """

    before_amount: int
    after_amount: int
    quantity: int


class Forecast:
    """Answers for one combination what a further item would change.

    The item is thought to be in the scope of the rule that is asked about. The rule
    picked in the item lane takes its share of it where it surely covers that scope.

    >>> from saleor_rewards.engine.cart import Remainder
    >>> from saleor_rewards.engine.compile import compile_program
    >>> from saleor_rewards.engine.parse import parse_rule
    >>> from saleor_rewards.engine.rules import ProgramSettings
    >>> from saleor_rewards.engine.snapshot import Snapshot
    >>> steps = [{"from": {"USD": "100.00"}, "percent": "5"}]
    >>> ladder = {"lane": "ORDER", "benefit": {"type": "LADDER", "steps": steps}}
    >>> rule = parse_rule(ladder, id=5, version=1, name="Spring")
    >>> program = compile_program(ProgramSettings(), [rule])
    >>> nothing = Combination(None, None, None, Remainder([]), 0, 0)
    >>> forecast = Forecast(Cart(Snapshot("d", "USD"), program.scopes), nothing)
    >>> compiled = program.compiled("USD")[5]
    >>> forecast.gap(compiled, compiled.openings[0])
    10000
    """

    def __init__(self, cart: Cart, combination: Combination) -> None:
        self.cart = cart
        self.combination = combination
        self._gaps: dict[tuple[int, bool, int, int], int | None] = {}

    def standing(self, compiled: CompiledRule, added_amount: int = 0) -> Standing:
        """Return what `compiled` reads once an item of that price is added."""
        view = self.cart.view(compiled.scope_no)
        before_amount = view.amount + added_amount
        after_amount = before_amount
        if self._sees_item_lane(compiled):
            after_amount = self._after_amount(compiled, added_amount)
        return Standing(before_amount, after_amount, view.quantity)

    def gap(self, compiled: CompiledRule, opening: Opening) -> int | None:
        """Return the least price to add that opens `opening`, None if none does."""
        seen = self._sees_item_lane(compiled)
        key = (
            compiled.scope_no,
            seen,
            opening.before_amount,
            opening.after_amount,
        )
        if key not in self._gaps:
            self._gaps[key] = self._least_price(compiled, opening)
        return self._gaps[key]

    def worths(self, compiled: CompiledRule, added_amount: int) -> list[int]:
        """Return what each open step takes off once an item of that price is added."""
        standing = self.standing(compiled, added_amount)
        target_amount = standing.after_amount
        if compiled.rule.lane is Lane.SHIPPING:
            target_amount = self.cart.shipping_amount
        return [
            opening.option.worth(target_amount)
            for opening in compiled.openings
            if opening.is_open(standing.before_amount, standing.after_amount)
        ]

    def pick_worth(self, pick: Pick, compiled: CompiledRule, added_amount: int) -> int:
        """Return what `pick` takes off once an item is added in `compiled`'s scope."""
        scopes = self.cart.scopes
        if scopes[pick.compiled.scope_no].covers(scopes[compiled.scope_no]):
            return max(pick.amount, *self.worths(pick.compiled, added_amount))
        return pick.amount

    def _sees_item_lane(self, compiled: CompiledRule) -> bool:
        # An exclusive rule stands alone, and the item lane comes first.
        return (
            self.combination.item is not None
            and compiled.rule.lane is not Lane.ITEM
            and not compiled.rule.exclusive
        )

    def _after_amount(self, compiled: CompiledRule, added_amount: int) -> int:
        remaining = self.combination.remainder.amount(self.cart.view(compiled.scope_no))
        item = self.combination.item
        if not added_amount or item is None:
            return remaining + added_amount
        scopes = self.cart.scopes
        item_scope_no = item.compiled.scope_no
        if not scopes[item_scope_no].covers(scopes[compiled.scope_no]):
            return remaining + added_amount
        indexes = self.cart.view(item_scope_no).indexes
        amounts = [self.cart.amounts[index] for index in indexes]
        rooms = [self.cart.rooms[index] for index in indexes]
        amounts.append(added_amount)
        rooms.append(added_amount)
        parts = item_parts(item.option, amounts, rooms)
        counted = set(self.cart.view(compiled.scope_no).indexes)
        left = sum(
            amount - part
            for index, amount, part in zip(indexes, amounts, parts)
            if index in counted
        )
        return left + added_amount - parts[-1]

    def _least_price(self, compiled: CompiledRule, opening: Opening) -> int | None:
        def opens(added_amount: int) -> bool:
            standing = self.standing(compiled, added_amount)
            return opening.is_open(standing.before_amount, standing.after_amount)

        now = self.standing(compiled)
        low = max(
            opening.before_amount - now.before_amount,
            opening.after_amount - now.after_amount,
            0,
        )
        if opens(low):
            return low
        high = low
        while not opens(high):
            high *= 2
            if high > MOST_AMOUNT:
                return None
        while high - low > 1:
            middle = (low + high) // 2
            if opens(middle):
                high = middle
            else:
                low = middle
        return high
