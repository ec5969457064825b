"""Finds which rules of the points lane a cart meets, and what they give."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Iterator, Sequence

from .cart import Cart, Remainder, ScopeView
from .effects import PointsEarned
from .index import CompiledRule, Field
from .kinds import BenefitType
from .points import Claim, Seats
from .redeem import Payment
from .rules import RuleDefinition


class Earning:
    """What a cart earns: the claims of the rules that are met, and who has a seat.

    `fields` are those of the points lane, `remainder` is what the item lane leaves.
    Where the payment has no terms, there are no points.

    >>> from saleor_rewards.engine.snapshot import Snapshot
    >>> cart = Cart(Snapshot("default", "USD"), [])
    >>> Earning(cart, [], Remainder([]), Payment(cart, (), None)).effects
    ()
    """

    def __init__(
        self,
        cart: Cart,
        fields: Sequence[Field],
        remainder: Remainder,
        payment: Payment,
    ) -> None:
        self.cart = cart
        self.payment = payment
        self._places_by_view: dict[int, frozenset[int]] = {}
        reached = () if payment.terms is None else fields
        self.claims = self._claims(reached, remainder)

    @cached_property
    def seats(self) -> Seats:
        """Who has a seat on each line, and for the order."""
        return Seats.of(self.claims, self.payment.bases)

    @cached_property
    def effects(self) -> tuple[PointsEarned, ...]:
        """What each rule gives for the order, none of it 0."""
        return self.seats.earned(self.payment.bases) if self.claims else ()

    @property
    def rules(self) -> tuple[RuleDefinition, ...]:
        """The met rules of which none is sure to give less than another, by rank."""
        found = (claim.rule for claim in self.claims)
        return tuple(sorted(found, key=lambda rule: rule.rank))

    def claim(self, compiled: CompiledRule) -> Claim:
        """Return what a rule of the points lane claims once it is met."""
        option = compiled.openings[0].option
        indexes = self._places(self.cart.view(compiled.scope_no))
        points = option.points or Fraction(0)
        return Claim(compiled.rule, points, indexes, option.step_amount)

    def _places(self, view: ScopeView) -> frozenset[int]:
        places = self._places_by_view.get(view.number)
        if places is None:
            places = self._places_by_view[view.number] = frozenset(view.indexes)
        return places

    def _claims(
        self, fields: Sequence[Field], remainder: Remainder
    ) -> tuple[Claim, ...]:
        found = tuple(self._met(fields, remainder))
        if all(claim.step_amount is None for claim in found):
            return found
        # Beside full steps, a lower rate may have what is left over.
        return tuple(self._met(fields, remainder, with_lower=True))

    def _met(
        self, fields: Sequence[Field], remainder: Remainder, with_lower: bool = False
    ) -> Iterator[Claim]:
        for view, ways in fields:
            after_amount = remainder.amount(view)
            for way in ways:
                if not way.opening.is_open(view.amount, after_amount):
                    continue
                claim = self.claim(way.compiled)
                yield claim
                is_rate = claim.rule.benefit.type is BenefitType.POINTS_PER_AMOUNT
                if claim.step_amount is None and not (is_rate and with_lower):
                    # The ways after it give less on the same lines.
                    break
