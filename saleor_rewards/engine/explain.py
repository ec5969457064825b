"""Tells for every rule whether it is applied, within reach, or why it is not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Iterator

from .arrangements import Arrangement
from .cart import Cart
from .combination import Outcome, Pick
from .compile import CompiledProgram
from .conditions import Facts
from .earn import Earning
from .explain_points import PointsExplainer
from .forecast import Forecast, Standing
from .index import CompiledRule, Opening
from .kinds import BenefitType, Lane, ShippingCarrier
from .offers import Offer, OfferCode, OfferState
from .rules import RuleDefinition


@dataclass(frozen=True)
class _Rival:
    """What a rule has to be better than: some picks, less those it would leave."""

    rule_id: int
    code: OfferCode
    picks: tuple[Pick, ...]
    spared: tuple[Pick, ...] = ()
    wins_ties: bool = True


class Explainer:
    """Makes the offers of one evaluation.

    >>> from datetime import datetime, timezone
    >>> from saleor_rewards.engine import ProgramSettings, Snapshot, compile_program
    >>> from saleor_rewards.engine import evaluate
    >>> at = datetime(2024, 5, 1, tzinfo=timezone.utc)
    >>> program = compile_program(ProgramSettings(), [])
    >>> evaluate(Snapshot("default", "USD"), program, at).offers
    ()
    """

    def __init__(
        self,
        program: CompiledProgram,
        cart: Cart,
        facts: Facts,
        outcome: Outcome,
        earning: Earning,
        unhindered: Outcome | None = None,
        arrangement: Arrangement | None = None,
    ) -> None:
        self.program = program
        self.cart = cart
        self.outcome = outcome
        self.rules = program.compiled(facts.currency)
        self.forecast = Forecast(cart, outcome.combination)
        self.earning = earning
        self._at = facts.at
        self._facts = {
            lane: replace(facts, may_choose_method=lane is Lane.SHIPPING)
            for lane in Lane
        }
        self._picks = {pick.compiled.rule.id: pick for pick in outcome.applied.picks}
        free = unhindered.applied.picks if unhindered else ()
        self._arrangement = arrangement
        # What would be given if the shop system had no offer of its own.
        self._displaced = {pick.compiled.rule.id for pick in free if pick.amount}

    def offers(self, with_ended: bool = False) -> Iterator[Offer]:
        """Yield the offer of each rule for carts, unless it ended and is not asked for."""
        for rule in self.program.rules:
            if not rule.is_for_carts:
                continue
            if with_ended or rule.ends_at is None or self._at < rule.ends_at:
                yield self._offer(rule)

    def offer(self, rule_id: int) -> Offer:
        """Return the offer of one rule; KeyError if the program has none for carts."""
        rule = self.program.rules_by_id[rule_id]
        if not rule.is_for_carts:
            raise KeyError(rule_id)
        return self._offer(rule)

    def _offer(self, rule: RuleDefinition) -> Offer:
        code = self._closed(rule)
        if code is not None:
            return _answer(rule, OfferState.BLOCKED, code)
        compiled = self.rules[rule.id]
        if rule.lane is Lane.POINTS:
            return self._points.offer(compiled)
        if rule.id in self._picks:
            return self._applied(compiled, self._picks[rule.id])
        if rule.id in self._displaced:
            code = OfferCode.SALEOR_OFFER_IS_BETTER
            return _answer(rule, OfferState.BLOCKED, code)
        standing = self.forecast.standing(compiled)
        missing = self._missing_items(rule, standing)
        if missing:
            return self._short_of_items(compiled, standing, missing)
        if _is_open(compiled, standing) and self._awaits_method(rule):
            code = OfferCode.AWAITING_DELIVERY_METHOD
            return _answer(rule, OfferState.APPLIED, code)
        return self._beaten_or_short(compiled, standing)

    @cached_property
    def _points(self) -> PointsExplainer:
        return PointsExplainer(self.cart, self.outcome.applied, self.earning)

    def _closed(self, rule: RuleDefinition) -> OfferCode | None:
        facts = self._facts[rule.lane]
        answer = rule.dates.check(facts)
        if not answer.is_met:
            return answer.code
        if rule.lane is Lane.SHIPPING and not self.cart.snapshot.is_shipped:
            return OfferCode.SHIPPING_NOT_REQUIRED
        if rule.lane is Lane.POINTS and self.program.settings.points is None:
            return OfferCode.POINTS_OFF
        compiled = self.rules.get(rule.id)
        if compiled is None:
            return OfferCode.CURRENCY_NOT_CONFIGURED
        for condition in rule.conditions.gate:
            answer = condition.check(facts)
            if not answer.is_met:
                return answer.code
        if self._is_withheld(rule):
            return OfferCode.VOUCHER_IN_USE
        waits = compiled.threshold or compiled.minimum_quantity
        if waits and not rule.conditions.scope.is_narrow:
            return None
        # Who buys nothing of a named range is told so, not how much to buy of it.
        view = self.cart.view(compiled.scope_no)
        facts = replace(facts, item_count=len(view.indexes))
        return rule.conditions.eligible_items.check(facts).code

    def _is_withheld(self, rule: RuleDefinition) -> bool:
        carrier = self.cart.snapshot.shipping_carrier
        return rule.lane is Lane.SHIPPING and carrier is ShippingCarrier.WITHHELD

    def _awaits_method(self, rule: RuleDefinition) -> bool:
        return (
            rule.lane is Lane.SHIPPING
            and self.cart.snapshot.shipping is None
            and self.outcome.exclusive is None
        )

    def _applied(self, compiled: CompiledRule, pick: Pick) -> Offer:
        rule = compiled.rule
        amount = self.outcome.applied.amount_of(pick)
        if pick.amount and not amount:
            return _answer(rule, OfferState.BLOCKED, self._emptied(rule))
        standing = self.forecast.standing(compiled)
        for step, opening, gap in self._steps_ahead(compiled, standing):
            worths = self.forecast.worths(compiled, gap)
            if worths[step] > max(worths[:step]):
                code = OfferCode.NEXT_STEP
                state = OfferState.APPLIED
                return _answer(rule, state, code, amount, ahead=opening, gap=gap)
        return _answer(rule, OfferState.APPLIED, OfferCode.APPLIED, amount)

    def _emptied(self, rule: RuleDefinition) -> OfferCode:
        """Return what leaves nothing of a rule that was picked."""
        arrangement = self._arrangement
        is_hindered = arrangement is not None and arrangement.room_amount is not None
        if rule.lane is Lane.SHIPPING:
            on_lines = self.outcome.applied.carried is not None
            beside = arrangement is not None and arrangement.offer is not None
            is_hindered = on_lines and beside
        if is_hindered:
            return OfferCode.SALEOR_OFFER_IS_BETTER
        return OfferCode.CAP_REACHED

    def _steps_ahead(
        self, compiled: CompiledRule, standing: Standing
    ) -> Iterator[tuple[int, Opening, int]]:
        for step, opening in enumerate(compiled.openings):
            if not opening.is_open(standing.before_amount, standing.after_amount):
                gap = self.forecast.gap(compiled, opening)
                if gap is not None:
                    yield step, opening, gap

    def _missing_items(self, rule: RuleDefinition, standing: Standing) -> int | None:
        asked = rule.conditions.minimum_quantity
        if asked is None:
            return None
        facts = replace(self._facts[rule.lane], quantity=standing.quantity)
        return asked.check(facts).gap

    def _short_of_items(
        self, compiled: CompiledRule, standing: Standing, missing: int
    ) -> Offer:
        code, ahead, gap = OfferCode.MINIMUM_QUANTITY, compiled.openings[0], None
        if not _is_open(compiled, standing):
            for _, opening, price in self._steps_ahead(compiled, standing):
                code, ahead, gap = OfferCode.MINIMUM_SUBTOTAL, opening, price
                break
        return _answer(
            compiled.rule,
            OfferState.REACHABLE,
            code,
            ahead=ahead,
            gap=gap,
            gap_quantity=missing,
        )

    def _beaten_or_short(self, compiled: CompiledRule, standing: Standing) -> Offer:
        rule = compiled.rule
        rival = self._rival(compiled)
        is_open = _is_open(compiled, standing)
        code = OfferCode.NEXT_STEP if is_open else OfferCode.MINIMUM_SUBTOTAL
        for step, opening, gap in self._steps_ahead(compiled, standing):
            if rival is None and is_open:
                break
            if rival is None or self._beats(compiled, step, gap, rival):
                state = OfferState.REACHABLE
                return _answer(rule, state, code, ahead=opening, gap=gap)
        if rival is None:
            # Other lanes are worth more without it, or leave nothing to reach.
            rule_id, code = self._main_rule_id(), OfferCode.BEATEN
        else:
            rule_id, code = rival.rule_id, rival.code
        return _answer(rule, OfferState.BLOCKED, code, beaten_by=rule_id)

    def _beats(
        self, compiled: CompiledRule, step: int, gap: int, rival: _Rival
    ) -> bool:
        worth = self.forecast.pick_worth
        needed = sum(worth(pick, compiled, gap) for pick in rival.picks)
        needed -= sum(worth(pick, compiled, gap) for pick in rival.spared)
        amount = self.forecast.worths(compiled, gap)[step]
        return amount > needed or (amount == needed and not rival.wins_ties)

    def _rival(self, compiled: CompiledRule) -> _Rival | None:
        combination = self.outcome.combination
        lane, rank = compiled.rule.lane, compiled.rank
        if self.outcome.exclusive is not None:
            (pick,) = self.outcome.exclusive.picks
            rival = _rival(OfferCode.EXCLUSIVE_APPLIED, pick, rank)
            if compiled.rule.exclusive:
                return rival
            # Rules that add up win a tie against an exclusive one.
            spared = [other for other in combination.picks if _lane(other) is not lane]
            return replace(rival, spared=tuple(spared), wins_ties=False)
        if compiled.rule.exclusive and combination.picks:
            return _Rival(self._main_rule_id(), OfferCode.BEATEN, combination.picks)
        for pick in combination.picks:
            if _lane(pick) is lane:
                return _rival(OfferCode.BEATEN, pick, rank)
        return None

    def _main_rule_id(self) -> int:
        pick = min(
            self.outcome.applied.picks,
            key=lambda pick: (-pick.amount, pick.compiled.rank),
        )
        return pick.compiled.rule.id


def _is_open(compiled: CompiledRule, standing: Standing) -> bool:
    first = compiled.openings[0]
    return first.is_open(standing.before_amount, standing.after_amount)


def _lane(pick: Pick) -> Lane:
    return pick.compiled.rule.lane


def _rival(code: OfferCode, pick: Pick, rank: tuple[int, int]) -> _Rival:
    wins_ties = pick.compiled.rank < rank
    return _Rival(pick.compiled.rule.id, code, (pick,), wins_ties=wins_ties)


def _answer(
    rule: RuleDefinition,
    state: OfferState,
    code: OfferCode,
    amount: int = 0,
    *,
    beaten_by: int | None = None,
    ahead: Opening | None = None,
    gap: int | None = None,
    gap_quantity: int | None = None,
) -> Offer:
    benefit_type = rule.benefit.type
    named = ahead is not None and benefit_type is not BenefitType.FREE_SHIPPING
    option = ahead.option if ahead is not None and named else None
    return Offer(
        rule_id=rule.id,
        rule_version=rule.version,
        name=rule.name,
        lane=rule.lane,
        benefit_type=benefit_type,
        state=state,
        code=code,
        amount=amount,
        gap_amount=gap,
        gap_quantity=gap_quantity,
        next_percent=None if option is None else option.percent,
        next_amount=None
        if option is None or option.rate is not None
        else option.amount,
        beaten_by=beaten_by,
    )
