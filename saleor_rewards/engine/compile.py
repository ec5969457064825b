"""Prepares a program's rules once, so that each evaluation only looks things up."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from typing import Dict, Generic, Hashable, Iterable, Mapping, TypeVar

from .benefits import Ladder, Option
from .index import CompiledRule, CurrencyIndex, GateKey, Opening
from .kinds import Lane, SubtotalBase
from .rules import ProgramSettings, RuleDefinition
from .scope import Scope

Key = TypeVar("Key", bound=Hashable)

#: Rules without any amount work in a currency that no rule names.
ANY_CURRENCY = ""


class CompiledProgram:
    """A program whose rules are ready to be evaluated; make it with `compile_program`.

    `needs` names the parts of a snapshot that some rule reads and that cost the host
    queries: any of `"categories"`, `"collections"`, `"customer"`, `"referral"` and
    `"tier"`.

    >>> compile_program(ProgramSettings(), []).needs
    frozenset()
    """

    def __init__(
        self, settings: ProgramSettings, rules: Iterable[RuleDefinition]
    ) -> None:
        self.settings = settings
        self.rules = tuple(sorted(rules, key=lambda rule: rule.rank))
        self.rules_by_id: Mapping[int, RuleDefinition] = {
            rule.id: rule for rule in self.rules
        }
        if len(self.rules_by_id) < len(self.rules):
            raise ValueError("rules: each id must be there once")
        self.needs = frozenset(need for rule in self.rules for need in _needs(rule))
        compiler = _Compiler()
        self._by_currency = {
            currency: compiler.rules(self.rules, currency)
            for currency in [*_currencies(self.rules), ANY_CURRENCY]
        }
        self.scopes = tuple(compiler.scopes)
        self.gates: tuple[GateKey, ...] = tuple(compiler.gates)
        times = {time for rule in self.rules for time in (rule.starts_at, rule.ends_at)}
        self._times = sorted(time for time in times if time is not None)
        self._indexes: dict[str, tuple[int, CurrencyIndex]] = {}

    def compiled(self, currency: str) -> Mapping[int, CompiledRule]:
        """Return by id the rules that are configured in `currency`."""
        return self._by_currency.get(currency, self._by_currency[ANY_CURRENCY])

    def index(self, currency: str, at: datetime) -> CurrencyIndex:
        """Return the index of the rules that run at `at` in `currency`.

        It is made anew when a rule has started or ended since it was last asked for.
        """
        period = bisect_right(self._times, at)
        known = self._indexes.get(currency)
        if known is None or known[0] != period:
            running = [
                compiled
                for compiled in self.compiled(currency).values()
                if compiled.rule.dates.code_at(at) is None
            ]
            known = (period, CurrencyIndex(running, self.scopes))
            self._indexes[currency] = known
        return known[1]


def compile_program(
    settings: ProgramSettings, rules: Iterable[RuleDefinition]
) -> CompiledProgram:
    """Prepare the rules of one program for any number of evaluations.

    Raises `ValueError` where two rules have the same id.

    >>> from saleor_rewards.engine.parse import parse_rule
    >>> definition = {
    ...     "lane": "SHIPPING",
    ...     "conditions": {"first_order": True},
    ...     "benefit": {"type": "FREE_SHIPPING"},
    ... }
    >>> rule = parse_rule(definition, id=5, version=1, name="Welcome")
    >>> sorted(compile_program(ProgramSettings(), [rule]).needs)
    ['customer']
    """
    return CompiledProgram(settings, rules)


def _currencies(rules: Iterable[RuleDefinition]) -> set[str]:
    return {
        currency
        for rule in rules
        for _, amounts in rule.amounts_by_field()
        for currency in amounts.currencies
    }


def _needs(rule: RuleDefinition) -> Iterable[str]:
    if rule.lane is Lane.REFERRAL:
        return
    scope = rule.conditions.scope
    if not scope.categories.is_empty:
        yield "categories"
    if not scope.collections.is_empty:
        yield "collections"
    if rule.conditions.first_order or rule.conditions.nth_order:
        yield "customer"
    if rule.conditions.tiers is not None:
        yield "tier"
    if rule.conditions.has_referral is not None:
        yield "referral"


class _Numbers(Dict[Key, int], Generic[Key]):
    """Gives each distinct key the next number."""

    def __missing__(self, key: Key) -> int:
        self[key] = number = len(self)
        return number


class _Compiler:
    """Shares what is the same in many rules: scopes, gates, options."""

    def __init__(self) -> None:
        self.scopes: _Numbers[Scope] = _Numbers()
        self.gates: _Numbers[GateKey] = _Numbers()
        self.options: _Numbers[Hashable] = _Numbers()

    def rules(
        self, rules: Iterable[RuleDefinition], currency: str
    ) -> dict[int, CompiledRule]:
        return {
            rule.id: self.rule(rule, currency)
            for rule in rules
            if rule.is_configured(currency) and rule.is_for_carts
        }

    def rule(self, rule: RuleDefinition, currency: str) -> CompiledRule:
        conditions = rule.conditions
        quantity = conditions.minimum_quantity
        scope_no = self.scopes[conditions.scope]
        openings = self.openings(rule, currency)
        return CompiledRule(
            rule=rule,
            scope_no=scope_no,
            gate_no=self.gates[conditions.gate, rule.lane is Lane.SHIPPING],
            minimum_quantity=0 if quantity is None else quantity.quantity,
            openings=openings,
        )

    def openings(self, rule: RuleDefinition, currency: str) -> tuple[Opening, ...]:
        asked = rule.conditions.minimum_subtotal
        minimum = (0, 0) if asked is None else asked.thresholds(currency)
        openings = []
        for option in rule.benefit.options(currency):
            before_amount, after_amount = minimum
            if isinstance(rule.benefit, Ladder):
                if rule.benefit.base is SubtotalBase.BEFORE_ITEM_DISCOUNTS:
                    before_amount = max(before_amount, option.from_amount)
                else:
                    after_amount = max(after_amount, option.from_amount)
            if rule.lane is Lane.ITEM:
                # The item lane comes first: there is nothing to take off yet.
                before_amount, after_amount = max(before_amount, after_amount), 0
            openings.append(
                Opening(option, self.option_no(option), before_amount, after_amount)
            )
        return tuple(openings)

    def option_no(self, option: Option) -> int:
        return self.options[
            option.rate, option.amount, option.cap, option.points, option.step_amount
        ]
