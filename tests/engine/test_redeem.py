"""Paying with points: after all lanes, within what is held, allowed and left to pay."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from saleor_rewards.engine import (
    CustomerSnapshot,
    Evaluation,
    PointsTerms,
    Snapshot,
)

from .build import (
    TERMS,
    amount_off,
    cart,
    earn,
    free_shipping,
    line,
    paid,
    percent_off,
    voucher,
)

ONE_TO_ONE = PointsTerms("USD", redeem_points=1, redeem_amount=1)


def holding(points: int, *lines: Any, **values: Any) -> Snapshot:
    return cart(*lines, customer=CustomerSnapshot(True, points_held=points), **values)


def spent(evaluation: Evaluation) -> tuple[int, int]:
    return evaluation.redeemed_points, evaluation.redeemed_amount


def test_points_that_are_held_pay_for_the_goods() -> None:
    # given / when
    evaluation = earn(holding(100, line("a", 1500), line("b", 500)))

    # then: 5.00, by the prices of the lines
    assert spent(evaluation) == (100, 500)
    assert paid(evaluation) == [("a", 375), ("b", 125)]
    assert evaluation.discount_amount == 0


def test_points_pay_of_what_the_shopper_pays_where_prices_are_without_tax() -> None:
    # given: 10.00 of 49.20 and 21.00 with tax
    dear = line("a", 4000, tax_rate=Decimal("0.23"))
    cheap = line("b", 2000, tax_rate=Decimal("0.05"))

    # when
    evaluation = earn(
        holding(1000, dear, cheap, prices_with_tax=False), points=ONE_TO_ONE
    )

    # then: 7.01 and 2.99 with tax
    assert spent(evaluation) == (1000, 1000)
    assert paid(evaluation) == [("a", 569), ("b", 285)]


def test_points_pay_all_that_the_shopper_pays_where_prices_are_without_tax() -> None:
    # given: 12.30 with tax
    lines = [line("a", 1000, tax_rate=Decimal("0.23"))]

    # when
    evaluation = earn(holding(2000, *lines, prices_with_tax=False), points=ONE_TO_ONE)

    # then
    assert spent(evaluation) == (1230, 1230)
    assert paid(evaluation) == [("a", 1000)]


def test_the_percentage_that_points_may_pay_is_of_what_the_shopper_pays() -> None:
    # given: 12.30 with tax
    lines = [line("a", 1000, tax_rate=Decimal("0.23"))]
    terms = replace(ONE_TO_ONE, most_percent=Decimal(50))

    # when
    evaluation = earn(holding(2000, *lines, prices_with_tax=False), points=terms)

    # then
    assert spent(evaluation) == (615, 615)
    assert paid(evaluation) == [("a", 500)]


def test_a_cart_without_points_held_can_still_be_asked_what_points_would_pay() -> None:
    # given / when
    evaluation = earn(cart(line("a", 2000)))

    # then
    assert spent(evaluation) == (0, 0)
    assert (evaluation.most_points(150), evaluation.most_points(10**6)) == (150, 400)
    assert evaluation.worth(150) == 750
    assert evaluation.most_points(0) == evaluation.most_points(-5) == 0


@pytest.mark.parametrize("points", [0, 1, 39, 40])
def test_no_more_points_pay_than_the_goods_cost(points: int) -> None:
    # given: 40 points are worth the 2.00 of the cart
    evaluation = earn(holding(points + 1000, line("a", 200)))

    # when / then
    assert spent(evaluation) == (40, 200)
    assert evaluation.most_points(points) == points


def test_points_that_would_pay_nothing_more_are_kept() -> None:
    # given: a minor unit for every three points
    terms = PointsTerms("USD", redeem_points=3, redeem_amount=1)

    # when / then
    assert spent(earn(holding(11, line("a", 500)), points=terms)) == (9, 3)
    assert spent(earn(holding(2, line("a", 500)), points=terms)) == (0, 0)


def test_what_points_are_worth_is_rounded_down() -> None:
    # given: 3.33 minor units a point
    terms = PointsTerms("USD", redeem_points=3, redeem_amount=10)

    # when / then
    assert spent(earn(holding(2, line("a", 500)), points=terms)) == (2, 6)
    assert earn(cart(), points=terms).worth(5) == 16


@pytest.mark.parametrize(
    ("held", "expected"), [(49, 0), (50, 50), (69, 60), (70, 70), (1000, 190)]
)
def test_points_are_spent_from_the_minimum_on_and_in_whole_steps(
    held: int, expected: int
) -> None:
    # given: 1.90 and a little
    terms = replace(ONE_TO_ONE, minimum_points=50, step_points=10)

    # when / then
    evaluation = earn(holding(held, line("a", 199)), points=terms)
    assert spent(evaluation) == (expected, expected)


def test_a_minimum_that_is_no_whole_step_asks_for_the_next_one() -> None:
    # given
    terms = replace(ONE_TO_ONE, minimum_points=15, step_points=10)

    # when / then
    assert spent(earn(holding(19, line("a", 500)), points=terms)) == (0, 0)
    assert spent(earn(holding(20, line("a", 500)), points=terms)) == (20, 20)


def test_a_minimum_that_is_worth_more_than_the_goods_keeps_all_points() -> None:
    # given
    terms = replace(ONE_TO_ONE, minimum_points=300)

    # when / then
    assert spent(earn(holding(500, line("a", 299)), points=terms)) == (0, 0)
    assert spent(earn(holding(500, line("a", 300)), points=terms)) == (300, 300)


def test_points_pay_no_more_than_the_percentage_that_the_merchant_allows() -> None:
    # given: half of 9.99, rounded down
    terms = replace(ONE_TO_ONE, most_percent=Decimal(50))

    # when / then
    assert spent(earn(holding(900, line("a", 999)), points=terms)) == (499, 499)


def test_the_percentage_is_of_what_is_left_to_pay_for_the_goods() -> None:
    # given: 10 % off 100.00, then a voucher of 10.00, and shipping that does not count
    terms = replace(ONE_TO_ONE, most_percent=Decimal(50))
    snapshot = holding(10**6, line("a", 10000), host_offers=voucher(1000), shipping=500)

    # when / then
    evaluation = earn(snapshot, percent_off("10"), points=terms)
    assert spent(evaluation) == (4000, 4000)


def test_points_leave_of_each_line_what_it_has_to_cost() -> None:
    # given
    snapshot = holding(10**6, line("a", 100, keep_amount=1), line("b", 50))

    # when
    evaluation = earn(snapshot, points=ONE_TO_ONE)

    # then
    assert paid(evaluation) == [("a", 99), ("b", 50)]


def test_a_line_that_the_voucher_paid_down_to_what_it_has_to_cost_takes_no_points() -> (
    None
):
    # given
    snapshot = holding(100, line("a", 100, keep_amount=60), host_offers=voucher(50))

    # when / then
    assert spent(earn(snapshot, points=ONE_TO_ONE)) == (0, 0)


def test_gifts_are_not_paid_with_points() -> None:
    # given
    snapshot = holding(1000, line("a", 100, is_gift=True), line("b", 100))

    # when / then
    assert paid(earn(snapshot, points=ONE_TO_ONE)) == [("b", 100)]


def test_what_the_other_lanes_give_stays_and_is_not_cut_by_the_cap() -> None:
    # given
    snapshot = holding(100, line("a", 10000), shipping=1000)
    money = (percent_off("30"), free_shipping())

    # when
    without = earn(replace(snapshot, customer=CustomerSnapshot()), *money)
    evaluation = earn(snapshot, *money, cap_percent="20")

    # then
    assert without.discount_amount == 3000
    assert (evaluation.discount_amount, evaluation.shipping_amount) == (2000, 1000)
    assert evaluation.redeemed_amount == 500


def test_points_never_pay_what_a_rule_has_taken_off() -> None:
    # given
    snapshot = holding(10**6, line("a", 1000), line("b", 1000))
    order = amount_off("9.00", products={"include": ["a"]})

    # when / then
    evaluation = earn(snapshot, order, points=ONE_TO_ONE)
    assert paid(evaluation) == [("a", 100), ("b", 1000)]


def test_points_that_cannot_be_spent_pay_nothing() -> None:
    # given
    evaluation = earn(holding(100, line("a", 1000)), points=PointsTerms("USD"))

    # when / then
    assert spent(evaluation) == (0, 0)
    assert (evaluation.most_points(100), evaluation.worth(100)) == (0, 0)


def test_points_of_another_currency_pay_nothing() -> None:
    # given
    evaluation = earn(holding(100, line("a", 1000), currency="EUR"), points=TERMS)

    # when / then
    assert spent(evaluation) == (0, 0)
    assert (evaluation.most_points(100), evaluation.worth(100)) == (0, 0)


@pytest.mark.parametrize(
    ("currency", "amount", "expected"), [("JPY", 1234, 1200), ("BHD", 1234, 1200)]
)
def test_points_pay_in_currencies_without_and_with_three_decimals(
    currency: str, amount: int, expected: int
) -> None:
    # given: a step of 100 points is worth 100 minor units
    terms = PointsTerms(currency, redeem_points=1, redeem_amount=1, step_points=100)

    # when / then
    snapshot = holding(5000, line("a", amount), currency=currency)
    assert spent(earn(snapshot, points=terms)) == (expected, expected)
