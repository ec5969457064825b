"""Tells for every rule whether it is applied, within reach, or why it is not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Iterator

from .cart import Cart
from .combination import Outcome, Pick
from .compile import CompiledProgram
from .conditions import Facts
from .forecast import Forecast
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
    """Makes the offers of one evaluation."""

    def __init__(
        self, program: CompiledProgram, cart: Cart, facts: Facts, outcome: Outcome
    ) -> None:
        self.program = program
        self.cart = cart
        self.facts = facts
        self.outcome = outcome
        self.rules = program.index(facts.currency).rules
        self.forecast = Forecast(cart, outcome.combination)

    def offers(self) -> Iterator[Offer]:
        """Yield the offer of each rule that has not ended."""
        for rule in self.program.rules:
            if rule.ends_at is None or self.facts.at < rule.ends_at:
                yield self._offer(rule)

    def offer(self, rule_id: int) -> Offer:
        """Return the offer of one rule; KeyError if the program has no such rule."""
        return self._offer(self.program.rules_by_id[rule_id])

    def _offer(self, rule: RuleDefinition) -> Offer:
        code = self._closed(rule)
        if code is not None:
            return _answer(rule, OfferState.BLOCKED, code)
        compiled = self.rules[rule.id]
        for pick in self.outcome.applied.picks:
            if pick.compiled.rule is rule:
                return self._applied(compiled, pick)
        view = self.cart.view(compiled.scope_no)
        missing = compiled.minimum_quantity - view.quantity
        if missing > 0:
            return self._short_of_items(compiled, missing)
        if self._awaits_method(rule) and self._is_open(compiled):
            code = OfferCode.AWAITING_DELIVERY_METHOD
            return _answer(rule, OfferState.APPLIED, code)
        return self._beaten_or_short(compiled)

    def _closed(self, rule: RuleDefinition) -> OfferCode | None:
        facts = replace(self.facts, may_choose_method=rule.lane is Lane.SHIPPING)
        answer = rule.dates.check(facts)
        if not answer.is_met:
            return answer.code
        if rule.id not in self.rules:
            return OfferCode.CURRENCY_NOT_CONFIGURED
        for condition in rule.conditions.gate:
            answer = condition.check(facts)
            if not answer.is_met:
                return answer.code
        if self._is_withheld(rule):
            return OfferCode.VOUCHER_IN_USE
        compiled = self.rules[rule.id]
        waits = compiled.threshold or compiled.minimum_quantity
        if waits and not rule.conditions.scope.is_narrow:
            return None
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
            return _answer(rule, OfferState.BLOCKED, OfferCode.CAP_REACHED)
        offer = _answer(rule, OfferState.APPLIED, OfferCode.APPLIED, amount=amount)
        for step, opening, gap in self._steps_ahead(compiled):
            worths = self.forecast.worths(compiled, gap)
            if worths[step] > max(worths[:step]):
                return _towards(replace(offer, code=OfferCode.NEXT_STEP), opening, gap)
        return offer

    def _steps_ahead(
        self, compiled: CompiledRule
    ) -> Iterator[tuple[int, Opening, int]]:
        standing = self.forecast.standing(compiled)
        for step, opening in enumerate(compiled.openings):
            if not opening.is_open(standing.before_amount, standing.after_amount):
                gap = self.forecast.gap(compiled, opening)
                if gap is not None:
                    yield step, opening, gap

    def _short_of_items(self, compiled: CompiledRule, missing: int) -> Offer:
        offer = replace(
            _answer(compiled.rule, OfferState.REACHABLE, OfferCode.MINIMUM_QUANTITY),
            gap_quantity=missing,
        )
        if self._is_open(compiled):
            return _towards(offer, compiled.openings[0], None)
        for _, opening, gap in self._steps_ahead(compiled):
            code = OfferCode.MINIMUM_SUBTOTAL
            return _towards(replace(offer, code=code), opening, gap)
        return offer

    def _beaten_or_short(self, compiled: CompiledRule) -> Offer:
        rival = self._rival(compiled)
        is_open = self._is_open(compiled)
        for step, opening, gap in self._steps_ahead(compiled):
            if rival is None:
                if is_open:
                    break
            elif not self._beats(compiled, step, gap, rival):
                continue
            code = OfferCode.NEXT_STEP if is_open else OfferCode.MINIMUM_SUBTOTAL
            offer = _answer(compiled.rule, OfferState.REACHABLE, code)
            return _towards(offer, opening, gap)
        if rival is None:
            # Other lanes are worth more without it, or leave nothing to reach.
            rule_id, code = self._main_rule_id(), OfferCode.BEATEN
        else:
            rule_id, code = rival.rule_id, rival.code
        return _answer(compiled.rule, OfferState.BLOCKED, code, beaten_by=rule_id)

    def _is_open(self, compiled: CompiledRule) -> bool:
        standing = self.forecast.standing(compiled)
        return compiled.openings[0].is_open(
            standing.before_amount, standing.after_amount
        )

    def _beats(
        self, compiled: CompiledRule, step: int, gap: int, rival: _Rival
    ) -> bool:
        needed = sum(
            self.forecast.pick_worth(pick, compiled, gap) for pick in rival.picks
        ) - sum(self.forecast.pick_worth(pick, compiled, gap) for pick in rival.spared)
        amount = self.forecast.worths(compiled, gap)[step]
        return amount > needed or (amount == needed and not rival.wins_ties)

    def _rival(self, compiled: CompiledRule) -> _Rival | None:
        combination = self.outcome.combination
        lane, rank = compiled.rule.lane, compiled.rank
        if self.outcome.exclusive is not None:
            (pick,) = self.outcome.exclusive.picks
            if compiled.rule.exclusive:
                return _rival(OfferCode.EXCLUSIVE_APPLIED, pick, rank)
            spared = [other for other in combination.picks if _lane(other) is not lane]
            # Rules that add up win a tie against an exclusive one.
            rival = _rival(OfferCode.EXCLUSIVE_APPLIED, pick, rank)
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
    beaten_by: int | None = None,
) -> Offer:
    return Offer(
        rule_id=rule.id,
        rule_version=rule.version,
        name=rule.name,
        lane=rule.lane,
        benefit_type=rule.benefit.type,
        state=state,
        code=code,
        amount=amount,
        beaten_by=beaten_by,
    )


def _towards(offer: Offer, opening: Opening, gap_amount: int | None) -> Offer:
    option = opening.option
    offer = replace(offer, gap_amount=gap_amount)
    if offer.benefit_type is BenefitType.FREE_SHIPPING:
        return offer
    if option.rate is None:
        return replace(offer, next_amount=option.amount)
    return replace(offer, next_percent=option.percent)
