"""What the journey's points are compared with finds what is wrong."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from demo.account import Account, Posting, Refund
from demo.cart import Cart, Line, Points
from demo.checks import (
    Order,
    OrderLine,
    check_account,
    check_cart,
    check_order,
    check_points,
    check_refund,
    check_settled,
)
from demo.program import DOUBLED

PAINT = Line("a", "sku-a", "Paint", "Paint", 3, Decimal("60.00"), "Paints")
SHOES = Line("b", "sku-b", "Shoes", "Shoes", 1, Decimal("40.50"), DOUBLED[0])
PLAIN = Cart(
    id="Q2hlY2tvdXQ6MQ==",
    token="1",
    lines=(PAINT, SHOES),
    subtotal=Decimal("100.50"),
    shipping=Decimal("7.20"),
    total=Decimal("107.70"),
    has_delivery=True,
)
# 201 points are split in whole cents: 1.20 off the paint and 0.81 off the shoes.
CART = replace(
    PLAIN,
    lines=(
        replace(PAINT, total=Decimal("58.80")),
        replace(SHOES, total=Decimal("39.69")),
    ),
    subtotal=Decimal("98.49"),
    total=Decimal("105.69"),
    points=Points(
        earned=138, redeemed=201, worth=Decimal("2.01"), available=462, most=460
    ),
)
ORDER = Order(
    id="T3JkZXI6MjI=",
    number="22",
    is_paid=True,
    lines=(
        OrderLine("a", "Paint", 3, Decimal("19.60")),
        OrderLine("b", "Shoes", 1, Decimal("39.69")),
    ),
    shipping=Decimal("7.20"),
    total=Decimal("105.69"),
    captured=Decimal("105.69"),
    savings=Decimal(0),
    shipping_savings=Decimal(0),
    entries=(),
    points_earned=138,
    points_redeemed=201,
    points_worth=Decimal("2.01"),
)
ACCOUNT = Account(
    pending=92,
    available=328,
    postings=(
        Posting("EARN", 0, 462, 0, 0, "21", "A point"),
        Posting("HOLD", 0, -201, 201, 0, "", ""),
        Posting("CAPTURE", 0, 0, -201, 0, "22", ""),
        Posting("EARN", 138, 0, 0, 0, "22", "A point"),
        Posting("REVERSE", -46, 0, 0, 0, "22", "A point"),
        Posting("RETURN", 0, 67, 0, 0, "22", ""),
    ),
)
REFUND = Refund("22", Decimal("35.23"), taken_back=46, given_back=67)


def test_points_that_add_up_have_no_differences() -> None:
    assert check_cart(CART, PLAIN) == []
    assert check_points(CART, tier="Bronze") == []
    assert check_order(ORDER, CART, PLAIN) == []
    assert check_account(ACCOUNT) == []
    assert check_settled(ORDER, ACCOUNT) == []
    assert check_refund(REFUND, ORDER, ACCOUNT) == []


def test_a_point_more_than_the_lines_give_is_a_difference() -> None:
    # given
    wrong = replace(CART, points=replace(CART.points, earned=139))

    # then
    assert check_points(wrong, tier="Bronze") == [
        "points that the cart earns: 139, but 138 was to be expected"
    ]


def test_a_tier_that_gives_nothing_more_is_a_difference() -> None:
    assert check_points(CART, tier="Silver") == [
        "points that the cart earns: 138, but 167 was to be expected"
    ]


def test_points_that_are_worth_another_amount_are_a_difference() -> None:
    # given
    wrong = replace(CART, points=replace(CART.points, worth=Decimal("2.00")))

    # then
    assert check_points(wrong, tier="Bronze") == [
        "worth of the points: 2.00, but 2.01 was to be expected"
    ]
    assert check_cart(wrong, PLAIN)


def test_more_points_than_could_pay_are_a_difference() -> None:
    # given
    wrong = replace(CART, points=replace(CART.points, most=200))

    # then
    assert check_points(wrong, tier="Bronze") == [
        "201 points pay for the cart, but 200 could"
    ]


@pytest.mark.parametrize("name", ["points_earned", "points_redeemed", "points_worth"])
def test_points_that_the_receipt_has_otherwise_are_a_difference(name: str) -> None:
    # given
    wrong = replace(ORDER, **{name: getattr(ORDER, name) + 1})

    # then
    assert check_order(wrong, CART, PLAIN)


def test_points_that_paid_for_one_line_alone_are_a_difference() -> None:
    # given
    lines = (
        OrderLine("a", "Paint", 3, Decimal("20.00")),
        OrderLine("b", "Shoes", 1, Decimal("38.49")),
    )

    # then
    assert len(check_order(replace(ORDER, lines=lines), CART, PLAIN)) == 2


@pytest.mark.parametrize("name", ["pending", "available", "held", "debt"])
def test_a_balance_that_its_postings_do_not_give_is_a_difference(name: str) -> None:
    # given
    wrong = replace(ACCOUNT, **{name: getattr(ACCOUNT, name) + 1})

    # then
    [sentence] = check_account(wrong)
    assert sentence.startswith(f"{name} points")


def test_an_order_that_is_not_in_the_account_is_a_difference() -> None:
    # given
    without = replace(ACCOUNT, postings=ACCOUNT.postings[:1])

    # then
    assert check_settled(ORDER, without) == [
        "earned by order 22: 0, but 138 was to be expected",
        "spent on order 22: 0, but 201 was to be expected",
    ]


def test_a_refund_that_takes_another_share_is_a_difference() -> None:
    # given
    postings = (*ACCOUNT.postings[:-1], replace(ACCOUNT.postings[-1], available=66))

    # then
    assert check_refund(REFUND, ORDER, replace(ACCOUNT, postings=postings)) == [
        "given back: 66, but 67 was to be expected",
        "foretold to be given back: 67, but 66 was to be expected",
    ]
