"""Gives points: the best rate and factor of each line, and the best fixed number.

Points are worked out exactly and rounded down once, for all lines together. What they
earn is then split over the rules by largest remainder, so that it sums exactly; what a
multiplier adds belongs to the multiplier. A fixed number comes on top.

A rule that counts full steps alone sums up its lines first. As what is left over gives
nothing then, the best rate may give less than a lower one: of the rules with a rate,
those stand that give most together.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import combinations
from typing import AbstractSet, Dict, Iterable, Iterator, Mapping, NamedTuple, Sequence

from .benefits import PointsFixed
from .conditions import Facts
from .effects import PointsEarned
from .kinds import BenefitType, Lane, Occasion
from .rules import RuleDefinition
from .snapshot import CustomerSnapshot, LineSnapshot

#: The most points of one order, whatever its rules come to: what a whole number of
#: GraphQL can say.
MAX_ORDER_POINTS = 2**31 - 1

#: What each rule gives before rounding, by id, the rule of the best rank first.
Shares = Dict[int, Fraction]

#: So many rules with a rate are tried in each combination where one counts full steps,
#: and so many each alone where there are more.
MAX_COMBINED = 6
MAX_ALONE = 16


class Claim(NamedTuple):
    """A met rule that gives points, how many, and the places of its lines that earn.

    `value` is points for each minor unit or for the order, or a factor. With a
    `step_amount` only each full one of it counts.

    >>> Claim._fields
    ('rule', 'value', 'indexes', 'step_amount')
    """

    rule: RuleDefinition
    value: Fraction
    indexes: AbstractSet[int]
    step_amount: int | None = None


@dataclass(frozen=True)
class Seats:
    """The claims that won: a rate and a factor for each line, and one fixed number.

    >>> Seats.of([], bases=[1000, 500])
    Seats(rates=(None, None), factors=(None, None), fixed=None)
    """

    rates: tuple[Claim | None, ...]
    factors: tuple[Claim | None, ...]
    fixed: Claim | None

    @classmethod
    def of(cls, claims: Iterable[Claim], bases: Sequence[int]) -> Seats:
        """Seat those of `claims` that give most on `bases` minor units a line.

        Ties go to more claims, then to the higher value, then to the smaller rank.
        """
        lines = len(bases)
        ranked = sorted(claims, key=lambda claim: claim.rule.rank)
        ranked.sort(key=lambda claim: claim.value, reverse=True)
        every_fixed = _of_type(ranked, BenefitType.POINTS_FIXED)
        factors = _seats(_of_type(ranked, BenefitType.POINTS_MULTIPLIER), lines)
        fixed = next((claim for claim in every_fixed if claim.indexes), None)
        rates = list(_of_type(ranked, BenefitType.POINTS_PER_AMOUNT))
        found = [
            cls(_seats(chosen, lines), factors, fixed) for chosen in _choices(rates)
        ]
        if len(found) == 1:
            return found[0]
        # Of equal ones the first.
        return max(found, key=lambda seats: int(sum(seats._shares(bases).values())))

    @property
    def claims(self) -> list[Claim]:
        """The claims that have a seat, each once, the best rank first."""
        taken = (*self.rates, *self.factors, self.fixed)
        by_id = {claim.rule.id: claim for claim in taken if claim is not None}
        return sorted(by_id.values(), key=lambda claim: claim.rule.rank)

    def rivals(self, claim: Claim) -> list[Claim]:
        """Return who has the seats that `claim` asks for, itself where it has one."""
        seats = self.rates
        if claim.rule.benefit.type is BenefitType.POINTS_FIXED:
            seats = (self.fixed,) * len(self.rates)
        elif claim.rule.benefit.type is BenefitType.POINTS_MULTIPLIER:
            seats = self.factors
        taken = (seats[index] for index in sorted(claim.indexes))
        return [rival for rival in taken if rival is not None]

    def earned(self, bases: Sequence[int]) -> tuple[PointsEarned, ...]:
        """Return what each rule gives on `bases` minor units a line, none of it 0.

        Together they give at most `MAX_ORDER_POINTS`, the best rank first.
        """
        points = _rounded_down(self._shares(bases))
        if self.fixed is not None:
            points[self.fixed.rule.id] = int(self.fixed.value)
        left = MAX_ORDER_POINTS
        found = []
        for claim in self.claims:
            part = min(left, points[claim.rule.id])
            left -= part
            if part:
                found.append(_earned(claim.rule, part))
        return tuple(found)

    def _shares(self, bases: Sequence[int]) -> Shares:
        values = {claim.rule.id: claim.value for claim in self.claims}
        sums: dict[tuple[int, int | None], int] = defaultdict(int)
        for rate, factor, base in zip(self.rates, self.factors, bases):
            if rate is not None:
                sums[rate.rule.id, factor and factor.rule.id] += base
        counted = self._counted(sums)
        shares = dict.fromkeys(values, Fraction(0))
        for (rate_id, factor_id), amount in sums.items():
            points = values[rate_id] * amount * counted[rate_id]
            shares[rate_id] += points
            if factor_id is not None:
                shares[factor_id] += points * (values[factor_id] - 1)
        return shares

    def _counted(self, sums: Mapping[tuple[int, int | None], int]) -> Shares:
        """Return which part of what is paid for its lines each rate counts."""
        totals: dict[int, int] = defaultdict(int)
        for (rate_id, _), amount in sums.items():
            totals[rate_id] += amount
        steps = {claim.rule.id: claim.step_amount for claim in self.claims}
        found = {}
        for rate_id, total in totals.items():
            step = steps[rate_id]
            left_over = 0 if step is None else total % step
            found[rate_id] = Fraction(total - left_over, total or 1)
        return found


def grant_points(
    lines: Sequence[LineSnapshot], rules: Sequence[RuleDefinition], currency: str
) -> tuple[PointsEarned, ...]:
    """Return what met rules of the points lane give for `lines`, none of it 0.

    A line's `amount` is what it earns on, in minor units of `currency`. Gifts and
    lines that earn no points are left aside. Of the conditions, only the scope is
    asked; rules for other occasions than an order, and those that are not configured
    in `currency`, give nothing. Neither order makes a difference.

    >>> from saleor_rewards.engine.parse import parse_rule
    >>> benefit = {"type": "POINTS_PER_AMOUNT", "points": 1, "per": {"USD": "1.00"}}
    >>> rule = parse_rule({"lane": "POINTS", "benefit": benefit},
    ...                   id=8, version=1, name="One per dollar")
    >>> line = LineSnapshot("7", "1", "2", 2, list_amount=2050, amount=2050)
    >>> grant_points([line], [rule], "USD")[0].points
    20
    """
    claims = [
        Claim(rule, option.points, _lines_of(rule, lines), option.step_amount)
        for rule in rules
        if rule.lane is Lane.POINTS
        and rule.occasion is Occasion.ORDER
        and rule.is_configured(currency)
        for option in rule.benefit.options(currency)
        if option.points is not None
    ]
    bases = [line.amount for line in lines]
    return Seats.of(claims, bases).earned(bases)


def occasion_points(
    rules: Sequence[RuleDefinition],
    occasion: Occasion,
    at: datetime,
    tier_id: str | None,
) -> tuple[PointsEarned, ...]:
    """Return what the best rule for a sign-up or a birthday gives at `at`, if any.

    `tier_id` is the level of the member. Ties go to the higher priority, then to the
    lower id.

    >>> from datetime import timezone
    >>> from saleor_rewards.engine.parse import parse_rule
    >>> benefit = {"type": "POINTS_FIXED", "points": 50, "occasion": "SIGN_UP"}
    >>> rule = parse_rule({"lane": "POINTS", "benefit": benefit},
    ...                   id=8, version=1, name="Welcome")
    >>> at = datetime(2024, 5, 1, tzinfo=timezone.utc)
    >>> occasion_points([rule], Occasion.SIGN_UP, at, tier_id=None)[0].points
    50
    >>> occasion_points([rule], Occasion.BIRTHDAY, at, tier_id=None)
    ()
    """
    member = CustomerSnapshot(is_known=True, tier_id=tier_id)
    facts = Facts(at=at, currency="", customer=member)
    found = [
        (-rule.benefit.points, rule.rank, rule)
        for rule in rules
        if isinstance(rule.benefit, PointsFixed)
        and rule.occasion is occasion
        and rule.dates.check(facts).is_met
        and all(condition.check(facts).is_met for condition in rule.conditions.gate)
    ]
    if not found:
        return ()
    points, _, rule = min(found, key=lambda entry: entry[:2])
    return (_earned(rule, -points),)


def _earned(rule: RuleDefinition, points: int) -> PointsEarned:
    return PointsEarned(rule.id, rule.version, rule.name, points)


def _lines_of(rule: RuleDefinition, lines: Sequence[LineSnapshot]) -> set[int]:
    scope = rule.conditions.scope
    return {index for index, line in enumerate(lines) if scope.holds(line)}


def _of_type(claims: Iterable[Claim], type: BenefitType) -> Iterator[Claim]:
    return (claim for claim in claims if claim.rule.benefit.type is type)


def _choices(rates: Sequence[Claim]) -> Iterable[Sequence[Claim]]:
    """Return which of some rates may stand together, all of them first."""
    if all(claim.step_amount is None for claim in rates):
        return [rates]
    if len(rates) <= MAX_COMBINED:
        sizes = range(len(rates), 0, -1)
        return [chosen for size in sizes for chosen in combinations(rates, size)]
    in_proportion = [claim for claim in rates if claim.step_amount is None]
    return [rates, in_proportion, *([claim] for claim in rates[:MAX_ALONE])]


def _seats(ranked: Iterable[Claim], lines: int) -> tuple[Claim | None, ...]:
    seats: list[Claim | None] = [None] * lines
    free = set(range(lines))
    for claim in ranked:
        for index in free.intersection(claim.indexes):
            seats[index] = claim
        free -= claim.indexes
    return tuple(seats)


def _rounded_down(shares: Shares) -> dict[int, int]:
    points = {rule_id: int(share) for rule_id, share in shares.items()}
    left = int(sum(shares.values())) - sum(points.values())
    by_remainder = sorted(shares, key=lambda rule_id: points[rule_id] - shares[rule_id])
    for rule_id in by_remainder[:left]:
        points[rule_id] += 1
    return points
