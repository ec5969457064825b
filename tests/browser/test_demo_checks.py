"""What the journey is compared with finds what is wrong."""

from __future__ import annotations

import doctest
from dataclasses import replace
from decimal import Decimal
from types import ModuleType

import pytest

from demo import cart, checks, process, program, report, table, talk
from demo.cart import Cart, Line, Offer
from demo.checks import Entry, Order, OrderLine, check_cart, check_order
from demo.client import ShopError
from demo.visit import Variant, closing

from . import storefront

PLAIN = Cart(
    id="Q2hlY2tvdXQ6MQ==",
    token="1",
    lines=(Line("a", "sku-a", "Paint", "Paint", 3, Decimal("100.00")),),
    subtotal=Decimal("100.00"),
    shipping=Decimal("7.20"),
    total=Decimal("107.20"),
    has_delivery=True,
)
LADDER = Offer(
    "Ladder", "ORDER", True, Decimal("5.00"), Decimal(200), "LADDER", Decimal(10)
)
SHIPPING = Offer(
    "Free shipping",
    "SHIPPING",
    True,
    Decimal("7.20"),
    Decimal(0),
    "FREE_SHIPPING",
    Decimal(0),
)
CART = replace(
    PLAIN,
    lines=(replace(PLAIN.lines[0], total=Decimal("95.00")),),
    subtotal=Decimal("95.00"),
    shipping=Decimal("0.00"),
    total=Decimal("95.00"),
    savings=Decimal("12.20"),
    shipping_savings=Decimal("7.20"),
    offers=(LADDER, SHIPPING),
)
ORDER = Order(
    id="T3JkZXI6MjE=",
    number="21",
    is_paid=True,
    # 95.00 over three pieces is kept as 31.67 each.
    lines=(OrderLine("a", "Paint", 3, Decimal("31.67")),),
    shipping=Decimal("0.00"),
    total=Decimal("95.00"),
    captured=Decimal("95.00"),
    savings=Decimal("12.20"),
    shipping_savings=Decimal("7.20"),
    entries=(
        Entry("Ladder", 1, "a", Decimal("5.00")),
        Entry("Free shipping", 1, None, Decimal("7.20")),
    ),
)
CENT = Decimal("0.01")


def test_a_cart_that_adds_up_has_no_differences() -> None:
    assert check_cart(CART, PLAIN) == []


@pytest.mark.parametrize(
    "name", ["subtotal", "shipping", "total", "savings", "shipping_savings"]
)
def test_a_cent_anywhere_in_a_cart_is_a_difference(name: str) -> None:
    # given
    wrong = replace(CART, **{name: getattr(CART, name) + CENT})

    # then
    assert check_cart(wrong, PLAIN)


def test_an_offer_that_says_another_amount_is_a_difference() -> None:
    # given
    wrong = replace(CART, offers=(replace(LADDER, amount=Decimal("4.99")), SHIPPING))

    # then
    assert check_cart(wrong, PLAIN) == [
        "offers on the lines: 4.99, but 5.00 was to be expected"
    ]


def test_an_order_like_its_receipt_has_no_differences() -> None:
    assert check_order(ORDER, CART, PLAIN) == []


@pytest.mark.parametrize(
    "name", ["shipping", "total", "captured", "savings", "shipping_savings"]
)
def test_a_cent_anywhere_in_an_order_is_a_difference(name: str) -> None:
    # given
    wrong = replace(ORDER, **{name: getattr(ORDER, name) + CENT})

    # then
    assert check_order(wrong, CART, PLAIN)


def test_an_order_line_without_its_discount_is_a_difference() -> None:
    # given
    wrong = replace(ORDER, lines=(replace(ORDER.lines[0], unit=Decimal("33.33")),))

    # then
    assert check_order(wrong, CART, PLAIN) == [
        "Paint: 3 x 33.33 in the order, but 95.00 by the receipt"
    ]


def test_a_line_that_is_not_in_the_order_is_a_difference() -> None:
    assert check_order(replace(ORDER, lines=()), CART, PLAIN) == [
        "a is not in the order"
    ]


def test_an_order_that_is_not_paid_is_a_difference() -> None:
    assert "the order is not paid" in check_order(
        replace(ORDER, is_paid=False), CART, PLAIN
    )


def test_a_gap_is_closed_with_as_little_beyond_it_as_there_is() -> None:
    # given
    dear = Variant("d", "dear", "Hoodie", "Hoodie", Decimal("30.00"), 9)
    cheap = Variant("c", "cheap", "Juice", "Juice", Decimal("4.00"), 9)

    # then: one hoodie is 10.00 beyond, five juices close it exactly
    assert closing(Decimal("20.00"), [dear, cheap]) == (cheap, 5)


def test_a_gap_that_nothing_closes_is_told() -> None:
    # given
    rare = Variant("r", "rare", "Juice", "Juice", Decimal("4.00"), 1)

    # then
    with pytest.raises(ShopError, match="Nothing in the shop closes a gap"):
        closing(Decimal("20.00"), [rare])


@pytest.mark.parametrize(
    "module", [cart, checks, process, program, report, table, talk, storefront]
)
def test_the_examples_in_the_code_hold(module: ModuleType) -> None:
    # when
    result = doctest.testmod(module)

    # then
    assert result.attempted
    assert not result.failed
