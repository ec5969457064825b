"""What holds for all carts and rules, in currencies of 0, 2 and 3 decimals."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.engine import (
    Evaluation,
    LineDiscount,
    OfferCode,
    OfferState,
    ShippingDiscount,
    Snapshot,
    compile_program,
    effect_from_json,
    evaluate,
)

from .build import NOW
from .oracle import Oracle
from .strategies import crowded_situations, grown, situations

SETTINGS = settings(max_examples=100, deadline=None)


def result(snapshot: Any, program_settings: Any, rules: Any) -> Evaluation:
    return evaluate(snapshot, compile_program(program_settings, rules), NOW)


def total(evaluation: Evaluation) -> int:
    return evaluation.discount_amount + evaluation.shipping_amount


@settings(max_examples=200, deadline=None)
@given(situations() | crowded_situations())
def test_the_sum_is_the_best_that_any_combination_of_rules_gives(
    situation: Any,
) -> None:
    assert total(result(*situation)) == Oracle(*situation).best()


@settings(max_examples=200, deadline=None)
@given(situations() | crowded_situations())
def test_what_is_taken_off_the_shipping_is_what_its_terms_give(situation: Any) -> None:
    # given
    snapshot, *_ = situation
    found = result(*situation).effects

    # when / then
    for effect in found:
        if not isinstance(effect, ShippingDiscount):
            continue
        price = snapshot.shipping.amount
        if effect.percent is None:
            assert effect.amount == min(effect.limit_amount, price)
        else:
            share = Decimal(price) * Decimal(effect.percent) / 100
            assert effect.amount == share.quantize(Decimal(1), ROUND_HALF_UP)
            assert effect.limit_amount is None


@SETTINGS
@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_rules_and_lines_does_not_matter(
    situation: Any, random: Any
) -> None:
    # given
    snapshot, program_settings, rules = situation
    lines = list(snapshot.lines)
    shuffled = list(rules)
    random.shuffle(lines)
    random.shuffle(shuffled)

    # when
    one = result(snapshot, program_settings, rules)
    other = result(replace(snapshot, lines=tuple(lines)), program_settings, shuffled)

    # then
    assert one == other


@SETTINGS
@given(situations())
def test_evaluating_twice_gives_the_same(situation: Any) -> None:
    # given
    snapshot, program_settings, rules = situation
    program = compile_program(program_settings, rules)

    # when
    one, other = evaluate(snapshot, program, NOW), evaluate(snapshot, program, NOW)

    # then
    assert one == other
    assert hash(one) == hash(other)


@SETTINGS
@given(situations())
def test_nothing_falls_below_zero_and_gifts_get_nothing(situation: Any) -> None:
    # given
    snapshot, program_settings, rules = situation
    lines = {line.id: line for line in snapshot.lines}

    # when
    effects = result(snapshot, program_settings, rules).effects

    # then
    assert all(effect.amount > 0 for effect in effects)
    for line in lines.values():
        taken = sum(
            effect.amount
            for effect in effects
            if isinstance(effect, LineDiscount) and effect.line_id == line.id
        )
        assert taken <= (
            0 if line.is_gift or line.is_gift_card else line.amount - line.keep_amount
        )
    for effect in effects:
        if isinstance(effect, ShippingDiscount):
            assert effect.method_id == snapshot.shipping.method_id
            assert effect.amount <= snapshot.shipping.amount


@SETTINGS
@given(situations())
def test_item_and_order_lane_stay_under_the_cap_of_the_program(
    situation: Any,
) -> None:
    # given
    snapshot, program_settings, rules = situation
    goods = {rule.id for rule in rules if rule.lane.value != "SHIPPING"}

    # when
    effects = result(snapshot, program_settings, rules).effects

    # then
    taken = sum(effect.amount for effect in effects if effect.rule_id in goods)
    subtotal = sum(
        line.amount
        for line in snapshot.lines
        if not (line.is_gift or line.is_gift_card)
    )
    assert taken * 100 <= subtotal * (program_settings.cap_percent or 100)


@SETTINGS
@given(situations())
def test_each_rule_takes_off_to_the_unit_what_its_offer_says(situation: Any) -> None:
    # given
    evaluation = result(*situation)

    # when
    taken: dict[int, int] = {}
    for effect in evaluation.effects:
        taken[effect.rule_id] = taken.get(effect.rule_id, 0) + effect.amount

    # then
    applied = {offer.rule_id: offer.amount for offer in evaluation.offers}
    assert {id: amount for id, amount in applied.items() if amount} == taken
    keys = [
        (effect.rule_id, getattr(effect, "line_id", None))
        for effect in evaluation.effects
    ]
    assert len(set(keys)) == len(keys)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_an_item_that_is_added_never_lowers_what_the_shopper_saves(data: Any) -> None:
    # given
    situation = data.draw(situations() | crowded_situations())
    snapshot, program_settings, rules = situation
    larger: Snapshot = data.draw(grown(snapshot))
    program = compile_program(program_settings, rules)

    # when
    before = total(evaluate(snapshot, program, NOW))
    after = total(evaluate(larger, program, NOW))

    # then
    assert after >= before


@SETTINGS
@given(situations(), st.data())
def test_a_rule_that_is_added_never_lowers_what_the_shopper_saves(
    situation: Any, data: Any
) -> None:
    # given
    snapshot, program_settings, rules = situation
    fewer = data.draw(
        st.lists(st.sampled_from(rules), unique=True) if rules else st.just([])
    )

    # when
    before = total(result(snapshot, program_settings, fewer))
    after = total(result(snapshot, program_settings, rules))

    # then
    assert after >= before


@SETTINGS
@given(situations())
def test_every_active_rule_answers_once_with_a_code_of_its_state(
    situation: Any,
) -> None:
    # given
    codes = {
        OfferState.APPLIED: {
            OfferCode.APPLIED,
            OfferCode.NEXT_STEP,
            OfferCode.AWAITING_DELIVERY_METHOD,
        },
        OfferState.REACHABLE: {
            OfferCode.MINIMUM_SUBTOTAL,
            OfferCode.MINIMUM_QUANTITY,
            OfferCode.NEXT_STEP,
        },
    }
    snapshot, program_settings, rules = situation

    # when
    evaluation = result(snapshot, program_settings, rules)

    # then
    offers = evaluation.offers
    assert sorted(offer.rule_id for offer in offers) == [rule.id for rule in rules]
    for offer in offers:
        assert evaluation.offer(offer.rule_id) == offer
        reachable = codes.get(offer.state)
        if reachable is not None:
            assert offer.code in reachable
        else:
            others = set.union(*codes.values())
            assert offer.code not in others
        beaten = offer.code in (OfferCode.BEATEN, OfferCode.EXCLUSIVE_APPLIED)
        assert beaten == (offer.beaten_by is not None)
        has_gap = offer.gap_amount is not None or offer.gap_quantity is not None
        needs_gap = offer.state is OfferState.REACHABLE
        assert has_gap == (needs_gap or offer.code is OfferCode.NEXT_STEP)


@SETTINGS
@given(situations())
def test_the_rule_that_beats_another_is_one_that_is_applied(situation: Any) -> None:
    # given / when
    offers = {offer.rule_id: offer for offer in result(*situation).offers}

    # then
    for offer in offers.values():
        if offer.beaten_by is not None:
            winner = offers[offer.beaten_by]
            assert winner.rule_id != offer.rule_id
            assert (
                winner.state is OfferState.APPLIED
                or winner.code is OfferCode.CAP_REACHED
            )


@SETTINGS
@given(situations())
def test_effects_can_be_written_as_json(situation: Any) -> None:
    for effect in result(*situation).effects:
        assert effect_from_json(effect.to_json()) == effect
