"""A friend whom a member brought gets what the merchant promised on the first order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from saleor.account.models import User

from saleor_rewards.models import Receipt, Referral, Verdict
from saleor_rewards.referrals.member_codes import invite

from .friends import (
    code_for,
    friend_cart,
    now,
    referrer,
    switch_on,
    try_code,
)
from .legacy import DummyGateway
from .limits import needs
from .points import no_hooks, reconcile_all, sums
from .staff import money
from .world import HOST, Cart, Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

FRIENDS = {"has_referral": True, "first_order": True}


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member of a shop that gives friends 10 % off their first order."""
    switch_on(shop)
    shop.rule(
        "Welcome, friend",
        {"type": "PERCENT_OFF", "percent": "10"},
        conditions=FRIENDS,
    )
    return referrer("ann@example.com")


@pytest.fixture
def claimed(shop: Shop, shopper: Shopper, ann: User) -> Cart:
    """A guest's cart that was claimed by a code."""
    cart = friend_cart(shop, "bob@example.com", shopper)
    try_code(cart, code_for(shop, ann).code)
    return cart


def test_the_price_falls_with_the_claim(
    shop: Shop, shopper: Shopper, ann: User
) -> None:
    # given
    cart = friend_cart(shop, "", shopper)
    assert shopper.bare_total(cart) == money("10.00")

    # when
    try_code(cart, code_for(shop, ann).code)

    # then
    assert shopper.bare_total(cart) == money("9.00")


def test_a_friend_orders_at_the_price_that_was_promised(
    shop: Shop, shopper: Shopper, claimed: Cart
) -> None:
    # given
    cart = shopper.look(shopper.ship(claimed, shop.shipping_method("5.00")))

    # when
    order = shopper.buy(cart)

    # then
    assert money(str(order["total"]["gross"]["amount"])) == money("14.00")


def test_strangers_pay_in_full(shop: Shop, shopper: Shopper, claimed: Cart) -> None:
    # given
    stranger = Shopper()
    cart = stranger.look(friend_cart(shop, "eve@example.com", stranger))

    # then
    assert cart.subtotal == money("10.00")


def test_the_promise_is_made_again_on_another_device(
    shop: Shop, ann: User, claimed: Cart
) -> None:
    # given
    phone = Shopper()
    cart = friend_cart(shop, "BOB@example.com", phone)
    assert phone.look(cart).subtotal == money("10.00")

    # when
    try_code(cart, code_for(shop, ann).code)

    # then
    assert phone.look(cart).subtotal == money("9.00")


def test_a_member_who_was_brought_needs_no_address_on_the_cart(
    shop: Shop, ann: User
) -> None:
    # given
    bob = Shopper(token=HOST.sign_up("bob@example.com"))
    invite(shop.program.pk, ann, "bob@example.com", now())
    cart = bob.cart((shop.product("10.00"), 1))
    user = User.objects.get(email="bob@example.com")

    # when
    try_code(cart, None, user_pk=user.pk)

    # then
    assert bob.look(cart).subtotal == money("9.00")


@pytest.mark.parametrize("change", ["held", "rejected", "over", "taken"])
def test_a_promise_that_does_not_hold_any_more_gives_nothing(
    shop: Shop, shopper: Shopper, claimed: Cart, change: str
) -> None:
    # given
    changes: dict[str, dict[str, Any]] = {
        "held": {"verdict": Verdict.REVIEW},
        "rejected": {"verdict": Verdict.REJECT},
        "over": {"ends_at": now() - timedelta(seconds=1)},
        "taken": {"state": "rewarded"},
    }

    # when
    Referral.objects.update(**changes[change])

    # then
    assert shopper.look(claimed).subtotal == money("10.00")


@needs("legacy payments")
def test_nobody_pays_what_they_did_not_see(
    shop: Shop, shopper: Shopper, claimed: Cart, gateway: DummyGateway
) -> None:
    # given
    shopper.payments = gateway
    cart = shopper.look(shopper.ship(claimed, shop.shipping_method("5.00")))
    shopper.pay(cart, cart.total)
    Referral.objects.update(verdict=Verdict.REJECT)

    # when
    with pytest.raises(Refused) as caught:
        shopper.complete(cart)

    # then
    assert "Welcome, friend has ended." in caught.value.errors[0]["message"]


def test_the_second_order_is_no_friends_any_more(
    shop: Shop, shopper: Shopper, claimed: Cart
) -> None:
    # given
    cart = shopper.look(shopper.ship(claimed, shop.shipping_method("5.00")))
    shopper.buy(cart)

    # when
    again = friend_cart(shop, "bob@example.com", shopper)

    # then
    assert shopper.look(again).subtotal == money("10.00")


def test_an_order_of_which_nobody_told_earns_a_friends_points(
    shop: Shop, shopper: Shopper, claimed: Cart
) -> None:
    # given
    shop.points()
    shop.rule(
        "Points for friends",
        {"type": "POINTS_FIXED", "points": 100},
        lane="POINTS",
        conditions={"has_referral": True},
    )
    cart = shopper.look(shopper.ship(claimed, shop.shipping_method("5.00")))

    # when
    with no_hooks():
        shopper.buy(cart)
    Receipt.objects.all().delete()
    reconcile_all()

    # then
    assert sums() == (0, 100, 0)
