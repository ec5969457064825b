"""Whose history a cart with an account on it goes by."""

from __future__ import annotations

from typing import Any

import pytest
from saleor.account.models import User

from saleor_rewards.models import Guests

from .limits import needs
from .strangers import Welcome, customers, from_network, retype, use_up
from .world import HOST, Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("mode", Guests)
def test_a_member_is_judged_by_account_whatever_address_is_typed_in(
    shop: Shop, welcome: Welcome, mode: Guests
) -> None:
    # given
    shop.settings(guests=mode.value)
    customers(["kim@example.com", "Ann@example.com"])
    member = from_network(token=HOST.sign_up("bob@example.com"))
    cart = welcome.start(member, "bob@example.com")
    assert welcome.code(cart) == "APPLIED"

    # then: a stranger's address tells nothing
    cart = retype(member, cart, "kim@example.com")
    assert welcome.code(cart) == "APPLIED"
    assert cart.offer(welcome.third)["code"] == "NOT_NTH_ORDER"

    # and their own orders as a guest count
    regular = from_network(token=HOST.sign_up("ann@example.com"))
    cart = welcome.start(regular, "other@example.com")
    assert welcome.code(cart) == "NOT_FIRST_ORDER"
    assert cart.offer(welcome.third)["code"] == "APPLIED"


def test_a_member_who_leaves_a_cart_leaves_a_guests_address(welcome: Welcome) -> None:
    # given
    customers(["kim@example.com"])
    guest = from_network()
    use_up(welcome, guest)
    member = from_network(token=HOST.sign_up("bob@example.com"))
    cart = retype(member, welcome.start(member, ""), "kim@example.com")

    # when
    member.mutate("detach", cart=cart)

    # then
    assert welcome.code(guest.look(cart)) == "CUSTOMER_UNKNOWN"


@needs("confirmed accounts")
def test_an_account_that_nobody_confirmed_is_a_guests(
    shop: Shop, welcome: Welcome
) -> None:
    # given
    shop.settings(guests=Guests.SIGNED_IN.value)
    shopper = from_network(token=HOST.sign_up("kim@example.com"))
    User.objects.update(is_confirmed=False)
    cart = welcome.start(shopper, "kim@example.com")
    assert welcome.code(cart) == "CUSTOMER_UNKNOWN"

    # when
    User.objects.update(is_confirmed=True)

    # then
    assert welcome.code(shopper.look(cart)) == "APPLIED"


@needs("price hooks")
def test_an_account_that_nobody_had_to_confirm_is_a_guests(
    shop: Shop, welcome: Welcome, settings: Any
) -> None:
    # given
    settings.ENABLE_ACCOUNT_CONFIRMATION_BY_EMAIL = False
    shop.settings(guests=Guests.SIGNED_IN.value)
    customers(["kim@example.com"])
    stranger = from_network(token=HOST.sign_up("kim@example.com"))

    # then
    cart = welcome.start(stranger, "kim@example.com")
    assert welcome.code(cart) == "CUSTOMER_UNKNOWN"
    assert cart.offer(welcome.third)["code"] == "CUSTOMER_UNKNOWN"
