"""Carts that are not shipped, and rules that count only what is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from saleor_rewards.engine import (
    Lane,
    OfferCode,
    OfferState,
    ShippingCarrier,
    compile_program,
    evaluate,
)

from .build import (
    NOW,
    amounts,
    cart,
    definition,
    earn,
    earned,
    free_shipping,
    ladder,
    line,
    only_offer,
    per_amount,
    percent_off,
    run,
)
from .strategies import situations

DOWNLOAD = line("download", 2000, is_shippable=False)
SHOES = line("shoes", 3000)
NOT_SHIPPED = cart(DOWNLOAD, is_shipped=False)
ONLY_SHIPPABLE = {"exclude_non_shippable_items": True}


def cheaper_shipping(**values: Any) -> Any:
    return definition("SHIPPING", "SHIPPING_PERCENT_OFF", {"percent": "50"}, **values)


@pytest.mark.parametrize(
    "rule",
    [
        free_shipping(),
        free_shipping("10.00"),
        free_shipping("50.00"),
        free_shipping(minimum_quantity=5),
        free_shipping(countries=["PL"]),
        free_shipping(first_order=True),
        free_shipping("10.00", exclusive=True),
        cheaper_shipping(),
        cheaper_shipping(products={"include": ["shoes"]}),
    ],
)
@pytest.mark.parametrize("carrier", ShippingCarrier)
def test_a_cart_that_is_not_shipped_is_promised_no_shipping_offer(
    rule: Any, carrier: ShippingCarrier
) -> None:
    # given
    snapshot = cart(DOWNLOAD, is_shipped=False, shipping_carrier=carrier)

    # when
    offer = only_offer(snapshot, rule)

    # then
    assert (offer.state, offer.code) == (
        OfferState.BLOCKED,
        OfferCode.SHIPPING_NOT_REQUIRED,
    )
    assert (offer.amount, offer.gap_amount, offer.gap_quantity) == (0, None, None)


def test_a_rule_that_has_not_started_says_that_first() -> None:
    # given
    starts_at = (NOW + timedelta(days=1)).isoformat()

    # when
    offer = only_offer(NOT_SHIPPED, free_shipping(starts_at=starts_at))

    # then
    assert offer.code is OfferCode.NOT_STARTED


def test_offers_on_goods_go_on_in_a_cart_that_is_not_shipped() -> None:
    assert amounts(run(NOT_SHIPPED, percent_off("10"))) == [(1, "download", 200)]


@settings(max_examples=100, deadline=None)
@given(situations())
def test_no_shipping_offer_promises_anything_where_nothing_is_shipped(
    situation: Any,
) -> None:
    # given
    snapshot, program_settings, rules = situation

    # when
    offers = evaluate(snapshot, compile_program(program_settings, rules), NOW).offers

    # then
    for offer in offers:
        is_told = offer.code is OfferCode.SHIPPING_NOT_REQUIRED
        expected = offer.lane is Lane.SHIPPING and not snapshot.is_shipped
        assert is_told is expected


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [({}, OfferCode.APPLIED), (ONLY_SHIPPABLE, OfferCode.MINIMUM_SUBTOTAL)],
)
def test_a_download_counts_towards_free_shipping_unless_the_rule_leaves_it_out(
    conditions: Any, expected: OfferCode
) -> None:
    # given
    mixed = cart(DOWNLOAD, SHOES, shipping=900)

    # when
    offer = only_offer(mixed, free_shipping("50.00", **conditions))

    # then
    assert offer.code is expected
    assert offer.gap_amount == (2000 if conditions else None)


def test_a_minimum_quantity_counts_shippable_items_alone_where_the_rule_says_so() -> (
    None
):
    # given
    rule = percent_off("10", minimum_quantity=2, **ONLY_SHIPPABLE)

    # when
    offer = only_offer(cart(DOWNLOAD, SHOES), rule)

    # then
    assert (offer.code, offer.gap_quantity) == (OfferCode.MINIMUM_QUANTITY, 1)


@pytest.mark.parametrize("lane", ["ITEM", "ORDER"])
def test_a_ladder_on_shippable_goods_climbs_by_them_and_gives_on_them(
    lane: str,
) -> None:
    # given
    rule = ladder(("30.00", "10%"), ("50.00", "20%"), lane=lane, **ONLY_SHIPPABLE)

    # when
    evaluation = run(cart(DOWNLOAD, SHOES), rule)

    # then
    assert amounts(evaluation) == [(1, "shoes", 300)]
    assert evaluation.offer(1).gap_amount == 2000


def test_points_are_given_for_shippable_goods_alone_where_the_rule_says_so() -> None:
    # when
    evaluation = earn(cart(DOWNLOAD, SHOES), per_amount(**ONLY_SHIPPABLE))

    # then
    assert earned(evaluation) == [(1, 30)]


def test_downloads_alone_count_for_no_rule_that_leaves_them_out() -> None:
    # when
    offer = only_offer(NOT_SHIPPED, percent_off("10", **ONLY_SHIPPABLE))

    # then
    assert offer.code is OfferCode.NO_ELIGIBLE_ITEMS
