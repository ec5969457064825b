"""Whoever is refused an order is told of a new total only where there is one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saleor_rewards.programs import update_rule

from .test_gate_locks import make_ready
from .world import Cart, Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def message_of(shopper: Shopper, cart: Cart) -> str:
    """Return what a shopper is told who is refused an order."""
    with pytest.raises(Refused) as refused:
        shopper.complete(cart)
    (error,) = refused.value.errors
    return str(error["message"])


def test_an_offer_under_another_name_makes_no_new_total(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    rule = shop.ladder(("30.00", "50"))
    cart = shopper.cart((shop.product("40.00", ships=False), 1))
    make_ready(shopper, cart)

    # when
    update_rule(rule.pk, name="Autumn")
    message = message_of(shopper, cart)

    # then
    assert "Autumn now applies" in message
    assert message.endswith("Please check your cart and order again.")
    assert shopper.look(cart).total == cart.total == Decimal("20.00")


def test_an_offer_that_ended_makes_a_new_total(shop: Shop, shopper: Shopper) -> None:
    # given
    rule = shop.ladder(("30.00", "50"))
    cart = shopper.cart((shop.product("40.00", ships=False), 1))
    make_ready(shopper, cart)

    # when
    update_rule(rule.pk, is_active=False)
    message = message_of(shopper, cart)

    # then
    assert message.endswith("Please check the new total and order again.")
    assert shopper.look(cart).total == Decimal("40.00")
