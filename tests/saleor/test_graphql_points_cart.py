"""Customers spend points on their carts, and nobody else sees or spends them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from saleor.checkout.models import Checkout

from saleor_rewards.models import Hold

from . import merchants
from .inputs import document
from .merchants import Caller
from .purses import earn, give_cart, open_purse
from .world import Cart, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann(shop: Shop) -> Caller:
    """A customer of a shop where 100 points are worth 1.00."""
    shop.points()
    return merchants.customer()


def start_cart(caller: Caller, *items: tuple[Any, int]) -> Cart:
    """Start a cart as the customer who is logged in."""
    shopper = Shopper(token=(caller.authorization or "JWT ").split()[1])
    return shopper.cart(*items)


def cart_points(caller: Caller, cart: Cart) -> dict[str, Any]:
    data = caller.ask(document("CheckoutPoints"), token=cart.pk)
    return data["checkout"]["rewards"]["points"]


def redeem(caller: Caller, cart: Cart, points: int) -> dict[str, Any]:
    return caller.do(document("PointsRedeem"), checkoutId=cart.id, points=points)


def codes_of(payload: dict[str, Any]) -> list[tuple[str, str]]:
    assert all(error["message"] for error in payload["errors"])
    return [(error["field"], error["code"]) for error in payload["errors"]]


def total_of(payload: dict[str, Any]) -> Decimal:
    return Decimal(payload["checkout"]["totalPrice"]["gross"]["amount"])


def test_the_owner_of_a_cart_sees_what_points_can_pay(shop: Shop, ann: Caller) -> None:
    # given
    shop.points(minimum_points=50, step_points=25, most_percent=Decimal(50))
    shop.earning()
    earn(open_purse(shop, ann), 1030)

    # when
    cart = start_cart(ann, (shop.product("30.00"), 1))

    # then
    assert cart_points(ann, cart) == {
        "earned": 30,
        "redeemed": 0,
        "worth": {"amount": 0, "currency": "USD"},
        "minimum": 50,
        "step": 25,
        "available": 1030,
        "expiresAt": None,
        "mostRedeemable": 1025,
    }
    assert redeem(ann, cart, 1025)["errors"] == []
    shown = cart_points(ann, cart)
    assert (shown["redeemed"], shown["available"]) == (1025, 1030)
    assert shown["mostRedeemable"] == 1025
    assert shown["expiresAt"] == Hold.objects.get().expires_at.isoformat()
    assert shown["worth"]["amount"] == Decimal("10.25")


def test_the_answer_to_redeeming_shows_the_new_total(shop: Shop, ann: Caller) -> None:
    # given
    earn(open_purse(shop, ann), 1000)
    cart = start_cart(ann, (shop.product("30.00"), 1))

    # when
    payload = redeem(ann, cart, 700)

    # then
    assert payload["errors"] == []
    assert total_of(payload) == Decimal("23.00")
    assert payload["points"]["redeemed"] == 700
    assert payload["points"]["worth"]["amount"] == 7
    less = redeem(ann, cart, 200)
    assert total_of(less) == Decimal("28.00")
    back = ann.do(document("PointsRelease"), checkoutId=cart.id)
    assert back["errors"] == []
    assert total_of(back) == Decimal("30.00")
    assert back["points"]["redeemed"] == 0
    assert back["points"]["available"] == 1000


def test_the_whole_checkout_can_be_asked_for_in_the_answer(
    shop: Shop, ann: Caller
) -> None:
    # given
    earn(open_purse(shop, ann), 1000)
    cart = start_cart(ann, (shop.product("30.00"), 2))

    # when
    payload = ann.do(
        "mutation($id: ID!) { rewardsPointsRedeem(checkoutId: $id, points: 500) { "
        "checkout { subtotalPrice { gross { amount } } lines { quantity totalPrice { "
        "gross { amount } } } rewards { savings { amount } points { redeemed } } } "
        "errors { code } } }",
        id=cart.id,
    )

    # then
    checkout = payload["checkout"]
    assert checkout["subtotalPrice"]["gross"]["amount"] == 55
    assert checkout["lines"][0]["totalPrice"]["gross"]["amount"] == 55
    assert checkout["rewards"] == {
        "savings": {"amount": 0},
        "points": {"redeemed": 500},
    }


def test_a_cart_in_a_channel_without_points_says_so(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    cart = shopper.cart((shop.product("30.00"), 1))

    # when
    data = merchants.anonymous().ask(document("CheckoutPoints"), token=cart.pk)

    # then
    assert data["checkout"]["rewards"]["points"] is None


@pytest.mark.parametrize(
    "who", ["anonymous", "another customer", "staff", "staff with", "app with"]
)
def test_whoever_holds_a_carts_token_sees_no_balance(
    shop: Shop, ann: Caller, who: str
) -> None:
    # given
    shop.earning()
    earn(open_purse(shop, ann), 1000)
    cart = start_cart(ann, (shop.product("30.00"), 1))
    redeem(ann, cart, 700)
    caller = {
        "anonymous": merchants.anonymous,
        "another customer": merchants.customer,
        "staff": merchants.staff,
        "staff with": lambda: merchants.staff(merchants.USERS),
        "app with": lambda: merchants.app(merchants.USERS),
    }[who]()

    # when: Saleor lets whoever knows the ID change the cart
    payload = caller.do(
        'mutation($id: ID!) { checkoutEmailUpdate(checkoutId: $id, email: "a@b.cd") { '
        "checkout { rewards { points { earned redeemed available mostRedeemable } } } "
        "} }",
        id=cart.id,
    )

    # then
    shown = payload["checkout"]["rewards"]["points"]
    assert (shown["available"], shown["mostRedeemable"]) == (None, None)
    assert (shown["earned"], shown["redeemed"]) == (23, 700)


def test_a_guests_cart_earns_and_shows_no_balance(shop: Shop, shopper: Shopper) -> None:
    # given
    shop.points()
    shop.earning()
    cart = shopper.cart((shop.product("30.00"), 1))

    # when
    shown = cart_points(merchants.anonymous(), cart)

    # then
    assert (shown["earned"], shown["available"]) == (30, None)


@pytest.mark.parametrize("mutation", ["PointsRedeem", "PointsRelease"])
@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("anonymous", ("checkoutId", "LOGIN_REQUIRED")),
        ("another customer", ("checkoutId", "NOT_FOUND")),
        ("staff with", ("checkoutId", "NOT_FOUND")),
        ("app with", ("checkoutId", "LOGIN_REQUIRED")),
    ],
)
def test_only_the_owner_of_a_cart_decides_on_its_points(
    shop: Shop, ann: Caller, mutation: str, who: str, expected: tuple[str, str]
) -> None:
    # given
    earn(open_purse(shop, ann), 1000)
    cart = start_cart(ann, (shop.product("30.00"), 1))
    redeem(ann, cart, 700)
    before = list(Hold.objects.values())
    caller = {
        "anonymous": merchants.anonymous,
        "another customer": merchants.customer,
        "staff with": lambda: merchants.staff(merchants.USERS, merchants.ORDERS),
        "app with": lambda: merchants.app(merchants.USERS, merchants.ORDERS),
    }[who]()
    more = {"points": 100} if mutation == "PointsRedeem" else {}

    # when
    payload = caller.do(document(mutation), checkoutId=cart.id, **more)

    # then
    assert codes_of(payload) == [expected]
    assert (payload["checkout"], payload["points"]) == (None, None)
    assert list(Hold.objects.values()) == before


def test_a_customer_cannot_spend_on_a_guests_cart(
    shop: Shop, ann: Caller, shopper: Shopper
) -> None:
    # given
    earn(open_purse(shop, ann), 1000)
    cart = shopper.cart((shop.product("30.00"), 1))

    # when
    before = redeem(ann, cart, 100)
    give_cart(cart, ann)
    after = redeem(ann, cart, 100)

    # then
    assert codes_of(before) == [("checkoutId", "NOT_FOUND")]
    assert after["errors"] == []


@pytest.mark.parametrize(
    ("points", "code"),
    [
        (0, "OUT_OF_RANGE"),
        (-100, "OUT_OF_RANGE"),
        (49, "OUT_OF_RANGE"),
        (55, "OUT_OF_RANGE"),
        (1600, "OUT_OF_RANGE"),
        (5000, "INSUFFICIENT_POINTS"),
        (2**31 - 1, "INSUFFICIENT_POINTS"),
    ],
)
def test_a_number_of_points_that_cannot_pay_is_refused(
    shop: Shop, ann: Caller, points: int, code: str
) -> None:
    # given
    shop.points(minimum_points=50, step_points=10, most_percent=Decimal(50))
    earn(open_purse(shop, ann), 4000)
    cart = start_cart(ann, (shop.product("30.00"), 1))

    # when
    payload = redeem(ann, cart, points)

    # then
    assert codes_of(payload) == [("points", code)]
    assert payload["checkout"] is None
    assert Hold.objects.count() == 0


def test_refusals_speak_the_language_of_the_request(shop: Shop) -> None:
    # given
    shop.points()
    caller = merchants.customer()
    cart = start_cart(caller, (shop.product("30.00"), 1))
    anonymous = merchants.anonymous()
    anonymous.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"

    # when
    payload = redeem(anonymous, cart, 100)

    # then
    assert payload["errors"][0]["message"] == "请先登录再使用积分。"


@pytest.mark.parametrize("id", ["", "x", "Q2hlY2tvdXQ6eA==", "UHJvZHVjdDox"])
def test_an_id_that_is_no_checkouts_is_refused_in_words(
    shop: Shop, ann: Caller, id: str
) -> None:
    # when
    payload = ann.do(document("PointsRelease"), checkoutId=id)

    # then
    assert codes_of(payload) == [("checkoutId", "NOT_FOUND")]


def test_a_checkout_that_is_gone_is_refused(shop: Shop, ann: Caller) -> None:
    # given
    cart = start_cart(ann, (shop.product("30.00"), 1))
    Checkout.objects.all().delete()

    # when
    payload = redeem(ann, cart, 100)

    # then
    assert codes_of(payload) == [("checkoutId", "NOT_FOUND")]
