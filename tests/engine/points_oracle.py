"""Works out points line by line and unit by unit, as plainly as can be."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import floor
from typing import Any, Sequence

from saleor_rewards.engine import (
    HostOffer,
    HostOfferKind,
    LineDiscount,
    LineSnapshot,
    PointsBase,
    PointsCounting,
    PointsDiscount,
    PointsFixed,
    PointsMultiplier,
    PointsPerAmount,
    RuleDefinition,
)

from .oracle import Choice, Oracle, in_scope, rounded

#: The most points of one order: the largest whole number of GraphQL.
MOST = 2**31 - 1


def remainders(total: int, exact: Sequence[Fraction]) -> list[int]:
    """Round down, and give what is left over to the largest remainders."""
    parts = [floor(share) for share in exact]
    while sum(parts) < total:
        missed = [share - part for share, part in zip(exact, parts)]
        parts[missed.index(max(missed))] += 1
    return parts


def shared_out(amount: int, weights: Sequence[int]) -> list[int]:
    if not amount:
        return [0] * len(weights)
    return remainders(amount, [Fraction(amount * w, sum(weights)) for w in weights])


class PointsOracle:
    """What a cart pays and earns in points, once the other lanes gave `effects`."""

    def __init__(self, situation: Any, effects: Sequence[Any]) -> None:
        self.cart, settings, self.rules = situation
        self.terms = settings.points
        self.plain = Oracle(self.cart, settings, self.rules)
        self.lines = [
            line for line in self.plain.lines if not (line.is_gift or line.is_gift_card)
        ]
        items = {rule.id for rule in self.rules if rule.lane.value == "ITEM"}
        self.after = self.less(effects, lambda effect: effect.rule_id in items)
        self.voucher = self.cart.voucher or HostOffer(HostOfferKind.VOUCHER)
        self.left = self.after_voucher(self.less(effects, lambda effect: True))
        # What stands in for the delivery price is paid for the goods all the same.
        goods = self.less(effects, lambda effect: not effect.for_shipping)
        self.earning = self.after_voucher(goods)
        self.rooms = [
            max(amount - line.keep_amount, 0)
            for line, amount in zip(self.lines, self.left)
        ]

    def after_voucher(self, left: list[int]) -> list[int]:
        voucher = shared_out(min(self.voucher.amount, sum(left)), left)
        return [amount - part for amount, part in zip(left, voucher)]

    def less(self, effects: Sequence[Any], counts: Any) -> list[int]:
        taken = dict.fromkeys((line.id for line in self.lines), 0)
        for effect in effects:
            if isinstance(effect, LineDiscount) and counts(effect):
                taken[effect.line_id] += effect.amount
        return [line.amount - taken[line.id] for line in self.lines]

    def worth(self, points: int) -> int:
        terms = self.terms
        return floor(Fraction(points * terms.redeem_amount, terms.redeem_points))

    def factor(self, line: LineSnapshot) -> Fraction:
        """Return what a shopper pays for each coin that a line costs."""
        return 1 + (0 if self.cart.prices_with_tax else Fraction(line.tax_rate))

    def charged(self, amounts: Sequence[int]) -> list[int]:
        return [
            floor(self.factor(line) * amount)
            for line, amount in zip(self.lines, amounts)
        ]

    @property
    def most_amount(self) -> int:
        share = Fraction(self.terms.most_percent) / 100
        whole = floor(share * sum(self.charged(self.left)))
        return min(whole, sum(self.charged(self.rooms)))

    def parts(self, amount: int) -> list[int]:
        """Return what each line is reduced by where the shopper pays `amount` less.

        As much as is due on it and on all before it, less what these were reduced by.
        """
        shares = shared_out(amount, self.charged(self.rooms))
        found: list[int] = []
        due = Fraction(0)
        for line, room, share in zip(self.lines, self.rooms, shares):
            due += share
            units = min(room, floor(due / self.factor(line)))
            due -= units * self.factor(line)
            found.append(units)
        return found

    def paid(self, amount: int) -> list[PointsDiscount]:
        parts = self.parts(amount)
        return [
            PointsDiscount(line.id, part, self.cart.currency)
            for line, part in zip(self.lines, parts)
            if part
        ]

    def bases(self, amount: int) -> list[int]:
        """Return what each line earns on where points paid `amount`."""
        paid = self.parts(amount)
        left = [max(amount - part, 0) for amount, part in zip(self.earning, paid)]
        share = Fraction(self.voucher.percent) / 100
        # The price is rounded, and not the discount.
        voucher = sum(left) - rounded((1 - share) * sum(left))
        return [
            self.base(line, amount - part)
            for line, amount, part in zip(self.lines, left, shared_out(voucher, left))
        ]

    def earned(self, amount: int) -> dict[int, int]:
        """Return points by rule for a cart of which points paid `amount`."""
        bases = self.bases(amount)
        met = [rule for rule in self.rules if self.is_met(rule)]
        exact = self.most(met, bases)
        by_rank = sorted(exact, key=lambda id: self.rule(id).rank)
        shares = [exact[id] for id in by_rank]
        found = dict(zip(by_rank, remainders(floor(sum(shares)), shares)))
        fixed = self.best(met, PointsFixed, self.lines)
        if fixed is not None:
            found[fixed.id] = fixed.benefit.points
        left = MOST
        capped = {}
        for id in sorted(found, key=lambda id: self.rule(id).rank):
            capped[id] = min(found[id], left)
            left -= capped[id]
        return {id: points for id, points in capped.items() if points}

    def most(
        self, met: Sequence[RuleDefinition], bases: Sequence[int]
    ) -> dict[int, Fraction]:
        """Return the exact points by rule of the rates that give most together.

        Every choice of them is tried, larger ones first, then those of better rates.
        """
        rates = [rule for rule in met if isinstance(rule.benefit, PointsPerAmount)]
        rates.sort(key=lambda rule: (-self.value(rule), *rule.rank))
        others = [rule for rule in met if rule not in rates]
        best: dict[int, Fraction] = {}
        for size in range(len(rates), 0, -1):
            for chosen in combinations(rates, size):
                exact = self.exact([*chosen, *others], bases)
                if not best or floor(sum(exact.values())) > floor(sum(best.values())):
                    best = exact
        return best

    def exact(
        self, met: Sequence[RuleDefinition], bases: Sequence[int]
    ) -> dict[int, Fraction]:
        pairs = [
            (self.best(met, PointsPerAmount, [line]), base)
            for line, base in zip(self.lines, bases)
        ]
        exact: dict[int, Fraction] = {}
        for line, (rate, base) in zip(self.lines, pairs):
            factor = self.best(met, PointsMultiplier, [line])
            if rate is not None:
                total = sum(paid for other, paid in pairs if other is rate)
                points = self.value(rate) * base * self.counted_part(rate, total)
                exact[rate.id] = exact.get(rate.id, 0) + points
                if factor is not None:
                    added = points * (self.value(factor) - 1)
                    exact[factor.id] = exact.get(factor.id, 0) + added
        return exact

    def counted_part(self, rate: RuleDefinition, total: int) -> Fraction:
        """Return which part of a total counts: all of it, or its full steps."""
        benefit = rate.benefit
        if benefit.counting is PointsCounting.IN_PROPORTION or not total:
            return Fraction(1)
        per = benefit.per.of(self.cart.currency)
        full = 0
        while full + per <= total:
            full += per
        return Fraction(full, total)

    def rule(self, id: int) -> RuleDefinition:
        return next(rule for rule in self.rules if rule.id == id)

    def base(self, line: LineSnapshot, amount: int) -> int:
        with_tax = self.cart.prices_with_tax
        share = 1 + Fraction(line.tax_rate)
        if with_tax and self.terms.base is PointsBase.NET:
            return rounded(amount / share)
        if not with_tax and self.terms.base is PointsBase.GROSS:
            return rounded(amount * share)
        return amount

    def is_met(self, rule: RuleDefinition) -> bool:
        choice = Choice(rule, 0, None, 0, None)
        before = [line.amount for line in self.lines]
        return self.plain.passes(rule) and self.reaches(choice, before)

    def reaches(self, choice: Choice, before: Sequence[int]) -> bool:
        places = {line.id: place for place, line in enumerate(self.lines)}
        padded = [
            [
                0 if line.is_gift or line.is_gift_card else amounts[places[line.id]]
                for line in self.plain.lines
            ]
            for amounts in (before, self.after)
        ]
        return self.plain.is_met(choice, *padded)

    def value(self, rule: RuleDefinition) -> Fraction:
        benefit = rule.benefit
        if isinstance(benefit, PointsPerAmount):
            return Fraction(benefit.points, benefit.per.of(self.cart.currency))
        if isinstance(benefit, PointsMultiplier):
            return Fraction(benefit.factor)
        return Fraction(benefit.points)

    def best(
        self, met: Sequence[Any], type: Any, lines: Sequence[LineSnapshot]
    ) -> RuleDefinition | None:
        fitting = [
            rule
            for rule in met
            if isinstance(rule.benefit, type)
            and any(in_scope(rule.conditions.scope, line) for line in lines)
        ]
        return min(
            fitting, key=lambda rule: (-self.value(rule), *rule.rank), default=None
        )
