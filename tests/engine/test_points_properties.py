"""What holds for points in all carts, in currencies of 0, 2 and 3 decimals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.engine import (
    CustomerSnapshot,
    Evaluation,
    LineDiscount,
    OfferCode,
    OfferState,
    PointsDiscount,
    PointsEarned,
    ShippingDiscount,
    compile_program,
    evaluate,
    grant_points,
)

from .build import NOW
from .points_oracle import PointsOracle
from .strategies import points_situations

SETTINGS = settings(max_examples=150, deadline=None)


def result(snapshot: Any, program_settings: Any, rules: Any) -> Evaluation:
    return evaluate(snapshot, compile_program(program_settings, rules), NOW)


def money_effects(evaluation: Evaluation) -> list[Any]:
    """Return what the other lanes give."""
    kinds = (LineDiscount, ShippingDiscount)
    return [effect for effect in evaluation.effects if isinstance(effect, kinds)]


@SETTINGS
@given(points_situations())
def test_points_never_change_what_the_other_lanes_give(situation: Any) -> None:
    # given
    snapshot, program_settings, rules = situation
    money_rules = [rule for rule in rules if rule.lane.value != "POINTS"]

    # when
    without = result(snapshot, replace(program_settings, points=None), money_rules)
    with_points = result(*situation)

    # then
    assert money_effects(with_points) == list(without.effects)
    kept = {offer.rule_id: offer for offer in with_points.offers}
    assert all(kept[offer.rule_id] == offer for offer in without.offers)


@settings(max_examples=300, deadline=None)
@given(points_situations())
def test_a_cart_pays_and_earns_what_working_it_out_line_by_line_gives(
    situation: Any,
) -> None:
    # given: nothing trims the item lane, whose effects thresholds read
    snapshot, program_settings, rules = situation
    situation = (snapshot, replace(program_settings, cap_percent=None), rules)

    # when
    evaluation = result(*situation)
    oracle = PointsOracle(situation, money_effects(evaluation))

    # then
    paid = [item for item in evaluation.effects if isinstance(item, PointsDiscount)]
    earned = [item for item in evaluation.effects if isinstance(item, PointsEarned)]
    assert paid == oracle.paid(evaluation.redeemed_amount)
    assert {item.rule_id: item.points for item in earned} == oracle.earned(
        evaluation.redeemed_amount
    )
    assert evaluation.earned_points == sum(item.points for item in earned)


@SETTINGS
@given(points_situations())
def test_redeemed_points_stay_within_all_their_bounds(situation: Any) -> None:
    # given
    snapshot, program_settings, _ = situation
    terms = program_settings.points

    # when
    evaluation = result(*situation)
    points, amount = evaluation.redeemed_points, evaluation.redeemed_amount
    oracle = PointsOracle(situation, money_effects(evaluation))

    # then
    assert amount == oracle.worth(points) <= oracle.most_amount
    assert points <= snapshot.customer.points_held
    assert points % terms.step_points == 0
    assert points == 0 or (points >= terms.minimum_points and amount > 0)
    assert points == evaluation.most_points(snapshot.customer.points_held)


@SETTINGS
@given(points_situations())
def test_no_more_points_could_pay_and_no_fewer_would_pay_as_much(
    situation: Any,
) -> None:
    # given
    snapshot, program_settings, _ = situation
    terms = program_settings.points
    evaluation = result(*situation)
    oracle = PointsOracle(situation, money_effects(evaluation))
    points, amount = evaluation.redeemed_points, evaluation.redeemed_amount

    # when
    more = points
    while oracle.worth(more) <= amount or more < terms.minimum_points:
        more += terms.step_points
    fewer = points - terms.step_points

    # then
    assert (
        more > snapshot.customer.points_held or oracle.worth(more) > oracle.most_amount
    )
    assert not points or fewer < terms.minimum_points or oracle.worth(fewer) < amount


@SETTINGS
@given(points_situations())
def test_no_line_is_paid_below_what_it_has_to_cost(situation: Any) -> None:
    # given
    snapshot = situation[0]
    taken = dict.fromkeys((line.id for line in snapshot.lines), 0)

    # when
    for effect in result(*situation).effects:
        if isinstance(effect, (LineDiscount, PointsDiscount)):
            assert effect.amount > 0
            taken[effect.line_id] += effect.amount

    # then
    for line in snapshot.lines:
        assert taken[line.id] <= (
            0 if line.is_gift or line.is_gift_card else line.amount - line.keep_amount
        )


@SETTINGS
@given(points_situations(), st.randoms(use_true_random=False))
def test_the_order_of_rules_and_lines_does_not_matter_for_points(
    situation: Any, random: Any
) -> None:
    # given
    snapshot, program_settings, rules = situation
    lines, shuffled = list(snapshot.lines), list(rules)
    random.shuffle(lines)
    random.shuffle(shuffled)

    # when
    one = result(*situation)
    other = result(replace(snapshot, lines=tuple(lines)), program_settings, shuffled)

    # then
    assert one == other
    assert one.points_rules == other.points_rules


@SETTINGS
@given(points_situations(), st.randoms(use_true_random=False))
def test_granting_points_for_lines_does_not_look_at_their_order(
    situation: Any, random: Any
) -> None:
    # given
    snapshot, _, rules = situation
    lines, shuffled = list(snapshot.lines), list(rules)
    random.shuffle(lines)
    random.shuffle(shuffled)

    # when / then
    currency = snapshot.currency
    granted = grant_points(snapshot.lines, rules, currency)
    assert granted == grant_points(lines, shuffled, currency)


@SETTINGS
@given(points_situations())
def test_an_order_earns_by_its_lines_what_its_cart_was_told(situation: Any) -> None:
    # given: an order of what is left of each line, and the rules that were met
    evaluation = result(*situation)
    oracle = PointsOracle(situation, money_effects(evaluation))
    ordered = []
    for line, base in zip(oracle.lines, oracle.bases(evaluation.redeemed_amount)):
        listed = base + 1 if line.on_sale else base
        ordered.append(replace(line, amount=base, list_amount=listed, keep_amount=0))

    # when
    granted = grant_points(
        ordered, evaluation.points_rules, evaluation.snapshot.currency
    )

    # then
    told = [item for item in evaluation.effects if isinstance(item, PointsEarned)]
    assert list(granted) == told


@SETTINGS
@given(points_situations())
def test_each_rule_gives_to_the_point_what_its_offer_says(situation: Any) -> None:
    # given / when
    evaluation = result(*situation)
    given = {
        effect.rule_id: effect.points
        for effect in evaluation.effects
        if isinstance(effect, PointsEarned)
    }

    # then
    told = {offer.rule_id: offer.points for offer in evaluation.offers}
    assert {id: points for id, points in told.items() if points} == given
    for offer in evaluation.offers:
        if offer.lane.value == "POINTS":
            assert offer.points == 0 or offer.state is OfferState.APPLIED
            assert (offer.next_points is None) == (
                offer.state is not OfferState.REACHABLE
            )
            if offer.code is OfferCode.BEATEN:
                assert offer.beaten_by not in (None, offer.rule_id)


@SETTINGS
@given(points_situations(), st.integers(0, 500))
def test_more_points_never_pay_less(situation: Any, more: int) -> None:
    # given
    snapshot, program_settings, rules = situation
    held = snapshot.customer.points_held
    richer = replace(
        snapshot, customer=CustomerSnapshot(True, 0, points_held=held + more)
    )

    # when
    money_rules = [rule for rule in rules if not rule.conditions.gate]
    less_paid = result(snapshot, program_settings, money_rules).redeemed_amount
    more_paid = result(richer, program_settings, money_rules).redeemed_amount

    # then
    assert more_paid >= less_paid
