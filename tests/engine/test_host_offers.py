"""What ours do beside a voucher of the shopper's and promotions of the shop's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.engine import (
    CustomerSnapshot,
    Evaluation,
    HostOffer,
    HostOfferKind,
    LineDiscount,
    OfferCode,
    OfferState,
    PointsDiscount,
    ShippingCarrier,
    ShippingDiscount,
    Snapshot,
    compile_program,
    evaluate,
)

from .build import (
    NOW,
    TERMS,
    cart,
    definition,
    line,
    percent_off,
    run,
    voucher,
)
from .strategies import situations

SLOT = ShippingCarrier.SLOT
SETTINGS = settings(max_examples=200, deadline=None)
FREE = definition("SHIPPING", "FREE_SHIPPING")
THIRD = Decimal(30)


def promotion(percent: int = 0, **values: Any) -> HostOffer:
    return HostOffer(HostOfferKind.PROMOTION, Decimal(percent), **values)


def taken(evaluation: Evaluation, *kinds: Any) -> int:
    return sum(one.amount for one in evaluation.effects if isinstance(one, kinds))


def rounded(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def after(offers: list[HostOffer], goods: int) -> int:
    """Return what goods cost after the best of the offers that ask for no more."""
    prices = [goods]
    for one in offers:
        if goods < one.least_amount:
            continue
        if one.most_amount is not None and goods > one.most_amount:
            continue
        left = max(goods - one.amount, 0)
        prices.append(
            rounded(goods * (1 - Fraction(one.percent) / 100)) if one.percent else left
        )
    return min(prices)


def at_the_till(snapshot: Snapshot, evaluation: Evaluation) -> int:
    """Return what a shopper pays, worked out from the effects as a till would."""
    goods = sum(one.amount for one in snapshot.lines)
    goods -= taken(evaluation, LineDiscount)
    code = [one for one in snapshot.host_offers if one.kind is HostOfferKind.VOUCHER]
    others = [one for one in snapshot.host_offers if one not in code]
    shipping = snapshot.shipping.amount if snapshot.shipping else 0
    shipping -= taken(evaluation, ShippingDiscount)
    if code and not evaluation.displaces_code:
        return after(code, goods) + shipping
    if taken(evaluation, ShippingDiscount) and snapshot.shipping_carrier is SLOT:
        others = []
    return after(others, goods) + shipping


@st.composite
def host_offers(draw: Any) -> tuple[HostOffer, ...]:
    def one(kind: HostOfferKind) -> HostOffer:
        least = draw(st.sampled_from((0, 1, 990, 2500, 5000)))
        percent = draw(st.sampled_from((0, 0, 5, 30, 100)))
        amount = 0 if percent else draw(st.sampled_from((1, 300, 2000)))
        return HostOffer(kind, Decimal(percent), amount, least_amount=least)

    kinds = draw(st.lists(st.sampled_from(HostOfferKind), max_size=3))
    codes = [kind for kind in kinds if kind is HostOfferKind.VOUCHER][:1]
    others = [kind for kind in kinds if kind is HostOfferKind.PROMOTION]
    return tuple(one(kind) for kind in (*codes, *others))


@st.composite
def contested(draw: Any) -> Any:
    snapshot, terms, rules = draw(situations())
    offers = draw(host_offers())
    carrier = draw(
        st.sampled_from((SLOT, ShippingCarrier.LINES, ShippingCarrier.NATIVE))
    )
    if carrier is ShippingCarrier.NATIVE:
        # Such a shop has no promotions of its own.
        offers = tuple(one for one in offers if one.kind is HostOfferKind.VOUCHER)
    changed = replace(snapshot, host_offers=offers, shipping_carrier=carrier)
    return changed, compile_program(terms, rules)


@SETTINGS
@given(contested())
def test_nobody_pays_more_than_without_ours_or_without_the_shops(found: Any) -> None:
    # given
    snapshot, program = found
    nobody = compile_program(program.settings, [])
    alone = replace(snapshot, host_offers=())

    # when
    price = at_the_till(snapshot, evaluate(snapshot, program, NOW))

    # then
    assert price <= at_the_till(snapshot, evaluate(snapshot, nobody, NOW))
    stands = snapshot.voucher and snapshot.voucher.stands_at(snapshot.goods_amount)
    if stands or not snapshot.voucher:
        assert price <= at_the_till(alone, evaluate(alone, program, NOW))


@SETTINGS
@given(contested())
def test_a_code_that_stays_is_left_what_it_asks_for_by_points_too(found: Any) -> None:
    # given
    snapshot, program = found
    code = snapshot.voucher
    evaluation = evaluate(snapshot, program, NOW)
    goods = snapshot.goods_amount

    # then
    if code and code.stands_at(goods) and not evaluation.displaces_code:
        left = goods - taken(evaluation, LineDiscount, PointsDiscount)
        assert left >= code.least_amount


@SETTINGS
@given(contested())
def test_offers_say_what_is_saved_by_them(found: Any) -> None:
    # given
    snapshot, program = found

    # when
    evaluation = evaluate(snapshot, program, NOW)

    # then
    amounts = sum(one.amount for one in evaluation.offers)
    assert amounts == evaluation.discount_amount + evaluation.shipping_amount


def test_points_take_no_more_than_a_code_leaves_them() -> None:
    # given: 30 % from 50.00, and 10.00 in points
    code = voucher(percent=THIRD, least_amount=5000)
    customer = CustomerSnapshot(True, points_held=200)
    snapshot = cart(line("a", 5500), host_offers=code, customer=customer)

    # when
    evaluation = run(snapshot, points=TERMS)

    # then: 35.00 are paid, with half of the points
    assert (evaluation.redeemed_points, evaluation.displaces_code) == (100, False)


@pytest.mark.parametrize(
    ("percent", "price", "displaces"),
    [
        # 5.00 off goods, and then 30 %.
        ("10", 3500, False),
        # 60 % alone is more than 5.00 and 30 %.
        ("60", 2200, True),
    ],
)
def test_what_is_worth_more_stands(percent: str, price: int, displaces: bool) -> None:
    # given
    code = voucher(percent=THIRD, least_amount=5000)
    snapshot = cart(line("a", 5500), host_offers=code)

    # when
    evaluation = run(snapshot, percent_off(percent))

    # then
    assert at_the_till(snapshot, evaluation) == price
    assert evaluation.displaces_code is displaces


def test_a_tie_is_the_shops() -> None:
    # given: 36.36 % of 55.00 are 20.00, and so are 5.00 and 30 % of 50.00
    code = voucher(percent=THIRD, least_amount=5000)
    snapshot = cart(line("a", 5500), host_offers=code)
    rule = definition("ORDER", "AMOUNT_OFF", {"amounts": {"USD": "20.00"}})

    # when
    evaluation = run(snapshot, rule)

    # then
    assert (evaluation.displaces_code, evaluation.discount_amount) == (False, 500)


@pytest.mark.parametrize(("rule", "price"), [(FREE, 4500), (percent_off("10"), 4500)])
def test_an_order_promotion_is_not_lost_by_ours(rule: Any, price: int) -> None:
    # given: 30 % from 50.00 without ours, which makes 48.50
    snapshot = cart(
        line("a", 5500),
        shipping=1000,
        shipping_carrier=SLOT,
        host_offers=(promotion(30, least_amount=5000),),
    )

    # when / then: 5.00 come off the goods before
    assert at_the_till(snapshot, run(snapshot, rule)) == price


def test_a_rule_that_leaves_nothing_of_a_promotion_says_so() -> None:
    # given: nothing may come off the goods
    snapshot = cart(line("a", 5000), host_offers=(promotion(30, least_amount=5000),))

    # when
    offer = run(snapshot, percent_off("10")).offer(1)

    # then
    expected = (OfferState.BLOCKED, OfferCode.SALEOR_OFFER_IS_BETTER, 0)
    assert (offer.state, offer.code, offer.amount) == expected


def test_ours_give_way_to_an_offer_whose_worth_nobody_knows() -> None:
    # given: a gift from 50.00
    snapshot = cart(
        line("a", 5500),
        shipping=1000,
        shipping_carrier=SLOT,
        host_offers=(promotion(stays=True, least_amount=5000),),
    )

    # when
    evaluation = run(snapshot, percent_off("90"), FREE)

    # then
    assert taken(evaluation, LineDiscount) == 500
    assert not taken(evaluation, ShippingDiscount)


@pytest.mark.parametrize(
    ("percent", "price"),
    [
        # As much as beside a voucher that lowers the delivery price itself.
        (5, 5143),
        (10, 4873),
        # Nothing that comes off the goods is anything to the shopper then.
        (100, 3420),
    ],
)
def test_free_shipping_beside_a_percentage_is_worth_what_it_costs(
    percent: int, price: int
) -> None:
    # given
    snapshot = cart(
        line("a", 5414),
        shipping=3420,
        shipping_carrier=SLOT,
        host_offers=voucher(percent=Decimal(percent)),
    )

    # when
    evaluation = run(snapshot, FREE)

    # then
    assert at_the_till(snapshot, evaluation) == price
    saved = rounded(5414 * Fraction(100 - percent, 100)) + 3420 - price
    assert evaluation.offer(1).amount == evaluation.discount_amount == saved


def test_taxes_that_come_on_top_count_for_what_costs_least() -> None:
    # given: goods with 23 % on top, a delivery without, and 34 % from 50.00
    snapshot = cart(
        line("a", 5000, tax_rate=Decimal("0.23")),
        shipping=1750,
        shipping_carrier=SLOT,
        prices_with_tax=False,
        host_offers=voucher(percent=Decimal(34), least_amount=5000),
    )

    # when: 17.00 and the tax on them are more than 17.50
    evaluation = run(snapshot, FREE)

    # then
    assert not evaluation.displaces_code
    assert evaluation.offer(1).code is OfferCode.SALEOR_OFFER_IS_BETTER


def test_a_code_exactly_at_its_minimum_stands() -> None:
    # given: what rounds line by line leaves a unit of room
    code = voucher(500, least_amount=5000, rounding_amount=1)
    snapshot = cart(line("a", 5000), host_offers=code)

    # when
    evaluation = run(snapshot, percent_off("1"))

    # then
    assert (evaluation.displaces_code, evaluation.discount_amount) == (False, 0)


def test_a_code_makes_place_for_shipping_that_the_goods_cannot_carry() -> None:
    # given: 5 % off goods of 10.00, which are delivered for 34.20
    snapshot = cart(
        line("a", 1000),
        shipping=3420,
        shipping_carrier=SLOT,
        host_offers=voucher(percent=Decimal(5)),
    )

    # when
    evaluation = run(snapshot, FREE)

    # then
    assert evaluation.displaces_code
    assert at_the_till(snapshot, evaluation) == 1000
