"""An order takes the goods that its price is for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.order.models import Order

from saleor_rewards.reservations import pledge

from .elsewhere import queued_behind_the_gate
from .limits import needs
from .world import Cart, Refused, Shop, Shopper

pytestmark = [pytest.mark.django_db(transaction=True), needs("transactions")]

LEAVE = "ALTER TABLE checkout_checkoutline DISABLE TRIGGER ALL"
WATCH = "ALTER TABLE checkout_checkoutline ENABLE TRIGGER ALL"


class Rush:
    """A paid cart of one at 10.00, to which eight are added as it is completed."""

    def __init__(self, shop: Shop) -> None:
        # What a rule gives on it is not the point.
        shop.points()
        self.shopper = Shopper()
        self.variant = shop.product("10.00", ships=False)
        self.cart: Cart = self.shopper.cart((self.variant, 1))
        self.shopper.pay(self.cart, self.cart.total)

    def grow(self) -> None:
        Shopper().bare_put(self.cart, self.variant, 9)

    def run(self, patch: pytest.MonkeyPatch) -> Any:
        with queued_behind_the_gate(patch, self.grow):
            try:
                self.shopper.complete(self.cart)
            except Refused:
                pass
        return Order.objects.first()


def test_goods_that_are_added_behind_the_gate_are_paid_for(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # when
    order = Rush(shop).run(monkeypatch)

    # then
    if order is not None:
        quantity = order.lines.get().quantity
        assert order.total_gross_amount == 10 * quantity
        assert (order.charge_status == "full") is (quantity == 1)


def test_the_rush_above_gets_goods_for_nothing_where_no_price_expires(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    rush = Rush(shop)

    # when
    with connection.cursor() as cursor:
        cursor.execute(LEAVE)
        try:
            order = rush.run(monkeypatch)
        finally:
            cursor.execute(WATCH)

    # then
    assert order.lines.get().quantity == 9
    assert order.total_gross_amount == Decimal("10.00")


@pytest.mark.parametrize("is_pledged", [True, False])
def test_prices_expire_with_goods_that_are_added_to_a_pledged_cart_alone(
    shop: Shop, shopper: Shopper, is_pledged: bool
) -> None:
    # given
    variant = shop.product("10.00", ships=False)
    cart = shopper.cart((variant, 2))
    assert shopper.bare_total(cart) == Decimal("20.00")
    if is_pledged:
        pledge(cart.pk, timezone.now())
    line = Checkout.objects.get().lines.get()

    # when
    line.quantity = 1
    line.save()
    assert Checkout.objects.get().price_expiration > timezone.now()
    line.quantity = 3
    line.save()

    # then
    is_expired = Checkout.objects.get().price_expiration <= timezone.now()
    assert is_expired is is_pledged
