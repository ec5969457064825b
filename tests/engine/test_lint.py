"""Warnings about ladders: what each means, and that it is never wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.engine import WarningCode, lint_rule

from .build import amount_off, free_shipping, ladder, percent_off, rule
from .strategies import benefits, parsed


def warnings(*steps: tuple[str, str], **values: Any) -> list[tuple[str, str]]:
    found = lint_rule(rule(ladder(*steps, **values)))
    return [(warning.code.value, warning.field) for warning in found]


@pytest.mark.parametrize(
    "steps",
    [
        [("100.00", "5%"), ("300.00", "10%")],
        [("0.00", "5%"), ("100.00", "10%"), ("200.00", "15%")],
        [("50.00", "5.00"), ("100.00", "12.00"), ("200.00", "30.00")],
        [("50.00", "5.00"), ("100.00", "10.00")],
        [("100.00", "50%")],
    ],
)
def test_a_plain_ladder_has_no_warning(steps: Any) -> None:
    assert warnings(*steps) == []


def test_a_step_that_makes_the_dearer_cart_cheaper_than_the_last_step_is_a_cliff() -> (
    None
):
    # given: 100.00 pays 95.00, 150.00 pays 90.00
    steps = [("100.00", "5%"), ("150.00", "40%")]

    # when / then
    assert warnings(*steps) == [("CLIFF", "benefit.steps.1")]
    message = lint_rule(rule(ladder(*steps)))[0].message
    assert message == (
        "Step 2 in USD: a cart of 150.00 pays 90.00, less than the 95.00 of a cart "
        "of 100.00."
    )


def test_a_first_step_that_gives_everything_away_is_a_cliff() -> None:
    assert warnings(("50.00", "50.00")) == [("CLIFF", "benefit.steps.0")]
    assert warnings(("50.00", "49.99")) == []


def test_an_amount_whose_share_falls_back_is_a_gap() -> None:
    assert warnings(("50.00", "10.00"), ("100.00", "15.00")) == [
        ("GAP", "benefit.steps.1")
    ]


def test_a_step_that_an_earlier_one_outlasts_overlaps_it() -> None:
    assert warnings(("100.00", "20.00"), ("300.00", "5%")) == [
        ("OVERLAP", "benefit.steps.1")
    ]


def test_a_step_that_never_gives_more_is_dead() -> None:
    assert warnings(("100.00", "10%"), ("300.00", "5%")) == [
        ("DEAD_STEP", "benefit.steps.1")
    ]
    assert warnings(("100.00", "10.00"), ("300.00", "10.00")) == [
        ("DEAD_STEP", "benefit.steps.1")
    ]


def test_a_step_that_only_the_cap_keeps_down_is_masked() -> None:
    steps = (("100.00", "10%"), ("300.00", "20%"))
    assert warnings(*steps, cap={"USD": "10.00"}) == [
        ("MASKED_STEP", "benefit.steps.1")
    ]
    assert warnings(*steps, cap={"USD": "30.00"}) == [
        ("MASKED_STEP", "benefit.steps.1")
    ]
    assert warnings(*steps, cap={"USD": "30.01"}) == []


def test_each_currency_is_looked_at_by_itself() -> None:
    # given
    rule_in_two = ladder(("100.00", "10.00"), ("200.00", "25.00"))
    for number, amounts in enumerate([("1000", "100"), ("2000", "100")]):
        step = rule_in_two["benefit"]["steps"][number]
        step["from"]["JPY"], step["amount"]["JPY"] = amounts

    # when
    found = lint_rule(rule(rule_in_two))

    # then
    assert [(item.code, "JPY" in item.message) for item in found] == [
        (WarningCode.DEAD_STEP, True)
    ]


def test_rules_without_steps_have_no_warning() -> None:
    for found in (percent_off("5"), amount_off("5.00"), free_shipping("50.00")):
        assert lint_rule(rule(found)) == ()


ladder_rules = (
    benefits("ORDER", "USD")
    .filter(lambda found: found["type"] == "LADDER")
    .map(lambda found: parsed([{"lane": "ORDER", "benefit": found}])[0])
)


@settings(max_examples=100, deadline=None)
@given(ladder_rules, st.integers(0, 20000))
def test_a_dead_or_masked_step_can_go_without_any_cart_noticing(
    found: Any, subtotal: int
) -> None:
    # given
    codes = (WarningCode.DEAD_STEP, WarningCode.MASKED_STEP)
    idle = {
        int(warning.field.split(".")[-1])
        for warning in lint_rule(found)
        if warning.code in codes
    }
    kept = [
        step for number, step in enumerate(found.benefit.steps) if number not in idle
    ]
    shorter = replace(found, benefit=replace(found.benefit, steps=tuple(kept)))

    # when / then
    assert most(shorter, subtotal) == most(found, subtotal)


@settings(max_examples=100, deadline=None)
@given(ladder_rules)
def test_a_step_without_such_a_warning_gives_some_cart_more(found: Any) -> None:
    # given
    last = len(found.benefit.steps) - 1
    codes = {
        warning.code
        for warning in lint_rule(found)
        if warning.field == f"benefit.steps.{last}"
    }
    idle = codes & {WarningCode.DEAD_STEP, WarningCode.MASKED_STEP}
    if not last or idle:
        return
    shorter = replace(
        found, benefit=replace(found.benefit, steps=found.benefit.steps[:-1])
    )

    # when: at its threshold, on the way, or far beyond
    start = found.benefit.steps[-1].from_amounts.of("USD")
    probes = [start, *range(start, start + 300000, 10), 10**12]

    # then
    assert any(most(found, amount) > most(shorter, amount) for amount in probes)


def most(found: Any, amount: int) -> int:
    options = found.benefit.options("USD")
    reached = [item for item in options if item.from_amount <= amount]
    return max((item.worth(amount) for item in reached), default=0)
