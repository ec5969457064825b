"""Which part of an order a refund, a return or an exchange takes and gives back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saleor_rewards.ledger.facts import OrderLineFacts
from saleor_rewards.ledger.settle import Targets, lines_digest

from .test_settle import agreed, fixed, line, order, per_dollar, reached


def test_a_refund_is_a_part_of_money_and_gift_cards_and_takes_its_points_along() -> (
    None
):
    # given: goods of 100.00, of which points paid 20.00 and a gift card 70.00
    facts = order(
        line("1", 8000, points_amount=2000), total_amount=1000, gift_card_amount=7000
    )
    agreement = agreed(per_dollar, points=2000)

    # then
    for refunded, back, left in ((500, 125, 75), (1000, 250, 70)):
        found = reached(replace(facts, refunded_amount=refunded), agreement)
        assert (found.points_returned, found.points_earned) == (back, left)
        assert found.is_counted


def returned(line: OrderLineFacts, quantity: int) -> OrderLineFacts:
    return replace(line, returned_quantity=quantity)


@pytest.mark.parametrize(
    ("gross", "points_amount"), [(8000, 0), (0, 2000), (6000, 1500)]
)
def test_goods_that_come_back_count_whatever_paid_for_them(
    gross: int, points_amount: int
) -> None:
    # given: four of one kind; other goods of the same worth
    goods = line("1", gross, points_amount=points_amount)
    four, others = replace(goods, quantity=4), replace(goods, id="2")
    agreement = agreed(fixed, points=2000)

    # then
    for quantity, share in ((1, 8), (3, 24), (4, 32)):
        facts = order(returned(four, quantity), others)
        found = reached(facts, agreement)
        assert found.points_returned == 2000 * share // 64
        assert found.points_earned == 50 - 50 * share // 64

    # when
    facts = order(returned(four, 4), returned(others, 1))

    # then
    assert reached(facts, agreement) == reached(
        replace(facts, is_cancelled=True), agreement
    )


def test_goods_that_came_back_and_their_money_are_one() -> None:
    # given
    goods = replace(line(), quantity=2)
    agreement = agreed(per_dollar, points=40)

    # when
    halves = [
        order(returned(goods, 1), refunded_amount=refunded)
        for refunded in (0, 3000, 5000)
    ]

    # then
    for facts in halves:
        found = reached(facts, agreement)
        assert (found.points_earned, found.points_returned) == (50, 20)
        assert found.spend_amount == 5000
    more = reached(order(returned(goods, 1), refunded_amount=8000), agreement)
    assert (more.points_earned, more.points_returned) == (20, 32)


def test_an_order_that_replaces_goods_of_another_one_earns_nothing() -> None:
    # when
    found = reached(order(is_exchange=True), agreed(per_dollar, fixed))

    # then
    assert found == Targets()


def test_a_refund_of_money_that_was_paid_twice_takes_nothing() -> None:
    # given
    facts = order(paid_amount=15000)

    # then
    for amount, refunded in ((5000, 0), (6000, 1000), (15000, 10000), (20000, 10000)):
        assert facts.after_refund(amount).refunded_amount == refunded
        twice = facts.after_refund(amount - 4000).after_refund(4000)
        assert twice.refunded_amount == refunded


def test_what_staff_did_not_change_of_the_lines_changes_no_grant() -> None:
    # given
    facts = order(replace(line(), quantity=2))
    (goods,) = facts.lines

    # then
    same = replace(facts, lines=(replace(goods, points_amount=3, returned_quantity=1),))
    assert lines_digest(same) == lines_digest(facts)
    assert lines_digest(replace(facts, lines=(replace(goods, quantity=1),))) != (
        lines_digest(facts)
    )
