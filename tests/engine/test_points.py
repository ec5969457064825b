"""What an order earns: the best rate and factor of each line, and one fixed number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from saleor_rewards.engine import (
    CustomerSnapshot,
    OfferCode,
    PointsBase,
    PointsTerms,
    ShippingCarrier,
)

from .build import (
    TERMS,
    amount_off,
    cart,
    earn,
    earned,
    fixed,
    free_shipping,
    line,
    multiplier,
    per_amount,
    percent_off,
    run,
    voucher,
)

NET = PointsTerms("USD", PointsBase.NET)
VAT = Decimal("0.23")


def only(*ids: str) -> Any:
    return {"include": list(ids)}


def test_an_order_earns_points_for_what_its_goods_cost() -> None:
    # given / when
    evaluation = earn(cart(line("a", 12000), shipping=1000), per_amount(1, "1.00"))

    # then: the shipping earns nothing
    assert earned(evaluation) == [(1, 120)]
    assert evaluation.earned_points == 120


def test_a_program_without_points_gives_none() -> None:
    # given
    held = CustomerSnapshot(True, points_held=100)

    # when
    evaluation = run(cart(line("a", 12000), customer=held), per_amount(), fixed(5))

    # then
    assert evaluation.effects == ()
    assert evaluation.points_rules == ()
    assert {offer.code for offer in evaluation.offers} == {OfferCode.POINTS_OFF}


def test_the_best_rate_counts_on_each_line() -> None:
    # given: three per dollar on line "a", two everywhere
    snapshot = cart(line("a", 1000), line("b", 1000))

    # when
    evaluation = earn(snapshot, per_amount(2), per_amount(3, products=only("a")))

    # then
    assert earned(evaluation) == [(1, 20), (2, 30)]


def test_a_rate_is_compared_in_full_and_not_by_its_points() -> None:
    assert earned(
        earn(cart(line("a", 10000)), per_amount(10, "10.00"), per_amount(3, "2.00"))
    ) == [(2, 150)]


def test_what_a_multiplier_adds_belongs_to_the_multiplier() -> None:
    # given
    snapshot = cart(line("a", 1000), line("b", 500))

    # when
    evaluation = earn(snapshot, per_amount(2), multiplier("3", products=only("a")))

    # then: 20 and twice as many on "a", 10 on "b"
    assert earned(evaluation) == [(1, 30), (2, 40)]


def test_of_two_multipliers_only_the_larger_one_counts_on_a_line() -> None:
    # given
    snapshot = cart(line("a", 1000), line("b", 1000))

    # when
    evaluation = earn(
        snapshot, per_amount(), multiplier("2"), multiplier("3", products=only("b"))
    )

    # then
    assert earned(evaluation) == [(1, 20), (2, 10), (3, 20)]


def test_a_multiplier_with_no_rate_under_it_gives_nothing() -> None:
    # given
    snapshot = cart(line("a", 1000), line("b", 1000))

    # when
    evaluation = earn(
        snapshot,
        per_amount(1, products=only("a")),
        multiplier("2", products=only("b")),
        fixed(5),
    )

    # then
    assert earned(evaluation) == [(1, 10), (3, 5)]


def test_only_the_best_fixed_number_counts_and_comes_on_top_of_the_lines() -> None:
    # given / when
    evaluation = earn(
        cart(line("a", 1000)), fixed(50), fixed(70), per_amount(), multiplier("2")
    )

    # then: no multiplier works on it
    assert earned(evaluation) == [(2, 70), (3, 10), (4, 10)]


def test_all_rules_together_give_no_more_than_a_whole_number_of_graphql() -> None:
    # given
    rate, bonus = per_amount(10**9, "0.01"), fixed(10**9)
    snapshot = cart(line("a", 1))

    # when
    on_one_cent = earn(snapshot, rate, bonus)
    on_three_cents = earn(cart(line("a", 3)), rate, bonus)

    # then: the best rank first
    assert earned(on_one_cent) == [(1, 10**9), (2, 10**9)]
    assert earned(on_three_cents) == [(1, 2**31 - 1)]
    assert on_three_cents.earned_points == 2**31 - 1
    assert [offer.points for offer in on_three_cents.offers] == [2**31 - 1, 0]


def test_what_a_rule_gives_once_nothing_is_missing_is_capped_too() -> None:
    # given
    rate = per_amount(10**9, "0.01", minimum_subtotal={"amounts": {"USD": "900.00"}})

    # when
    (offer,) = earn(cart(line("a", 1)), rate).offers

    # then
    assert (offer.points, offer.next_points) == (0, 2**31 - 1)


@pytest.mark.parametrize(
    "kind", [per_amount, lambda **values: fixed(5, **values)], ids=["rate", "fixed"]
)
def test_a_tie_of_points_goes_to_the_higher_priority_and_then_to_the_lower_id(
    kind: Any,
) -> None:
    # given
    snapshot = cart(line("a", 500))
    narrow = kind(products=only("a"))

    # when
    by_id = earn(snapshot, kind(), narrow)
    by_priority = earn(snapshot, kind(), {**narrow, "priority": 1})

    # then
    assert earned(by_id) == [(1, 5)]
    assert earned(by_priority) == [(2, 5)]
    assert by_priority.offer(1).beaten_by == 2


def test_points_are_rounded_down_once_for_the_order() -> None:
    # given: 0.75 points on each of three lines
    snapshot = cart(line("a", 75), line("b", 75), line("c", 75))

    # when / then
    assert earned(earn(snapshot, per_amount())) == [(1, 2)]


def test_what_rounding_leaves_over_goes_to_the_largest_remainder() -> None:
    # given: 1.4 points by one rule and 1.7 by the other, 3 in all
    snapshot = cart(line("a", 140), line("b", 170))

    # when
    evaluation = earn(
        snapshot, per_amount(products=only("a")), per_amount(products=only("b"))
    )

    # then
    assert earned(evaluation) == [(1, 1), (2, 2)]


def test_equal_remainders_go_to_the_rule_of_the_better_rank() -> None:
    # given: half a point by each
    snapshot = cart(line("a", 50), line("b", 50))
    first, second = per_amount(products=only("a")), per_amount(products=only("b"))

    # when / then
    assert earned(earn(snapshot, first, second)) == [(1, 1)]
    assert earned(earn(snapshot, first, {**second, "priority": 1})) == [(2, 1)]


def test_points_are_earned_on_what_the_other_lanes_leave() -> None:
    # given
    snapshot = cart(line("a", 10000), shipping=1000)
    money = (percent_off("10", "ITEM"), amount_off("10.00"), free_shipping())

    # when
    evaluation = earn(snapshot, per_amount(), *money)

    # then
    assert earned(evaluation) == [(1, 80)]


def test_goods_that_stand_in_for_the_delivery_price_earn_as_before() -> None:
    # given
    snapshot = cart(
        line("a", 10000), shipping=1000, shipping_carrier=ShippingCarrier.LINES
    )

    # when / then
    assert earned(earn(snapshot, per_amount(), free_shipping())) == [(1, 100)]


def test_each_line_bears_its_share_of_the_shoppers_own_voucher() -> None:
    # given: 10.00 off 40.00, of which "b" has a quarter
    snapshot = cart(line("a", 3000), line("b", 1000), host_offers=voucher(1000))

    # when / then
    assert earned(earn(snapshot, per_amount(products=only("b")))) == [(1, 7)]


def test_a_voucher_that_is_worth_more_than_the_goods_leaves_nothing() -> None:
    assert (
        earned(earn(cart(line("a", 1000), host_offers=voucher(5000)), per_amount()))
        == []
    )


def test_a_percentage_of_the_shoppers_own_voucher_comes_off_what_points_leave() -> None:
    # given: 100 points pay 5.00 of 20.00, and the voucher takes a fifth of the rest
    customer = CustomerSnapshot(True, points_held=100)
    snapshot = cart(
        line("a", 2000), customer=customer, host_offers=voucher(percent=Decimal(20))
    )

    # when
    evaluation = earn(snapshot, per_amount())

    # then
    assert evaluation.redeemed_amount == 500
    assert earned(evaluation) == [(1, 12)]


def test_what_points_pay_earns_no_points() -> None:
    # given: 100 points pay 5.00 of 20.00
    customer = CustomerSnapshot(True, points_held=100)

    # when
    evaluation = earn(cart(line("a", 2000), customer=customer), per_amount())

    # then
    assert evaluation.redeemed_amount == 500
    assert earned(evaluation) == [(1, 15)]


@pytest.mark.parametrize(
    ("with_tax", "terms", "points"),
    [(True, TERMS, 123), (True, NET, 100), (False, TERMS, 151), (False, NET, 123)],
)
def test_points_are_earned_with_or_without_tax_as_the_program_says(
    with_tax: bool, terms: PointsTerms, points: int
) -> None:
    # given: 123.00 as prices are entered, at 23 %
    snapshot = cart(line("a", 12300, tax_rate=VAT), prices_with_tax=with_tax)

    # when / then
    assert earn(snapshot, per_amount(), points=terms).earned_points == points


@pytest.mark.parametrize(
    ("amount", "terms", "with_tax", "points"),
    [
        # 2.50 of tax on 5 minor units at 50 % is rounded up to 3.
        (5, TERMS, False, 8),
        # 5 minor units hold 3 and a third without 50 % of tax.
        (5, NET, True, 3),
    ],
)
def test_a_line_is_turned_into_its_base_by_rounding_half_up(
    amount: int, terms: PointsTerms, with_tax: bool, points: int
) -> None:
    # given
    snapshot = cart(
        line("a", amount, tax_rate=Decimal("0.5")), prices_with_tax=with_tax
    )

    # when / then
    assert earn(snapshot, per_amount(1, "0.01"), points=terms).earned_points == points


def test_gifts_and_gift_cards_earn_no_points() -> None:
    # given
    snapshot = cart(
        line("a", 1000, is_gift=True),
        line("b", 1000, is_gift_card=True),
        line("c", 1000),
    )

    # when / then
    assert earned(earn(snapshot, per_amount())) == [(1, 10)]


def test_an_order_of_nothing_but_gift_cards_gets_no_fixed_number() -> None:
    # given
    snapshot = cart(line("a", 1000, is_gift_card=True))

    # when
    evaluation = earn(snapshot, fixed(50))

    # then
    assert earned(evaluation) == []
    assert evaluation.offer(1).points == 0


def test_a_gift_card_counts_for_no_minimum() -> None:
    # given
    snapshot = cart(line("a", 9000, is_gift_card=True), line("b", 1000))
    minimum = {"amounts": {"USD": "100.00"}}

    # when / then
    assert earned(earn(snapshot, fixed(50, minimum_subtotal=minimum))) == []


def test_a_minimum_of_a_points_rule_reads_what_the_item_lane_leaves() -> None:
    # given
    snapshot, item = cart(line("a", 5000)), percent_off("10", "ITEM")

    def points(base: str) -> list[Any]:
        minimum = {"amounts": {"USD": "50.00"}, "base": base}
        return earned(earn(snapshot, item, fixed(5, minimum_subtotal=minimum)))

    # when / then
    assert points("BEFORE_ITEM_DISCOUNTS") == [(2, 5)]
    assert points("AFTER_ITEM_DISCOUNTS") == []


def test_an_exclusive_rule_of_another_lane_leaves_the_points_alone() -> None:
    # given
    alone = {**percent_off("20"), "exclusive": True}

    # when
    evaluation = earn(cart(line("a", 1000)), alone, percent_off("5"), per_amount())

    # then
    assert evaluation.discount_amount == 200
    assert earned(evaluation) == [(3, 8)]


def test_points_work_in_currencies_without_and_with_three_decimals() -> None:
    # given: one per 100 yen, one per dinar
    benefit = {"points": 1, "per": {"JPY": "100", "BHD": "1.000"}}
    rate = {"lane": "POINTS", "benefit": {"type": "POINTS_PER_AMOUNT", **benefit}}

    # when / then
    for currency, points in (("JPY", 123), ("BHD", 12)):
        snapshot = cart(line("a", 12345), currency=currency)
        terms = PointsTerms(currency)
        assert earn(snapshot, rate, points=terms).earned_points == points
    dollars = earn(cart(line("a", 12345)), rate)
    assert dollars.offer(1).code is OfferCode.CURRENCY_NOT_CONFIGURED
    assert dollars.effects == ()


def test_the_met_rules_are_told_by_rank_with_those_that_lost_on_these_lines() -> None:
    # given
    snapshot = cart(line("a", 1000))

    # when
    evaluation = earn(
        snapshot,
        per_amount(1),
        {**per_amount(2, products=only("a")), "priority": 1},
        multiplier("2", tiers=["3"]),
        fixed(5, "SIGN_UP"),
    )

    # then
    assert [rule.id for rule in evaluation.points_rules] == [2, 1]
