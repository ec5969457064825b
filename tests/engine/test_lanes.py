"""How rules compete inside a lane, add up over lanes, and stop at the cap."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saleor_rewards.engine import OfferCode, OfferState

from .build import (
    amount_off,
    amounts,
    cart,
    free_shipping,
    ladder,
    line,
    percent_off,
    run,
)

HUNDRED = cart(line("a", 10000), shipping=1000)


def test_inside_a_lane_the_rule_that_is_best_for_the_shopper_wins() -> None:
    # given / when
    evaluation = run(HUNDRED, percent_off("5"), amount_off("8.00"), percent_off("7"))

    # then
    assert amounts(evaluation) == [(2, "a", 800)]
    assert [evaluation.offer(id).beaten_by for id in (1, 2, 3)] == [2, None, 2]
    assert evaluation.offer(1).code is OfferCode.BEATEN


def test_a_tie_goes_to_the_higher_priority_and_then_to_the_lower_id() -> None:
    # given
    tenth, ten = percent_off("10"), amount_off("10.00")

    # when
    by_id = run(HUNDRED, tenth, ten)
    by_priority = run(HUNDRED, tenth, {**ten, "priority": 1})

    # then
    assert amounts(by_id) == [(1, "a", 1000)]
    assert amounts(by_priority) == [(2, "a", 1000)]


def test_a_tie_in_the_item_lane_goes_to_the_higher_priority_too() -> None:
    # given
    tenth, ten = percent_off("10", "ITEM"), amount_off("10.00", "ITEM")

    # when / then
    assert amounts(run(HUNDRED, tenth, ten)) == [(1, "a", 1000)]
    assert amounts(run(HUNDRED, tenth, {**ten, "priority": 1})) == [(2, "a", 1000)]
    twins = run(HUNDRED, tenth, {**tenth, "priority": 2}, tenth)
    assert amounts(twins) == [(2, "a", 1000)]
    assert twins.offer(3).beaten_by == 2


def test_lanes_add_up_in_the_order_item_order_shipping() -> None:
    # given / when: 10 % of 100.00, 10 % of the 90.00 left, and the shipping
    evaluation = run(
        HUNDRED, free_shipping(), percent_off("10"), percent_off("10", "ITEM")
    )

    # then
    assert amounts(evaluation) == [(3, "a", 1000), (2, "a", 900), (1, "post", 1000)]
    assert (evaluation.discount_amount, evaluation.shipping_amount) == (1900, 1000)


def test_an_item_rule_that_costs_more_than_it_gives_is_left_out() -> None:
    # given: 5.00 off items would take 10.00 off the shipping away
    item = amount_off("5.00", "ITEM")

    # when
    evaluation = run(HUNDRED, item, free_shipping("100.00"))

    # then
    assert amounts(evaluation) == [(2, "post", 1000)]
    assert (evaluation.offer(1).code, evaluation.offer(1).beaten_by) == (
        OfferCode.BEATEN,
        2,
    )


def test_a_lower_step_of_an_item_ladder_is_used_where_the_higher_one_costs_more() -> (
    None
):
    # given: 20.00 off would leave 80.00, 5.00 off leaves enough for free shipping
    item = ladder(("50.00", "5.00"), ("100.00", "6.00"), lane="ITEM")

    # when
    evaluation = run(HUNDRED, item, free_shipping("95.00"))

    # then
    assert amounts(evaluation) == [(1, "a", 500), (2, "post", 1000)]


def test_a_small_item_discount_goes_with_a_large_one_on_the_order() -> None:
    # given: 3.00 off and then half of 97.00, against half of 100.00
    item, order = amount_off("3.00", "ITEM"), percent_off("50")

    # when / then
    assert amounts(run(HUNDRED, item, order)) == [(1, "a", 300), (2, "a", 4850)]


def test_the_item_rule_that_leaves_the_order_rule_its_lines_wins() -> None:
    # given: the larger item discount would take from what the order rule halves
    on_a = percent_off("10", "ITEM", products={"include": ["a"]})
    on_b = percent_off("10", "ITEM", products={"include": ["b"]})
    half_of_b = percent_off("50", products={"include": ["b"]})
    snapshot = cart(line("a", 4500), line("b", 5000))

    # when / then
    assert amounts(run(snapshot, on_a, on_b, half_of_b)) == [
        (1, "a", 450),
        (3, "b", 2500),
    ]


@pytest.mark.parametrize("winner", [0, 1, 2])
def test_a_tie_between_rules_with_other_scopes_goes_by_priority_too(
    winner: int,
) -> None:
    # given
    tied = [
        percent_off("10"),
        percent_off("10", products={"exclude": ["z"]}),
        percent_off("10", products={"include": ["a"]}),
    ]
    tied[winner]["priority"] = 1

    # when / then
    assert amounts(run(HUNDRED, *tied)) == [(winner + 1, "a", 1000)]


def test_an_exclusive_rule_stands_alone_only_where_it_is_better_than_all_others() -> (
    None
):
    # given
    alone = {**percent_off("20"), "exclusive": True}

    # when
    better = run(HUNDRED, alone, percent_off("10", "ITEM"), percent_off("5"))
    equal = run(HUNDRED, alone, percent_off("10", "ITEM"), free_shipping())

    # then
    assert amounts(better) == [(1, "a", 2000)]
    assert {better.offer(id).code for id in (2, 3)} == {OfferCode.EXCLUSIVE_APPLIED}
    assert {better.offer(id).beaten_by for id in (2, 3)} == {1}
    assert amounts(equal) == [(2, "a", 1000), (3, "post", 1000)]
    assert (equal.offer(1).code, equal.offer(1).beaten_by) == (OfferCode.BEATEN, 2)


def test_of_two_exclusive_rules_the_better_one_stands_alone() -> None:
    # given
    small, large = percent_off("10", "ITEM"), percent_off("20")

    # when
    evaluation = run(
        HUNDRED, {**small, "exclusive": True}, {**large, "exclusive": True}
    )

    # then
    assert amounts(evaluation) == [(2, "a", 2000)]
    assert evaluation.offer(1).code is OfferCode.EXCLUSIVE_APPLIED


def test_the_cap_of_the_program_trims_the_order_lane_before_the_item_lane() -> None:
    # given
    rules = (percent_off("10", "ITEM"), percent_off("10"), free_shipping())

    # when
    order_trimmed = run(HUNDRED, *rules, cap_percent="15")
    order_gone = run(HUNDRED, *rules, cap_percent="10")
    item_trimmed = run(HUNDRED, *rules, cap_percent="4")

    # then
    assert amounts(order_trimmed) == [(1, "a", 1000), (2, "a", 500), (3, "post", 1000)]
    assert amounts(order_gone) == [(1, "a", 1000), (3, "post", 1000)]
    assert order_gone.offer(2).code is OfferCode.CAP_REACHED
    assert order_gone.offer(2).state is OfferState.BLOCKED
    assert amounts(item_trimmed) == [(1, "a", 400), (3, "post", 1000)]


def test_the_cap_rounds_down() -> None:
    # given
    snapshot = cart(line("a", 199))

    # when / then
    assert run(snapshot, percent_off("50"), cap_percent="10").discount_amount == 19


def test_the_cap_reads_the_subtotal_after_catalogue_sales() -> None:
    # given
    snapshot = cart(line("a", 5000, list_amount=10000))

    # when / then
    assert run(snapshot, percent_off("50"), cap_percent="10").discount_amount == 500


def test_a_rule_that_is_met_but_worth_nothing_is_applied_without_effect() -> None:
    # given / when
    evaluation = run(cart(line("a", 4)), percent_off("10"))

    # then
    assert evaluation.effects == ()
    assert evaluation.offer(1).code is OfferCode.APPLIED


def test_an_item_added_elsewhere_never_pushes_a_line_below_a_threshold() -> None:
    # given: by largest remainders, line "b" would have to give a unit once "c" comes
    item = amount_off("0.02", "ITEM")
    shipping = free_shipping("0.01", products={"include": ["b"]})
    small = cart(line("a", 3), line("b", 1), shipping=1000)

    # when
    before = run(small, item, shipping)
    after = run(replace(small, lines=(*small.lines, line("c", 1))), item, shipping)

    # then
    assert amounts(before) == [(1, "a", 2), (2, "post", 1000)]
    assert amounts(after) == [(1, "a", 2), (2, "post", 1000)]


def test_offers_come_by_priority_and_then_id() -> None:
    # given / when
    evaluation = run(
        HUNDRED,
        percent_off("5"),
        {**percent_off("5"), "priority": 1},
        {**percent_off("5"), "priority": -1},
        percent_off("5"),
    )

    # then
    assert [offer.rule_id for offer in evaluation.offers] == [2, 1, 4, 3]


def test_a_rule_that_the_program_does_not_have_has_no_offer() -> None:
    with pytest.raises(KeyError):
        run(HUNDRED).offer(7)
