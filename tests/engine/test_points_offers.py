"""What a shopper is told of points: what the cart earns, what it could, or why not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from saleor_rewards.engine import (
    OfferCode,
    OfferState,
    PointsTerms,
    ProgramSettings,
    compile_program,
    evaluate,
)

from .build import NOW, cart, earn, fixed, line, multiplier, per_amount, percent_off
from .oracle import in_scope
from .strategies import SCOPES, currencies, parsed, points_definitions, snapshots
from .test_gaps import with_item


def minimum(amount: str) -> Any:
    return {"amounts": {"USD": amount}}


def test_a_rule_says_how_many_points_it_gives() -> None:
    # given / when
    evaluation = earn(cart(line("a", 2000)), per_amount(), multiplier("1.5"), fixed(5))

    # then
    assert [offer.points for offer in evaluation.offers] == [20, 10, 5]
    assert {offer.code for offer in evaluation.offers} == {OfferCode.APPLIED}
    assert {offer.amount for offer in evaluation.offers} == {0}


def test_a_minimum_that_is_not_reached_says_how_far_and_what_is_then_given() -> None:
    # given
    snapshot = cart(line("a", 4280))

    # when
    evaluation = earn(
        snapshot,
        per_amount(),
        per_amount(2, minimum_subtotal=minimum("50.00")),
        multiplier("3", minimum_subtotal=minimum("60.00")),
        fixed(70, minimum_subtotal=minimum("100.00")),
    )

    # then
    rate, factor, number = (evaluation.offer(id) for id in (2, 3, 4))
    assert {offer.state for offer in (rate, factor, number)} == {OfferState.REACHABLE}
    assert {offer.code for offer in (rate, factor, number)} == {
        OfferCode.MINIMUM_SUBTOTAL
    }
    assert (rate.gap_amount, rate.points, rate.next_points) == (720, 0, 100)
    assert (factor.gap_amount, factor.next_points) == (1720, 120)
    assert (number.gap_amount, number.next_points) == (5720, 70)


def test_missing_items_are_counted() -> None:
    # given
    offer = earn(cart(line("a", 1000)), per_amount(minimum_quantity=3)).offer(1)

    # when / then
    assert (offer.state, offer.code) == (
        OfferState.REACHABLE,
        OfferCode.MINIMUM_QUANTITY,
    )
    assert (offer.gap_amount, offer.gap_quantity, offer.next_points) == (None, 2, 10)


def test_missing_items_and_a_missing_amount_are_told_together() -> None:
    # given
    asked = {"minimum_quantity": 3, "minimum_subtotal": minimum("30.00")}

    # when
    offer = earn(cart(line("a", 1000)), per_amount(**asked)).offer(1)

    # then
    assert offer.code is OfferCode.MINIMUM_SUBTOTAL
    assert (offer.gap_amount, offer.gap_quantity, offer.next_points) == (2000, 2, 30)


@pytest.mark.parametrize(
    "kinds",
    [
        (per_amount(2), per_amount(1)),
        (multiplier("3"), multiplier("2")),
        (fixed(9), fixed(5)),
    ],
)
def test_a_rule_that_another_one_beats_says_which(kinds: Any) -> None:
    # given
    better, worse = kinds
    never_better = {**worse, "conditions": {"minimum_subtotal": minimum("99.00")}}

    # when
    evaluation = earn(cart(line("a", 1000)), better, worse, never_better)

    # then
    for id in (2, 3):
        offer = evaluation.offer(id)
        assert (offer.state, offer.code) == (OfferState.BLOCKED, OfferCode.BEATEN)
        assert (offer.beaten_by, offer.points, offer.next_points) == (1, 0, None)


def test_a_rate_that_is_beaten_on_some_lines_gives_what_it_does_on_the_others() -> None:
    # given
    snapshot = cart(line("a", 1000), line("b", 500))
    on_a = per_amount(3, products={"include": ["a"]})

    # when / then
    offer = earn(snapshot, per_amount(), on_a).offer(1)
    assert (offer.state, offer.points) == (OfferState.APPLIED, 5)


def test_what_is_added_for_one_rule_is_no_line_of_a_rule_for_other_goods() -> None:
    # given: nine per dollar on "b", and one on "a" from 20.00 on
    snapshot = cart(line("a", 1000), line("b", 1000))
    on_a = {"products": {"include": ["a"]}, "minimum_subtotal": minimum("20.00")}

    # when
    evaluation = earn(
        snapshot, per_amount(9, products={"include": ["b"]}), per_amount(**on_a)
    )

    # then
    assert evaluation.offer(2).next_points == 20


def test_a_rule_that_gives_less_than_a_point_is_applied_without_effect() -> None:
    # given / when
    evaluation = earn(cart(line("a", 99)), per_amount())

    # then
    assert evaluation.effects == ()
    assert evaluation.offer(1).code is OfferCode.APPLIED


def test_a_minimum_that_the_item_lane_never_lets_a_cart_reach_is_blocked() -> None:
    # given
    gratis = percent_off("100", "ITEM")

    # when
    offer = earn(
        cart(line("a", 1000)), gratis, fixed(5, minimum_subtotal=minimum("1.00"))
    ).offer(2)

    # then
    assert (offer.code, offer.beaten_by) == (OfferCode.BEATEN, 1)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (fixed(5, tiers=["3"]), OfferCode.TIER_NOT_ELIGIBLE),
        (fixed(5, nth_order={"number": 5}), OfferCode.CUSTOMER_UNKNOWN),
        (fixed(5, countries=["PL"]), OfferCode.COUNTRY_NOT_ELIGIBLE),
        (fixed(5, products={"include": ["z"]}), OfferCode.NO_ELIGIBLE_ITEMS),
        (fixed(5, starts_at="2025-01-01T00:00:00Z"), OfferCode.NOT_STARTED),
    ],
)
def test_a_condition_that_nothing_in_the_cart_can_change_says_why(
    found: Any, code: OfferCode
) -> None:
    # given / when
    offer = earn(cart(line("a", 1000)), found).offer(1)

    # then
    assert (offer.state, offer.code) == (OfferState.BLOCKED, code)


@pytest.mark.parametrize("occasion", ["SIGN_UP", "BIRTHDAY"])
def test_rules_for_other_occasions_are_no_offers_of_a_cart(occasion: str) -> None:
    # given
    evaluation = earn(cart(line("a", 1000)), fixed(5, occasion))

    # when / then
    assert (evaluation.offers, evaluation.effects) == ((), ())
    with pytest.raises(KeyError):
        evaluation.offer(1)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_adding_exactly_the_gap_gives_the_points_and_one_unit_less_does_not(
    data: Any,
) -> None:
    # given: a rule for points that stands alone
    currency = data.draw(currencies)
    broad = [scope for scope in SCOPES if "include" not in str(scope)]
    found = points_definitions(currency, scopes=broad, others=[{}], minimum=[True])
    (rule,) = parsed([data.draw(found)])
    snapshot = replace(data.draw(snapshots(currency)), host_offers=())
    program = compile_program(ProgramSettings(points=PointsTerms(currency)), [rule])
    offer = evaluate(snapshot, program, NOW).offer(1)
    assume(offer.code is OfferCode.MINIMUM_SUBTOTAL)

    # when
    larger = with_item(snapshot, rule, offer.gap_amount)
    enough = evaluate(larger, program, NOW).offer(1)
    less = with_item(snapshot, rule, offer.gap_amount - 1)
    short = evaluate(less, program, NOW).offer(1)

    # then
    assert in_scope(rule.conditions.scope, larger.lines[-1])
    assert enough.state is OfferState.APPLIED
    assert (short.code, short.gap_amount) == (OfferCode.MINIMUM_SUBTOTAL, 1)
    # Tax is not known of an item that is not there.
    if snapshot.prices_with_tax:
        assert enough.points == offer.next_points
