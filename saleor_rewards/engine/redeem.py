"""Pays for goods with points, once all other lanes have given what they give."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Iterable, Iterator, Mapping, Sequence

from .allocate import split_by_largest_remainder
from .cart import Cart
from .effects import Effect, LineDiscount, PointsDiscount
from .host_offers import HostOffer
from .kinds import PointsBase
from .money import Rate
from .rules import PointsTerms
from .snapshot import LineSnapshot, Snapshot


class Payment:
    """What is left to pay for each line of a cart, and what points pay of it.

    `effects` is what the other lanes give, none of which the points change. The `offer`
    of the shop system takes its share of each line before the points do, and they leave
    it standing: of the lines may come off no more than `room_amount` in all. Without
    `terms`, or in another currency than theirs, points pay nothing. What they pay is
    part of what the shopper pays: where prices are without tax, they take that much
    less off the lines.

    >>> from saleor_rewards.engine.snapshot import CustomerSnapshot, Snapshot
    >>> line = LineSnapshot("7", "1", "2", 2, list_amount=2000, amount=2000)
    >>> shopper = CustomerSnapshot(is_known=True, points_held=150)
    >>> snapshot = Snapshot("default", "USD", lines=(line,), customer=shopper)
    >>> terms = PointsTerms("USD", redeem_points=100, redeem_amount=500)
    >>> payment = Payment(Cart(snapshot, []), (), terms)
    >>> payment.points, payment.amount
    (150, 750)
    """

    def __init__(
        self,
        cart: Cart,
        effects: Iterable[Effect],
        terms: PointsTerms | None,
        offer: HostOffer | None = None,
        room_amount: int | None = None,
    ) -> None:
        self.cart = cart
        self.terms = terms
        self.offer = offer
        self._lines = [one for one in effects if isinstance(one, LineDiscount)]
        self._room_amount = room_amount

    @cached_property
    def points(self) -> int:
        """How many of the points held for the cart pay."""
        return self.most_points(self.cart.snapshot.customer.points_held)

    @property
    def amount(self) -> int:
        """What these points pay, in minor units."""
        return self.worth(self.points)

    def worth(self, points: int) -> int:
        """Return what `points` are worth in minor units, rounded down."""
        terms = self.terms
        if terms is None or not terms.redeem_points or not terms.redeem_amount:
            return 0
        if terms.currency != self.cart.snapshot.currency:
            return 0
        return points * terms.redeem_amount // terms.redeem_points

    def most_points(self, available: int) -> int:
        """Return the most of `available` points that may pay for this cart.

        Whole steps, none below the minimum, and none that would pay nothing more.
        """
        terms = self.terms
        if terms is None or not terms.redeem_points or not terms.redeem_amount:
            return 0
        if available <= 0:
            return 0
        # The most points whose worth, rounded down, the cart has room for.
        fitting = ((self._most_amount + 1) * terms.redeem_points - 1) // (
            terms.redeem_amount
        )
        most = _floor(min(available, fitting), terms.step_points)
        amount = self.worth(most)
        if not amount:
            return 0
        needed = terms.points_for(amount)
        least = _ceil(max(needed, terms.minimum_points), terms.step_points)
        return least if least <= most else 0

    @property
    def effects(self) -> Iterator[PointsDiscount]:
        """What the points take off each line, none of it 0."""
        if self.points:
            for line, part in zip(self.cart.lines, self._parts):
                if part:
                    yield PointsDiscount(line.id, part, self.cart.snapshot.currency)

    @cached_property
    def bases(self) -> Sequence[int]:
        """What each line earns points on: what is left of it, with or without tax.

        What a line carries in place of a discount on the delivery price is no less
        paid for the goods.
        """
        goods = [effect for effect in self._lines if not effect.for_shipping]
        return self._bases(self._after(goods))

    @property
    def stand_ins(self) -> Mapping[str, int]:
        """By how much a line earns on more than is paid for it, by its id.

        It stands in for a discount on the delivery price.
        """
        pairs = zip(self.cart.lines, self.bases, self._bases(self._left))
        return {line.id: base - paid for line, base, paid in pairs if base != paid}

    def _bases(self, amounts: Sequence[int]) -> Sequence[int]:
        parts = self._parts if self.points else [0] * len(self._left)
        left = [max(amount, 0) for amount in _less(amounts, parts)]
        left = self._after_percent(left)
        with_tax = self.cart.snapshot.prices_with_tax
        if self.terms is None or with_tax is (self.terms.base is PointsBase.GROSS):
            return left
        convert = _without_tax if with_tax else _with_tax
        return [convert(line, amount) for line, amount in zip(self.cart.lines, left)]

    @cached_property
    def _left(self) -> list[int]:
        return self._after(self._lines)

    def _after(self, effects: Iterable[LineDiscount]) -> list[int]:
        taken = {line.id: 0 for line in self.cart.lines}
        for effect in effects:
            taken[effect.line_id] += effect.amount
        left = [line.amount - taken[line.id] for line in self.cart.lines]
        if self.offer is None or self.offer.percent:
            return left
        amount = min(self.offer.amount, sum(left))
        return _less(left, split_by_largest_remainder(amount, left))

    def _after_percent(self, left: list[int]) -> list[int]:
        # Saleor takes a percentage of what the points leave, so it stands last.
        if self.offer is None or not self.offer.percent:
            return left
        taken = sum(left) - self.offer.price(sum(left))
        return _less(left, split_by_largest_remainder(taken, left))

    @cached_property
    def _rooms(self) -> list[int]:
        return [
            max(amount - line.keep_amount, 0)
            for line, amount in zip(self.cart.lines, self._left)
        ]

    @property
    def _most_amount(self) -> int:
        terms = self.terms
        if terms is None or terms.currency != self.cart.snapshot.currency:
            return 0
        left = sum(self._paid(self._left))
        limit = Rate.from_percent(terms.most_percent).floor_of(left)
        return min(limit, self._room_paid, sum(self._paid(self._rooms)))

    @property
    def _room_paid(self) -> int:
        """What the shopper pays at least for as much as may still come off the lines."""
        if self._room_amount is None:
            return sum(self._paid(self._left))
        room = self._room_amount - sum(effect.amount for effect in self._lines)
        least = min(map(_taxed, self.cart.lines), default=Fraction(1))
        factor = 1 if self.cart.snapshot.prices_with_tax else least
        return max(0, floor(room * factor))

    @cached_property
    def _parts(self) -> Sequence[int]:
        parts = split_by_largest_remainder(self.amount, self._paid(self._rooms))
        if self.cart.snapshot.prices_with_tax:
            return parts
        taken: list[int] = []
        rest = Fraction(0)
        for line, part in zip(self.cart.lines, parts):
            # What rounding leaves of one line is taken off the next.
            exact = (part + rest) / _taxed(line)
            room = self._rooms[len(taken)]
            taken.append(min(room, floor(exact)))
            rest = (exact - taken[-1]) * _taxed(line)
        return taken

    def _paid(self, amounts: Sequence[int]) -> list[int]:
        """Return what a shopper pays for what costs so much on each line."""
        if self.cart.snapshot.prices_with_tax:
            return list(amounts)
        pairs = zip(self.cart.lines, amounts)
        return [floor(amount * _taxed(line)) for line, amount in pairs]


def points_paid(
    snapshot: Snapshot, effects: Iterable[Effect], terms: PointsTerms | None
) -> int:
    """Return how many points paid for a cart that got `effects`.

    >>> points_paid(Snapshot("default", "USD"), (), PointsTerms("USD"))
    0
    """
    return Payment(Cart(snapshot, ()), effects, terms, snapshot.voucher).points


def points_worth(snapshot: Snapshot, effects: Iterable[Effect]) -> int:
    """Return how much less is paid for what points take off, in minor units.

    >>> from decimal import Decimal
    >>> line = LineSnapshot("7", "1", "2", 1, 5000, 5000, tax_rate=Decimal("0.23"))
    >>> net = Snapshot("default", "USD", lines=(line,), prices_with_tax=False)
    >>> points_worth(net, [PointsDiscount("7", 813, "USD")])
    1000
    """
    lines = {line.id: line for line in snapshot.lines}
    worth = Fraction(0)
    for effect in effects:
        if isinstance(effect, PointsDiscount):
            line = None if snapshot.prices_with_tax else lines.get(effect.line_id)
            worth += effect.amount * (_taxed(line) if line else 1)
    return floor(worth + Fraction(1, 2))


def _taxed(line: LineSnapshot) -> Fraction:
    return 1 + Fraction(line.tax_rate)


def _less(amounts: Sequence[int], parts: Sequence[int]) -> list[int]:
    return [amount - part for amount, part in zip(amounts, parts)]


def _floor(points: int, step: int) -> int:
    return points - points % step


def _ceil(points: int, step: int) -> int:
    return -(-points // step) * step


def _with_tax(line: LineSnapshot, amount: int) -> int:
    share, whole = line.tax_rate.as_integer_ratio()
    return Rate(whole + share, whole).of(amount)


def _without_tax(line: LineSnapshot, amount: int) -> int:
    share, whole = line.tax_rate.as_integer_ratio()
    return Rate(whole, whole + share).of(amount)
