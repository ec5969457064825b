"""Sums over a snapshot's lines, each made once per scope and evaluation."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Sequence

from .allocate import split_steadily
from .benefits import Option
from .scope import Key, Scope, line_keys
from .snapshot import Snapshot


@dataclass(frozen=True)
class ScopeView:
    """The lines of a cart in one scope: their places, items and subtotal.

    Scopes that hold the same lines share one view, known by its `number`.
    `room_amount` is the most that may be taken off these lines.

    >>> ScopeView(0, (0, 2), quantity=3, amount=4000, room_amount=3997).amount
    4000
    """

    number: int
    indexes: tuple[int, ...]
    quantity: int
    amount: int
    room_amount: int


class Cart:
    """A snapshot's lines in an order of their own, without gifts and gift cards.

    `scopes` are the distinct scopes of a program; views are asked for by their
    number. The order of the lines in the snapshot makes no difference.

    >>> from saleor_rewards.engine.snapshot import LineSnapshot
    >>> line = LineSnapshot("7", "1", "2", 2, list_amount=2000, amount=2000)
    >>> cart = Cart(Snapshot("default", "USD", lines=(line,)), [Scope()])
    >>> cart.view(0)
    ScopeView(number=0, indexes=(0,), quantity=2, amount=2000, room_amount=2000)
    """

    def __init__(self, snapshot: Snapshot, scopes: Sequence[Scope]) -> None:
        self.snapshot = snapshot
        self.scopes = scopes
        self.lines = sorted(
            (line for line in snapshot.lines if line.takes_part),
            key=lambda line: line.id,
        )
        self.amounts = [line.amount for line in self.lines]
        self.rooms = [line.amount - line.keep_amount for line in self.lines]
        self._all = tuple(range(len(self.lines)))
        self.subtotal_amount = sum(self.amounts)
        self._views: dict[int, ScopeView] = {}
        self._views_by_indexes: dict[tuple[int, ...], ScopeView] = {}
        self._by_key: dict[Key, list[int]] = defaultdict(list)
        for index, line in enumerate(self.lines):
            for key in line_keys(line):
                self._by_key[key].append(index)
        self.keys = frozenset(self._by_key)
        self._on_sale = {i for i, line in enumerate(self.lines) if line.on_sale}
        self._non_shippable = {
            i for i, line in enumerate(self.lines) if not line.is_shippable
        }

    @property
    def shipping_amount(self) -> int:
        """The price of the delivery method, 0 while none is chosen."""
        shipping = self.snapshot.shipping
        return 0 if shipping is None else shipping.amount

    def view(self, scope_no: int) -> ScopeView:
        """Return the lines in the scope of that number."""
        view = self._views.get(scope_no)
        if view is None:
            indexes = self._indexes(self.scopes[scope_no])
            view = self._views_by_indexes.get(indexes)
            if view is None:
                view = ScopeView(
                    len(self._views_by_indexes),
                    indexes,
                    sum(self.lines[index].quantity for index in indexes),
                    sum(self.amounts[index] for index in indexes),
                    sum(self.rooms[index] for index in indexes),
                )
                self._views_by_indexes[indexes] = view
            self._views[scope_no] = view
        return view

    def _indexes(self, scope: Scope) -> tuple[int, ...]:
        # Scopes are looked up by the ids they share with the cart, so that a long
        # cart costs no more with many scopes.
        outside = self._found(scope.exclude_keys)
        if scope.exclude_sale_items:
            outside |= self._on_sale
        if scope.exclude_non_shippable_items:
            outside |= self._non_shippable
        if scope.is_narrow:
            return tuple(sorted(self._found(scope.include_keys) - outside))
        if not outside:
            return self._all
        return tuple(index for index in self._all if index not in outside)

    def _found(self, keys: frozenset[Key]) -> set[int]:
        return {index for key in keys & self.keys for index in self._by_key[key]}


class Remainder:
    """What is left of each line after the item lane, and its sum per view.

    `parts` holds what the item lane takes off each line of the cart.

    >>> from saleor_rewards.engine.snapshot import LineSnapshot
    >>> line = LineSnapshot("7", "1", "2", 2, list_amount=2000, amount=2000)
    >>> cart = Cart(Snapshot("default", "USD", lines=(line,)), [Scope()])
    >>> Remainder([150]).amount(cart.view(0))
    1850
    """

    def __init__(self, parts: Sequence[int]) -> None:
        self.parts = parts
        self.taken_amount = sum(parts)
        self._amounts: dict[int, int] = {}

    def amount(self, view: ScopeView) -> int:
        """Return what is left of the lines in `view`."""
        if not self.taken_amount:
            return view.amount
        amount = self._amounts.get(view.number)
        if amount is None:
            parts = self.parts
            amount = view.amount - sum(parts[index] for index in view.indexes)
            self._amounts[view.number] = amount
        return amount


def item_parts(
    option: Option, amounts: Sequence[int], rooms: Sequence[int]
) -> list[int]:
    """Return what an option takes off each line when it works in the item lane.

    `rooms` is the most that may be taken off each line. A percentage rounds on each
    line for itself: only so does one line's discount not move when another line is
    added, see `allocate`.

    >>> from decimal import Decimal
    >>> tenth, lines = Option.percent_off(Decimal("10"), cap=None), [105, 105, 4]
    >>> item_parts(tenth, lines, rooms=lines)
    [11, 11, 0]
    >>> item_parts(Option.percent_off(Decimal("10"), cap=20), lines, rooms=lines)
    [10, 10, 0]
    >>> item_parts(Option(amount=500), [300, 100], rooms=[299, 99])
    [299, 99]
    """
    rate = option.rate
    if rate is None:
        weights = list(rooms)
        limit = option.amount if option.cap is None else min(option.amount, option.cap)
    else:
        weights = [min(rate.of(amount), room) for amount, room in zip(amounts, rooms)]
        if option.cap is None:
            return weights
        limit = option.cap
    return split_steadily(min(limit, sum(weights)), weights)


def item_limit(option: Option, amount: int, lines: int) -> int:
    """Return what `item_parts` could take off without a cap, or a little more.

    On `lines` lines of `amount` together, each rounds up by half a unit at most.

    >>> from decimal import Decimal
    >>> item_limit(Option.percent_off(Decimal("10"), cap=20), 214, lines=3)
    22
    """
    rate = option.rate
    if rate is None:
        return option.worth(amount)
    unit = rate.denominator
    limit = (2 * amount * rate.numerator + lines * unit) // (2 * unit)
    return min(limit, amount)


def item_bound(option: Option, amount: int, lines: int) -> int:
    """Return what `item_parts` cannot exceed.

    >>> from decimal import Decimal
    >>> item_bound(Option.percent_off(Decimal("10"), cap=20), 214, lines=3)
    20
    """
    limit = item_limit(option, amount, lines)
    return limit if option.cap is None else min(limit, option.cap)
