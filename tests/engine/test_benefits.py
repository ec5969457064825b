"""Each benefit: what it takes off, from which lines, and where it stops."""

from __future__ import annotations

from typing import Any

import pytest

from saleor_rewards.engine import (
    OfferCode,
    OfferState,
    ShippingCarrier,
    ShippingDiscount,
)

from .build import (
    amount_off,
    amounts,
    cart,
    definition,
    free_shipping,
    ladder,
    line,
    only_offer,
    percent_off,
    run,
)

LADDER = ladder(("100.00", "5%"), ("300.00", "10%"))


@pytest.mark.parametrize(
    ("subtotal", "expected"),
    [(9999, 0), (10000, 500), (29999, 1500), (30000, 3000), (90000, 9000)],
)
def test_a_ladder_gives_the_percentage_of_the_step_reached(
    subtotal: int, expected: int
) -> None:
    assert run(cart(line("a", subtotal)), LADDER).discount_amount == expected


def test_a_ladder_says_how_far_the_next_step_is_and_what_it_gives() -> None:
    # given / when
    offer = only_offer(cart(line("a", 12000)), LADDER)

    # then
    assert (offer.state, offer.code) == (OfferState.APPLIED, OfferCode.NEXT_STEP)
    assert (offer.amount, offer.gap_amount, offer.next_percent) == (600, 18000, 10)


def test_a_step_that_gives_less_takes_nothing_away() -> None:
    # given: 20.00 off from 100.00, and 5 % from 300.00, which is 15.00
    rule = ladder(("100.00", "20.00"), ("300.00", "5%"))

    # when / then
    assert run(cart(line("a", 30000)), rule).discount_amount == 2000
    assert run(cart(line("a", 50000)), rule).discount_amount == 2500


def test_a_ladder_stops_at_its_cap() -> None:
    # given
    rule = ladder(("100.00", "5%"), ("300.00", "10%"), cap={"USD": "20.00"})

    # when
    offer = only_offer(cart(line("a", 50000)), rule)

    # then
    assert (offer.code, offer.amount) == (OfferCode.APPLIED, 2000)


@pytest.mark.parametrize(
    ("base", "expected"),
    [("BEFORE_ITEM_DISCOUNTS", 900), ("AFTER_ITEM_DISCOUNTS", 450)],
)
def test_a_ladder_reads_its_base_and_gives_from_what_remains(
    base: str, expected: int
) -> None:
    # given: 90.00 of 100.00 remain
    item = percent_off("10", lane="ITEM")
    rule = ladder(("50.00", "5%"), ("100.00", "10%"), base=base)

    # when
    evaluation = run(cart(line("a", 10000)), item, rule)

    # then
    assert evaluation.offer(2).amount == expected


@pytest.mark.parametrize("lane", ["ITEM", "ORDER"])
def test_a_percentage_off_rounds_half_a_unit_up(lane: str) -> None:
    assert run(cart(line("a", 25)), percent_off("10", lane)).discount_amount == 3
    assert run(cart(line("a", 24)), percent_off("10", lane)).discount_amount == 2


def test_the_order_lane_rounds_once_and_the_item_lane_on_each_line() -> None:
    # given
    snapshot = cart(line("a", 5), line("b", 5), line("c", 5))

    # when
    order = run(snapshot, percent_off("10", "ORDER"))
    item = run(snapshot, percent_off("10", "ITEM"))

    # then
    assert amounts(order) == [(1, "a", 1), (1, "b", 1)]
    assert amounts(item) == [(1, "a", 1), (1, "b", 1), (1, "c", 1)]


@pytest.mark.parametrize("lane", ["ITEM", "ORDER"])
def test_a_cap_is_split_over_the_lines_to_the_unit(lane: str) -> None:
    # given
    snapshot = cart(line("a", 1000), line("b", 1000), line("c", 1000))

    # when
    evaluation = run(snapshot, percent_off("50", lane, cap={"USD": "10.00"}))

    # then
    assert amounts(evaluation) == [(1, "a", 334), (1, "b", 333), (1, "c", 333)]


@pytest.mark.parametrize("lane", ["ITEM", "ORDER"])
def test_an_amount_off_never_exceeds_the_lines_in_scope(lane: str) -> None:
    # given
    snapshot = cart(line("a", 300), line("b", 9000))
    rule = amount_off("5.00", lane, products={"include": ["a"]})

    # when / then
    assert amounts(run(snapshot, rule)) == [(1, "a", 300)]


@pytest.mark.parametrize(
    ("benefit", "expected"),
    [
        ({"type": "FREE_SHIPPING"}, 999),
        ({"type": "FREE_SHIPPING", "cap": {"USD": "5.00"}}, 500),
        ({"type": "SHIPPING_PERCENT_OFF", "percent": "50"}, 500),
        (
            {"type": "SHIPPING_PERCENT_OFF", "percent": "50", "cap": {"USD": "3.00"}},
            300,
        ),
        ({"type": "SHIPPING_AMOUNT_OFF", "amounts": {"USD": "4.00"}}, 400),
        ({"type": "SHIPPING_AMOUNT_OFF", "amounts": {"USD": "40.00"}}, 999),
    ],
)
def test_shipping_gets_free_or_cheaper_but_never_below_zero(
    benefit: Any, expected: int
) -> None:
    # given
    rule = {"lane": "SHIPPING", "benefit": benefit}

    # when
    evaluation = run(cart(line("a", 100), shipping=999), rule)

    # then
    assert amounts(evaluation) == [(1, "post", expected)]
    assert evaluation.shipping_amount == expected
    assert evaluation.discount_amount == 0


@pytest.mark.parametrize(
    ("benefit", "terms"),
    [
        ({"type": "FREE_SHIPPING"}, ("100", None)),
        ({"type": "FREE_SHIPPING", "cap": {"USD": "9.99"}}, ("100", None)),
        ({"type": "FREE_SHIPPING", "cap": {"USD": "5.00"}}, (None, 500)),
        ({"type": "SHIPPING_PERCENT_OFF", "percent": "50"}, ("50", None)),
        ({"type": "SHIPPING_PERCENT_OFF", "percent": "33.3333"}, ("33.333", None)),
        (
            {"type": "SHIPPING_PERCENT_OFF", "percent": "50", "cap": {"USD": "3.00"}},
            (None, 300),
        ),
        ({"type": "SHIPPING_AMOUNT_OFF", "amounts": {"USD": "4.00"}}, (None, 400)),
        ({"type": "SHIPPING_AMOUNT_OFF", "amounts": {"USD": "40.00"}}, (None, 4000)),
    ],
)
def test_shipping_says_by_which_terms_it_is_cheaper(benefit: Any, terms: Any) -> None:
    # given
    rule = {"lane": "SHIPPING", "benefit": benefit}

    # when
    (effect,) = run(cart(line("a", 100), shipping=999), rule).effects

    # then
    assert isinstance(effect, ShippingDiscount)
    assert (effect.percent, effect.limit_amount) == terms


def test_free_shipping_is_told_before_a_delivery_method_is_chosen() -> None:
    # given / when
    offer = only_offer(cart(line("a", 5000)), free_shipping("50.00"))
    far = only_offer(cart(line("a", 4280)), free_shipping("50.00"))

    # then
    assert (offer.state, offer.code, offer.amount) == (
        OfferState.APPLIED,
        OfferCode.AWAITING_DELIVERY_METHOD,
        0,
    )
    assert (far.code, far.gap_amount) == (OfferCode.MINIMUM_SUBTOTAL, 720)
    assert (far.next_percent, far.next_amount) == (None, None)


def test_shipping_that_costs_nothing_anyway_leaves_no_effect() -> None:
    # given / when
    evaluation = run(cart(line("a", 5000), shipping=0), free_shipping("50.00"))

    # then
    assert evaluation.effects == ()
    assert evaluation.offer(1).code is OfferCode.APPLIED


def test_where_shipping_has_to_keep_its_price_the_lines_carry_its_worth() -> None:
    # given
    snapshot = cart(
        line("a", 3000),
        line("b", 1000),
        shipping=1000,
        shipping_carrier=ShippingCarrier.LINES,
    )

    # when
    evaluation = run(snapshot, percent_off("10"), free_shipping("40.00"))

    # then
    assert amounts(evaluation) == [
        (1, "a", 300),
        (1, "b", 100),
        (2, "a", 750),
        (2, "b", 250),
    ]
    assert (evaluation.discount_amount, evaluation.shipping_amount) == (1400, 0)


def test_lines_carry_no_more_of_the_shipping_than_they_cost() -> None:
    # given
    snapshot = cart(
        line("a", 500), shipping=1000, shipping_carrier=ShippingCarrier.LINES
    )

    # when
    evaluation = run(snapshot, percent_off("10"), free_shipping())

    # then
    assert evaluation.discount_amount == 500
    assert evaluation.offer(2).amount == 450


def test_withheld_shipping_names_the_voucher_in_the_way() -> None:
    # given
    snapshot = cart(
        line("a", 5000), shipping=1000, shipping_carrier=ShippingCarrier.WITHHELD
    )

    # when
    evaluation = run(snapshot, free_shipping("50.00"), free_shipping("90.00"))

    # then
    assert evaluation.effects == ()
    assert {offer.code for offer in evaluation.offers} == {OfferCode.VOUCHER_IN_USE}


@pytest.mark.parametrize("lane", ["ITEM", "ORDER"])
@pytest.mark.parametrize(
    "benefit", [{"type": "PERCENT_OFF", "percent": "100"}, {"type": "AMOUNT_OFF"}]
)
def test_a_line_never_falls_below_what_it_has_to_keep(lane: str, benefit: Any) -> None:
    # given: no item of these may be free
    snapshot = cart(line("a", 300, 3, keep_amount=3), line("b", 100, keep_amount=1))
    if benefit["type"] == "AMOUNT_OFF":
        benefit = {**benefit, "amounts": {"USD": "4.00"}}

    # when
    evaluation = run(snapshot, {"lane": lane, "benefit": benefit})

    # then
    assert amounts(evaluation) == [(1, "a", 297), (1, "b", 99)]
    assert evaluation.offer(1).amount == 396


def test_lanes_together_leave_a_line_what_it_has_to_keep() -> None:
    # given
    snapshot = cart(
        line("a", 300, 3, keep_amount=3),
        shipping=1000,
        shipping_carrier=ShippingCarrier.LINES,
    )

    # when
    evaluation = run(
        snapshot, percent_off("90", "ITEM"), percent_off("90"), free_shipping()
    )

    # then
    assert amounts(evaluation) == [(1, "a", 270), (2, "a", 27)]
    assert evaluation.offer(3).code is OfferCode.CAP_REACHED


@pytest.mark.parametrize(
    ("currency", "percent", "price", "expected"),
    [("JPY", "10", 995, 100), ("BHD", "2.5", 12345, 309)],
)
def test_currencies_with_other_decimals_round_to_their_own_unit(
    currency: str, percent: str, price: int, expected: int
) -> None:
    # given
    snapshot = cart(line("a", price), currency=currency)

    # when / then
    assert run(snapshot, percent_off(percent)).discount_amount == expected


def test_amounts_are_read_with_the_decimals_of_each_currency() -> None:
    # given
    off = {"USD": "5.00", "JPY": "500", "BHD": "1.500"}
    rule = definition("ORDER", "AMOUNT_OFF", {"amounts": off})

    # when
    taken = [
        run(cart(line("a", 9000), currency=currency), rule).discount_amount
        for currency in off
    ]

    # then
    assert taken == [500, 500, 1500]
