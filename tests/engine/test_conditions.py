"""Each condition: when it is met, how far it is, and which code says why not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from saleor_rewards.engine import (
    CustomerSnapshot,
    Facts,
    OfferCode,
    OfferState,
    ShippingSnapshot,
    dump_rule,
)

from .build import (
    NOW,
    amount_off,
    amounts,
    cart,
    free_shipping,
    ladder,
    line,
    only_offer,
    percent_off,
    rule,
    run,
)

TEN_DOLLARS = cart(line("a", 1000))


def code(snapshot: Any, definition: Any, **values: Any) -> OfferCode:
    return only_offer(snapshot, definition, **values).code


def minimum(amount: str, base: str = "AFTER_ITEM_DISCOUNTS") -> Any:
    return {"amounts": {"USD": amount}, "base": base}


@pytest.mark.parametrize(
    ("amount", "expected"),
    [(4999, OfferCode.MINIMUM_SUBTOTAL), (5000, OfferCode.APPLIED)],
)
def test_a_minimum_subtotal_is_met_from_its_amount_on(
    amount: int, expected: OfferCode
) -> None:
    # given
    rule = percent_off("10", minimum_subtotal=minimum("50.00"))

    # when / then
    assert code(cart(line("a", amount)), rule) is expected


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("BEFORE_ITEM_DISCOUNTS", OfferState.APPLIED),
        ("AFTER_ITEM_DISCOUNTS", OfferState.REACHABLE),
    ],
)
def test_a_minimum_subtotal_reads_the_base_that_was_chosen(
    base: str, expected: OfferState
) -> None:
    # given: the item lane leaves 45.00 of 50.00
    item = percent_off("10", lane="ITEM")
    order = amount_off("1.00", minimum_subtotal=minimum("50.00", base))

    # when
    evaluation = run(cart(line("a", 5000)), item, order)

    # then
    assert evaluation.offer(2).state is expected


def test_a_minimum_subtotal_never_sees_what_the_order_lane_takes_off() -> None:
    # given
    order = percent_off("50")
    shipping = free_shipping("50.00")

    # when
    evaluation = run(cart(line("a", 5000), shipping=900), order, shipping)

    # then
    assert (evaluation.discount_amount, evaluation.shipping_amount) == (2500, 900)


def test_a_catalogue_sale_lowers_both_bases() -> None:
    # given
    snapshot = cart(line("a", 4000, list_amount=6000))
    rule = percent_off("10", minimum_subtotal=minimum("50.00", "BEFORE_ITEM_DISCOUNTS"))

    # when / then
    assert only_offer(snapshot, rule).gap_amount == 1000


def test_a_minimum_quantity_says_how_many_items_are_missing() -> None:
    # given
    rule = percent_off("10", minimum_quantity=5)

    # when
    offer = only_offer(cart(line("a", 1000, 2), line("b", 500)), rule)

    # then
    assert (offer.state, offer.code) == (
        OfferState.REACHABLE,
        OfferCode.MINIMUM_QUANTITY,
    )
    assert (offer.gap_quantity, offer.gap_amount, offer.next_percent) == (2, None, 10)


def test_missing_items_and_a_missing_amount_are_both_told() -> None:
    # given
    rule = ladder(("20.00", "5.00"), minimum_quantity=3)

    # when
    offer = only_offer(TEN_DOLLARS, rule)

    # then
    assert offer.code is OfferCode.MINIMUM_SUBTOTAL
    assert (offer.gap_amount, offer.gap_quantity, offer.next_amount) == (1000, 2, 500)


SCOPE_CASES = [
    ({"products": {"include": ["a"]}}, ["a"]),
    ({"products": {"exclude": ["a"]}}, ["b", "c"]),
    ({"collections": {"include": ["summer"]}}, ["b"]),
    ({"categories": {"include": ["shoes"]}}, ["a", "c"]),
    ({"categories": {"include": ["shoes"], "exclude": ["boots"]}}, ["a"]),
    (
        {"products": {"include": ["a"]}, "collections": {"include": ["summer"]}},
        ["a", "b"],
    ),
    ({"categories": {"include": ["shoes"]}, "products": {"exclude": ["a"]}}, ["c"]),
    ({"exclude_sale_items": True}, ["a", "b"]),
    ({"exclude_non_shippable_items": True}, ["a", "c"]),
]


@pytest.mark.parametrize(("scope", "expected"), SCOPE_CASES)
def test_only_lines_in_scope_count_and_get_the_benefit(
    scope: Any, expected: list[str]
) -> None:
    # given
    snapshot = cart(
        line("a", 1000, category_ids=("shoes",)),
        line("b", 1000, collection_ids=("summer",), is_shippable=False),
        line("c", 1000, list_amount=2000, category_ids=("boots", "shoes")),
    )
    threshold = f"{10 * len(expected)}.00"

    # when
    evaluation = run(
        snapshot, percent_off("10", minimum_subtotal=minimum(threshold), **scope)
    )

    # then
    assert amounts(evaluation) == [(1, id, 100) for id in expected]


def test_a_rule_for_goods_that_are_not_in_the_cart_says_so() -> None:
    # given
    rule = ladder(("20.00", "5%"), products={"include": ["z"]})

    # when
    offer = only_offer(TEN_DOLLARS, rule)

    # then
    assert (offer.state, offer.code) == (
        OfferState.BLOCKED,
        OfferCode.NO_ELIGIBLE_ITEMS,
    )


def test_an_empty_cart_is_told_how_far_a_shop_wide_ladder_is() -> None:
    assert only_offer(cart(), ladder(("20.00", "5%"))).gap_amount == 2000
    assert code(cart(), percent_off("5")) is OfferCode.NO_ELIGIBLE_ITEMS


def test_a_gift_line_neither_counts_nor_gets_anything() -> None:
    # given
    gift = line("gift", 9000, is_gift=True)

    # when
    evaluation = run(
        cart(line("a", 1000), gift), percent_off("10"), ladder(("20.00", "5%"))
    )

    # then
    assert amounts(evaluation) == [(1, "a", 100)]
    assert code(cart(gift), percent_off("10")) is OfferCode.NO_ELIGIBLE_ITEMS


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("PL", OfferCode.APPLIED),
        ("US", OfferCode.COUNTRY_NOT_ELIGIBLE),
        (None, OfferCode.COUNTRY_NOT_ELIGIBLE),
    ],
)
def test_a_rule_for_countries_holds_in_those_alone(
    country: Any, expected: OfferCode
) -> None:
    # given
    snapshot = cart(line("a", 1000), country=country)

    # when / then
    assert code(snapshot, percent_off("10", countries=["DE", "PL"])) is expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("post", OfferCode.APPLIED),
        ("courier", OfferCode.SHIPPING_METHOD_NOT_ELIGIBLE),
        (None, OfferCode.SHIPPING_METHOD_NOT_ELIGIBLE),
    ],
)
def test_a_rule_for_delivery_methods_holds_with_those_alone(
    method: Any, expected: OfferCode
) -> None:
    # given
    shipping = None if method is None else ShippingSnapshot(method, 900)
    snapshot = replace(TEN_DOLLARS, shipping=shipping)

    # when / then
    assert code(snapshot, percent_off("10", shipping_methods=["post"])) is expected


def test_free_shipping_by_one_method_waits_for_the_shopper_to_choose() -> None:
    # given
    rule = free_shipping("10.00", shipping_methods=["post"])

    # when / then
    assert code(TEN_DOLLARS, rule) is OfferCode.AWAITING_DELIVERY_METHOD


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        (CustomerSnapshot(False, None), OfferCode.CUSTOMER_UNKNOWN),
        (CustomerSnapshot(True, None), OfferCode.CUSTOMER_UNKNOWN),
        (CustomerSnapshot(True, 0), OfferCode.APPLIED),
        (CustomerSnapshot(True, 1), OfferCode.NOT_FIRST_ORDER),
        (CustomerSnapshot(True, 0, is_ordering=True), OfferCode.NOT_FIRST_ORDER),
        (CustomerSnapshot(True, has_ordered=False), OfferCode.APPLIED),
        (CustomerSnapshot(True, has_ordered=True), OfferCode.NOT_FIRST_ORDER),
    ],
)
def test_a_first_order_rule_asks_who_the_shopper_is(
    customer: CustomerSnapshot, expected: OfferCode
) -> None:
    # given
    snapshot = cart(line("a", 1000), customer=customer)

    # when / then
    assert code(snapshot, percent_off("10", first_order=True)) is expected


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        (CustomerSnapshot(), OfferCode.CUSTOMER_UNKNOWN),
        (CustomerSnapshot(True), OfferCode.CUSTOMER_UNKNOWN),
        (CustomerSnapshot(True, 3), OfferCode.NOT_NTH_ORDER),
        (CustomerSnapshot(True, 4), OfferCode.APPLIED),
        (CustomerSnapshot(True, 4, is_ordering=True), OfferCode.NOT_NTH_ORDER),
        (CustomerSnapshot(True, 5), OfferCode.NOT_NTH_ORDER),
        (CustomerSnapshot(True, 9), OfferCode.NOT_NTH_ORDER),
        (CustomerSnapshot(True, has_ordered=False), OfferCode.CUSTOMER_UNKNOWN),
        (CustomerSnapshot(True, has_ordered=True), OfferCode.CUSTOMER_UNKNOWN),
    ],
)
def test_a_rule_for_the_fifth_order_counts_the_one_being_placed(
    customer: CustomerSnapshot, expected: OfferCode
) -> None:
    # given
    snapshot = cart(line("a", 1000), customer=customer)

    # when / then
    assert code(snapshot, percent_off("10", nth_order={"number": 5})) is expected


@pytest.mark.parametrize(
    ("order_count", "expected"),
    [
        (0, OfferCode.NOT_NTH_ORDER),
        (4, OfferCode.APPLIED),
        (5, OfferCode.NOT_NTH_ORDER),
        (9, OfferCode.APPLIED),
    ],
)
def test_a_rule_that_repeats_is_met_at_each_order_of_that_number(
    order_count: int, expected: OfferCode
) -> None:
    # given
    snapshot = cart(line("a", 1000), customer=CustomerSnapshot(True, order_count))
    fifth = {"number": 5, "repeats": True}

    # when / then
    assert code(snapshot, percent_off("10", nth_order=fifth)) is expected


@pytest.mark.parametrize(
    ("tier_id", "expected"),
    [
        (None, OfferCode.TIER_NOT_ELIGIBLE),
        ("2", OfferCode.TIER_NOT_ELIGIBLE),
        ("3", OfferCode.APPLIED),
        ("4", OfferCode.APPLIED),
    ],
)
def test_a_rule_for_tiers_asks_for_the_level_of_the_member(
    tier_id: str | None, expected: OfferCode
) -> None:
    # given
    customer = CustomerSnapshot(True, tier_id=tier_id)
    snapshot = cart(line("a", 1000), customer=customer)

    # when / then
    assert code(snapshot, percent_off("10", tiers=["3", "4"])) is expected


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        (CustomerSnapshot(), OfferCode.CUSTOMER_UNKNOWN),
        (CustomerSnapshot(True), OfferCode.CUSTOMER_UNKNOWN),
        (CustomerSnapshot(True, has_referral=False), OfferCode.NO_REFERRAL),
        (CustomerSnapshot(True, has_referral=True), OfferCode.APPLIED),
        (CustomerSnapshot(has_referral=True), OfferCode.APPLIED),
    ],
)
def test_a_rule_for_referees_asks_whether_a_member_brought_the_shopper(
    customer: CustomerSnapshot, expected: OfferCode
) -> None:
    # given
    snapshot = cart(line("a", 1000), customer=customer)

    # when / then
    assert code(snapshot, percent_off("10", has_referral=True)) is expected


def test_who_was_not_brought_is_told_so_before_being_asked_who_they_are() -> None:
    # given
    welcome = percent_off("10", has_referral=True, first_order=True)
    regular = CustomerSnapshot(True, order_count=3, has_referral=True)
    nobody = cart(line("a", 1000), customer=CustomerSnapshot(has_referral=False))

    # when / then
    assert code(nobody, welcome) is OfferCode.NO_REFERRAL
    snapshot = cart(line("a", 1000), customer=regular)
    assert code(snapshot, welcome) is OfferCode.NOT_FIRST_ORDER


def test_a_currency_without_amounts_blocks_before_any_amount_is_read() -> None:
    # given
    snapshot = cart(line("a", 1), currency="JPY")

    # when / then
    for found in (
        amount_off("5.00"),
        ladder(("0.01", "5%")),
        free_shipping("0.01"),
        percent_off("10", cap={"USD": "1.00"}),
    ):
        assert code(snapshot, found) is OfferCode.CURRENCY_NOT_CONFIGURED
    assert code(snapshot, percent_off("10")) is OfferCode.APPLIED


@pytest.mark.parametrize("base", ["BEFORE_ITEM_DISCOUNTS", "AFTER_ITEM_DISCOUNTS"])
@pytest.mark.parametrize("amount", [4999, 5000, 5555, 5556])
def test_conditions_asked_by_themselves_say_what_the_offer_says(
    base: str, amount: int
) -> None:
    # given: the item lane takes a tenth
    asked = {"minimum_subtotal": minimum("50.00", base), "minimum_quantity": 2}
    found = rule(amount_off("1.00", products={"exclude": ["z"]}, **asked), 2)
    first = percent_off("10", lane="ITEM", products={"include": ["a"]})
    snapshot = cart(line("a", amount), line("z", 9000, 5))

    # when
    offer = run(snapshot, first, dump_rule(found)).offer(2)
    taken = run(snapshot, first).discount_amount
    facts = Facts(
        NOW, "USD", quantity=1, before_amount=amount, after_amount=amount - taken
    )

    # then
    subtotal = found.conditions.minimum_subtotal
    quantity = found.conditions.minimum_quantity
    assert subtotal is not None
    assert quantity is not None
    assert subtotal.check(facts).gap == offer.gap_amount
    assert quantity.check(facts).gap == offer.gap_quantity
