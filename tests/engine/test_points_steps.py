"""Points by full steps: only each full amount counts, all lines of a rule together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings

from saleor_rewards.engine import (
    OfferCode,
    OfferState,
    compile_program,
    dump_rule,
    evaluate,
    grant_points,
)

from .build import NOW, cart, earn, earned, fixed, line, multiplier, per_amount, rule
from .strategies import points_situations

SETTINGS = settings(max_examples=150, deadline=None)


def full_steps(points: int = 10, per: str = "10.00", **values: Any) -> Any:
    """Return a rule that gives points for each full amount alone."""
    found = per_amount(points, per, **values)
    found["benefit"]["counting"] = "FULL_STEPS"
    return found


def only(*ids: str) -> Any:
    return {"include": list(ids)}


@pytest.mark.parametrize(
    ("amount", "by_steps", "in_proportion"),
    [(999, 0, 9), (1000, 10, 10), (1999, 10, 19), (2500, 20, 25)],
)
def test_what_is_left_over_of_a_full_amount_gives_points_in_proportion_alone(
    amount: int, by_steps: int, in_proportion: int
) -> None:
    # given
    snapshot = cart(line("a", amount))

    # when / then
    assert earn(snapshot, full_steps()).earned_points == by_steps
    proportional = per_amount(10, "10.00")
    assert earn(snapshot, proportional).earned_points == in_proportion
    proportional["benefit"]["counting"] = "IN_PROPORTION"
    assert earn(snapshot, proportional).earned_points == in_proportion


def test_the_lines_of_a_rule_make_full_amounts_together() -> None:
    assert earned(earn(cart(line("a", 600), line("b", 600)), full_steps())) == [(1, 10)]


def test_a_rule_without_a_word_about_it_counts_and_is_stored_as_ever() -> None:
    # given
    silent = per_amount(10, "10.00")
    said = per_amount(10, "10.00")
    said["benefit"]["counting"] = "IN_PROPORTION"

    # when / then: saving it again makes no other definition of it
    assert dump_rule(rule(silent)) == dump_rule(rule(said))
    assert "counting" not in dump_rule(rule(silent))["benefit"]
    assert dump_rule(rule(full_steps()))["benefit"]["counting"] == "FULL_STEPS"


def test_rules_of_one_rate_that_count_otherwise_are_not_the_same() -> None:
    # given: ten per 10.00 either way, and 17.50 of goods
    snapshot = cart(line("a", 1750))

    # when / then
    assert earned(earn(snapshot, full_steps(), per_amount(1, "1.00"))) == [(2, 17)]
    assert earned(earn(snapshot, full_steps(1, "1.00"), full_steps())) == [(1, 17)]


def test_a_better_rate_of_which_too_little_is_full_leaves_the_points_to_a_lower() -> (
    None
):
    # given: one a dollar by full tens, and nine for each ten dollars
    rules = full_steps(), per_amount(9, "10.00")

    # when
    below, above = (earn(cart(line("a", sum)), *rules) for sum in (990, 1000))

    # then
    assert earned(below) == [(2, 8)]
    assert (below.offer(1).code, below.offer(1).beaten_by) == (OfferCode.BEATEN, 2)
    assert earned(above) == [(1, 10)]


def test_lines_that_fill_a_step_are_not_taken_by_a_better_rate_for_some_of_them() -> (
    None
):
    # given: 5.00 of goods that would earn a little more by another rule
    snapshot = cart(line("a", 500), line("b", 500))

    # when
    evaluation = earn(
        snapshot, full_steps(), per_amount(11, "10.00", products=only("a"))
    )

    # then
    assert earned(evaluation) == [(1, 10)]


def test_a_multiplier_counts_by_the_share_of_its_lines_in_the_full_amounts() -> None:
    # given: 20 points for 25.00, of which 20.00 count double
    snapshot = cart(line("a", 2000), line("b", 500))

    # when
    evaluation = earn(snapshot, full_steps(), multiplier("2", products=only("a")))

    # then
    assert earned(evaluation) == [(1, 20), (2, 16)]


def test_an_offer_says_for_which_full_amount_it_gives_points() -> None:
    # given
    snapshot = cart(line("a", 900))
    small = {"minimum_subtotal": {"amounts": {"USD": "20.00"}}}

    # when
    empty = earn(snapshot, full_steps()).offer(1)
    ahead = earn(snapshot, full_steps(**small)).offer(1)
    other = earn(snapshot, per_amount()).offer(1)

    # then
    assert (empty.state, empty.points, empty.step_amount) == (
        OfferState.APPLIED,
        0,
        1000,
    )
    assert (ahead.gap_amount, ahead.next_points, ahead.step_amount) == (1100, 20, 1000)
    assert other.step_amount is None


def test_an_order_is_granted_the_full_steps_that_its_cart_was_told() -> None:
    # given
    snapshot = cart(line("a", 990), line("b", 300))
    evaluation = earn(
        snapshot, full_steps(), per_amount(8, "10.00"), fixed(3, products=only("b"))
    )

    # when
    granted = grant_points(snapshot.lines, evaluation.points_rules, "USD")

    # then
    assert [(one.rule_id, one.points) for one in granted] == earned(evaluation)


def test_with_more_rates_than_are_combined_no_fewer_points_come_than_by_any_alone() -> (
    None
):
    # given: ten rules of full steps, and 9.99 of goods
    snapshot = cart(line("a", 999))
    rules = [full_steps(20 + n, f"{10 + n}.00") for n in range(9)]

    # when
    evaluation = earn(snapshot, *rules, full_steps(5, "3.00"), per_amount(9, "10.00"))

    # then
    assert evaluation.earned_points == 15


@SETTINGS
@given(points_situations(), points_situations())
def test_a_rule_more_never_lowers_what_an_order_earns(
    situation: Any, other: Any
) -> None:
    # given: rates few enough to be tried in each combination
    snapshot, program_settings, rules = situation
    more = [one for one in other[2] if one.lane.value == "POINTS"]
    assume(more)
    added = replace(more[0], id=99)
    rates = [one for one in rules if one.benefit.type.value == "POINTS_PER_AMOUNT"]
    assume(len(rates) < 6)

    # when
    without = evaluate(snapshot, compile_program(program_settings, rules), NOW)
    beside = evaluate(snapshot, compile_program(program_settings, [*rules, added]), NOW)

    # then
    assert beside.earned_points >= without.earned_points
