"""Warns a merchant of ladders that are valid but hardly meant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Iterator, Sequence

from ..described import Described
from .benefits import Ladder, Option
from .money import from_minor
from .rules import RuleDefinition

#: A subtotal in minor units beyond every threshold and cap.
FAR_AMOUNT = 10**18


class WarningCode(Described):
    """What can be odd about a ladder, with one example each.

    >>> WarningCode("GAP").name
    'GAP'
    """

    CLIFF = (
        "CLIFF",
        "A cart at this step pays less than one at the step before it: 5 % from 100, "
        "then 40 % from 150. Or the first step gives its whole threshold away.",
    )
    GAP = (
        "GAP",
        "The step gives a smaller share than an earlier one, so two small orders pay "
        "less than a large one: 10 off from 50, then 15 off from 100.",
    )
    OVERLAP = (
        "OVERLAP",
        "Where the step begins, an earlier one is still worth more: 20 off from 100, "
        "then 5 % from 300.",
    )
    DEAD_STEP = (
        "DEAD_STEP",
        "No cart gets more by this step than by an earlier one: 10 % from 100, then 5 "
        "% from 300.",
    )
    MASKED_STEP = (
        "MASKED_STEP",
        "Only the cap keeps this step from giving more than an earlier one: 10 % from "
        "100, then 20 % from 300, at most 10.",
    )


@dataclass(frozen=True)
class Warning:
    """One thing that a merchant should look at, with the path of its step.

    >>> Warning(WarningCode.GAP, "benefit.steps.1", "Look here.").field
    'benefit.steps.1'
    """

    code: WarningCode
    field: str
    message: str


def lint_rule(rule: RuleDefinition) -> tuple[Warning, ...]:
    """Return the warnings for a rule, by step and currency; none unless a ladder.

    None of them is an error: a cart is never worse off, since the best of the steps
    reached counts.

    >>> from saleor_rewards.engine.parse import parse_rule
    >>> steps = [
    ...     {"from": {"USD": "100.00"}, "percent": "10"},
    ...     {"from": {"USD": "300.00"}, "percent": "5"},
    ... ]
    >>> definition = {"lane": "ORDER", "benefit": {"type": "LADDER", "steps": steps}}
    >>> rule = parse_rule(definition, id=5, version=1, name="Spring")
    >>> [(warning.code.value, warning.field) for warning in lint_rule(rule)]
    [('DEAD_STEP', 'benefit.steps.1')]
    """
    ladder = rule.benefit
    if not isinstance(ladder, Ladder):
        return ()
    currencies = {
        currency
        for _, amounts in ladder.amounts_by_field()
        for currency in amounts.currencies
        if ladder.is_configured(currency)
    }
    return tuple(
        warning
        for step in range(len(ladder.steps))
        for currency in sorted(currencies)
        for warning in _Steps(ladder.options(currency), currency).warnings(step)
    )


class _Steps:
    """The steps of a ladder in one currency."""

    def __init__(self, options: Sequence[Option], currency: str) -> None:
        self.options = options
        self.currency = currency

    def warnings(self, step: int) -> Iterator[Warning]:
        """Yield what is odd about one step."""
        option = self.options[step]
        start = option.from_amount
        worth = option.worth(start)
        earlier = _most(self.options[:step], start)
        if step and not self._ever_wins(self.options, step):
            yield self._never_better(step)
        elif step and worth < earlier:
            yield self._warning(
                WarningCode.OVERLAP,
                step,
                f"at {self._text(start)} it gives {self._text(worth)}, "
                f"an earlier step gives {self._text(earlier)}",
            )
        elif self._share_falls_back(step):
            yield self._warning(
                WarningCode.GAP,
                step,
                f"{self._text(worth)} from {self._text(start)} is a smaller share "
                "than an earlier step gives, so that two smaller orders pay less",
            )
        yield from self._cliff(step)

    def _never_better(self, step: int) -> Warning:
        uncapped = [replace(option, cap=None) for option in self.options]
        if self._ever_wins(uncapped, step):
            message = "the cap keeps it from ever giving more than an earlier step"
            return self._warning(WarningCode.MASKED_STEP, step, message)
        message = "it never gives more than an earlier step"
        return self._warning(WarningCode.DEAD_STEP, step, message)

    def _ever_wins(self, options: Sequence[Option], step: int) -> bool:
        option, earlier = options[step], options[:step]
        return any(
            option.worth(amount) > _most(earlier, amount)
            for amount in _turning_points(options)
            if amount >= option.from_amount
        )

    def _share_falls_back(self, step: int) -> bool:
        option = self.options[step]
        worth = option.worth(option.from_amount)
        return any(
            worth * earlier.from_amount
            < earlier.worth(earlier.from_amount) * option.from_amount
            for earlier in self.options[:step]
        )

    def _cliff(self, step: int) -> Iterator[Warning]:
        start = self.options[step].from_amount
        pays = start - _most(self.options[: step + 1], start)
        if step:
            before = self.options[step - 1].from_amount
            paid = before - _most(self.options[:step], before)
            is_cliff = pays < paid
            message = (
                f"a cart of {self._text(start)} pays {self._text(pays)}, less than "
                f"the {self._text(paid)} of a cart of {self._text(before)}"
            )
        else:
            is_cliff = start > 0 and pays == 0
            message = f"a cart of {self._text(start)} pays nothing"
        if is_cliff:
            yield self._warning(WarningCode.CLIFF, step, message)

    def _warning(self, code: WarningCode, step: int, message: str) -> Warning:
        text = f"Step {step + 1} in {self.currency}: {message}."
        return Warning(code, f"benefit.steps.{step}", text)

    def _text(self, amount: int) -> str:
        return format(from_minor(amount, self.currency), "f")


def _most(options: Sequence[Option], amount: int) -> int:
    return max((option.worth(amount) for option in options), default=0)


def _turning_points(options: Sequence[Option]) -> set[int]:
    # What a step gives is made of straight lines over the subtotal. So if it ever
    # gives more than the others, it does so where two such lines can meet, where a
    # step begins, or far beyond.
    points = {option.from_amount for option in options} | {FAR_AMOUNT}
    levels = {option.amount for option in options}
    levels.update(option.cap for option in options if option.cap is not None)
    for option in options:
        if option.rate is not None:
            for level in levels:
                meeting = level * option.rate.denominator // option.rate.numerator
                points.update((meeting, meeting + 1))
    return points
