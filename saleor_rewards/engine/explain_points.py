"""Tells for every rule of the points lane what it gives, or why it does not."""

from __future__ import annotations

from dataclasses import replace

from .cart import Cart
from .combination import Combination
from .earn import Earning
from .forecast import Forecast
from .index import CompiledRule
from .offers import Offer, OfferCode, OfferState
from .points import Claim, Seats
from .rules import RuleDefinition


class PointsExplainer:
    """Makes the offers of the points lane of one evaluation.

    `applied` is what the other lanes give.

    >>> from datetime import datetime, timezone
    >>> from saleor_rewards.engine import LineSnapshot, PointsTerms, ProgramSettings
    >>> from saleor_rewards.engine import Snapshot, compile_program, evaluate, parse_rule
    >>> benefit = {"type": "POINTS_PER_AMOUNT", "points": 1, "per": {"USD": "1.00"}}
    >>> rule = parse_rule({"lane": "POINTS", "benefit": benefit},
    ...                   id=8, version=1, name="One per dollar")
    >>> program = compile_program(ProgramSettings(points=PointsTerms("USD")), [rule])
    >>> line = LineSnapshot("7", "1", "2", 2, list_amount=2050, amount=2050)
    >>> cart = Snapshot("default", "USD", lines=(line,))
    >>> at = datetime(2024, 5, 1, tzinfo=timezone.utc)
    >>> evaluate(cart, program, at).offers[0].points
    20
    """

    def __init__(self, cart: Cart, applied: Combination, earning: Earning) -> None:
        self.cart = cart
        self.applied = applied
        self.earning = earning
        self.forecast = Forecast(cart, applied)
        self._points = {effect.rule_id: effect.points for effect in earning.effects}

    def offer(self, compiled: CompiledRule) -> Offer:
        """Return the offer of a rule that nothing but its minimums can keep back."""
        standing = self.forecast.standing(compiled)
        opening = compiled.openings[0]
        missing = max(compiled.minimum_quantity - standing.quantity, 0)
        if opening.is_open(standing.before_amount, standing.after_amount):
            gap: int | None = 0
        else:
            gap = self.forecast.gap(compiled, opening)
        if gap == 0 and not missing:
            return self._met(compiled)
        if gap is None:
            # What the item lane takes off leaves nothing to reach.
            item = self.applied.item
            winner = None if item is None else item.compiled.rule.id
            return _beaten(compiled.rule, winner)
        return self._reachable(compiled, gap, missing)

    def _met(self, compiled: CompiledRule) -> Offer:
        rule = compiled.rule
        winner = _winner(self.earning.seats, self.earning.claim(compiled))
        if winner not in (None, rule.id):
            return _beaten(rule, winner)
        return replace(
            _answer(rule, OfferState.APPLIED, OfferCode.APPLIED),
            points=self._points.get(rule.id, 0),
            step_amount=compiled.openings[0].option.step_amount,
        )

    def _reachable(self, compiled: CompiledRule, gap: int, missing: int) -> Offer:
        rule, fresh = compiled.rule, len(self.cart.lines)
        claims = [self._with_line(claim, rule, fresh) for claim in self.earning.claims]
        claim = self._with_line(self.earning.claim(compiled), rule, fresh)
        bases = [*self.earning.payment.bases, gap]
        seats = Seats.of([*claims, claim], bases)
        winner = _winner(seats, claim)
        if winner != rule.id:
            return _beaten(rule, winner)
        earned = seats.earned(bases)
        points = {effect.rule_id: effect.points for effect in earned}
        code = OfferCode.MINIMUM_SUBTOTAL if gap else OfferCode.MINIMUM_QUANTITY
        return replace(
            _answer(rule, OfferState.REACHABLE, code),
            gap_amount=gap or None,
            gap_quantity=missing or None,
            next_points=points.get(rule.id, 0),
            step_amount=compiled.openings[0].option.step_amount,
        )

    def _with_line(self, claim: Claim, rule: RuleDefinition, place: int) -> Claim:
        """Return `claim` with one more line, if that is surely in its scope."""
        if not claim.rule.conditions.scope.covers(rule.conditions.scope):
            return claim
        return claim._replace(indexes={*claim.indexes, place})


def _winner(seats: Seats, claim: Claim) -> int | None:
    """Return the id of the rule that gives what `claim` would, its own if it does."""
    ids = [seated.rule.id for seated in seats.rivals(claim)]
    if claim.rule.id in ids:
        return claim.rule.id
    return ids[0] if ids else None


def _beaten(rule: RuleDefinition, winner: int | None) -> Offer:
    offer = _answer(rule, OfferState.BLOCKED, OfferCode.BEATEN)
    return replace(offer, beaten_by=winner)


def _answer(rule: RuleDefinition, state: OfferState, code: OfferCode) -> Offer:
    return Offer(
        rule_id=rule.id,
        rule_version=rule.version,
        name=rule.name,
        lane=rule.lane,
        benefit_type=rule.benefit.type,
        state=state,
        code=code,
    )
