"""Goods that became cheaper than what is taken off them, when their order is placed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from saleor.checkout.models import Checkout

from saleor_rewards import guard

from .limits import needs
from .points import make_member
from .world import HOST, Refused, Shop

pytestmark = [pytest.mark.django_db(transaction=True), needs("stored discounts")]


@pytest.mark.parametrize("are_expired", [True, False])
def test_an_order_is_refused_once_and_keeps_its_delivery(
    shop: Shop, are_expired: bool
) -> None:
    # given: points pay 30.00 of goods that cost 5.00 by now
    shop.points()
    HOST.allow_unpaid_orders()
    member = make_member(shop, 3000)
    variant = shop.product("40.00")
    cart = member.put_aside(variant, 3000)
    cart = member.ship(cart, shop.shipping_method("10.00"))
    assert cart.total == Decimal("20.00")
    HOST.set_price(variant, "5.00")
    if are_expired:
        past = timezone.now() - timedelta(minutes=1)
        Checkout.objects.filter(pk=cart.pk).update(price_expiration=past)
    guard.faults.clear()

    # when
    with pytest.raises(Refused) as refused:
        member.complete(cart)

    # then
    assert "Points" in refused.value.errors[0]["message"]
    assert not guard.faults["REWARDS_ORDER_GATE"]
    cart = member.look(cart)
    assert (cart.shipping, cart.total) == (Decimal("10.00"), Decimal("10.00"))

    # when
    order = member.complete(cart)

    # then
    assert Decimal(str(order["total"]["gross"]["amount"])) == Decimal("10.00")
    assert member.sums == (2500, 0)
