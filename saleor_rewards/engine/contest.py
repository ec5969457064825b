"""The ways that compete in one lane of one cart."""

from __future__ import annotations

from fractions import Fraction
from heapq import merge
from typing import Iterable, Iterator, Sequence

from .cart import Remainder, ScopeView, item_limit
from .combination import Pick
from .index import Field, Way
from .money import Rate


class Contest:
    """The order or the shipping lane: finds its best way for any item discounts.

    Without a `fixed_amount` a way works on what remains of the lines in its scope.
    `most_amount` is what the lane takes off untouched lines, and never exceeds.

    >>> Contest([], Remainder([])).most_amount
    0
    """

    def __init__(
        self,
        fields: Sequence[Field],
        untouched: Remainder,
        fixed_amount: int | None = None,
    ) -> None:
        self._fields = fields
        self._fixed_amount = fixed_amount
        options = [field.ways[0].opening.option for field in fields]
        rates = [option.rate for option in options if option.rate is not None]
        self._best_rate = max(rates, key=_share, default=None)
        self._best_fixed = max(
            (option.amount for option in options if option.rate is None), default=0
        )
        best = self.best(untouched)
        self.most_amount = 0 if best is None else best.amount

    def bound(self, left_amount: int) -> int:
        """Return what the lane cannot exceed once this much is left of the cart."""
        if self._fixed_amount is not None:
            return self.most_amount
        most_amount = min(self._best_fixed, left_amount)
        if self._best_rate is not None:
            most_amount = max(most_amount, self._best_rate.of(left_amount))
        return min(most_amount, self.most_amount)

    def best(self, remainder: Remainder) -> Pick | None:
        """Return the way that takes most off; ties go to the smaller rank."""
        best: Way | None = None
        best_amount = -1
        for view, ways in self._fields:
            after_amount = remainder.amount(view)
            target_amount, room_amount = self._target(view, after_amount)
            for way in ways:
                opening = way.opening
                limit = opening.option.limit(target_amount)
                if limit <= best_amount and (
                    limit < best_amount or best is None or way.least_rank > best.rank
                ):
                    break
                if not opening.is_open(view.amount, after_amount):
                    continue
                amount = min(opening.option.worth(target_amount), room_amount)
                if amount > best_amount or (
                    amount == best_amount and best is not None and way.rank < best.rank
                ):
                    best, best_amount = way, amount
        return None if best is None else Pick(best, best_amount)

    def _target(self, view: ScopeView, after_amount: int) -> tuple[int, int]:
        """Return what a way works on, and the most that it may take off."""
        if self._fixed_amount is not None:
            return self._fixed_amount, self._fixed_amount
        taken_amount = view.amount - after_amount
        return after_amount, view.room_amount - taken_amount


def ranked_item_ways(
    fields: Iterable[Field],
) -> Iterator[tuple[int, ScopeView, Way]]:
    """Yield the ways to use the item lane with a bound each, the largest bound first.

    The bound leaves caps aside, so that it falls along each field.

    >>> list(ranked_item_ways([]))
    []
    """
    return (
        (-bound, view, way)
        for bound, _, view, way in merge(
            *map(_bounded, fields), key=lambda entry: entry[:2]
        )
    )


def _bounded(
    field: Field,
) -> Iterator[tuple[int, tuple[int, int, int], ScopeView, Way]]:
    view = field.view
    for way in field.ways:
        option = way.opening.option
        bound = item_limit(option, view.amount, len(view.indexes))
        yield -bound, way.rank, view, way


def _share(rate: Rate) -> Fraction:
    return Fraction(rate.numerator, rate.denominator)
