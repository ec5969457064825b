"""Whoever orders is one person, however the address is written and however fast."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from saleor.checkout.models import Checkout
from saleor.order.models import Order

from saleor_rewards.plugin import gate
from saleor_rewards.plugin.capabilities import capabilities

from .elsewhere import in_thread
from .limits import needs
from .staff import Staff
from .world import HOST, Cart, Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

FULL, HALF = Decimal("40.00"), Decimal("20.00")


@pytest.fixture
def goods(shop: Shop) -> Any:
    """Goods of 40.00, half of it for a first order."""
    benefit = {"type": "PERCENT_OFF", "percent": "50"}
    shop.rule("Welcome", benefit, conditions={"first_order": True})
    return shop.product("40.00", ships=False)


def cart_of(shopper: Shopper, goods: Any, email: str) -> Cart:
    return shopper.cart((goods, 1), email=email)


def order_by(email: str, goods: Any) -> dict[str, Any]:
    """Buy goods as a guest."""
    shopper = Shopper()
    return shopper.buy(cart_of(shopper, goods, email))


@pytest.mark.parametrize("email", ["kim@example.com", "KIM@EXAMPLE.COM"])
def test_an_address_is_one_person_however_it_is_written(
    goods: Any, shopper: Shopper, email: str
) -> None:
    # given
    order_by("Kim@example.com", goods)

    # then
    assert cart_of(shopper, goods, email).total == FULL
    # Nobody else.
    for other in ("kimm@example.com", "ki_@example.com", "%@example.com"):
        assert cart_of(shopper, goods, other).total == HALF


@pytest.mark.parametrize("email", ["k_m%@example.com", "kim\\@example.com"])
def test_signs_in_an_address_stand_for_themselves(
    goods: Any, shopper: Shopper, email: str
) -> None:
    # given
    Order.objects.create(user_email=email, total_gross_amount=0, **HOST.order_columns())

    # then
    assert cart_of(shopper, goods, "kimmm@example.com").total == HALF
    cart = cart_of(shopper, goods, "ann@example.com")
    Checkout.objects.filter(pk=cart.pk).update(email=email.upper())
    assert shopper.put(cart, goods, 2).total == 2 * FULL


def test_an_order_that_is_cancelled_was_none(
    goods: Any, shopper: Shopper, staff: Staff
) -> None:
    # given
    order = order_by("kim@example.com", goods)
    assert cart_of(shopper, goods, "kim@example.com").total == FULL

    # when
    staff.do("cancel", order)

    # then
    assert cart_of(shopper, goods, "kim@example.com").total == HALF


@needs("transactions")
def test_an_order_that_nobody_paid_costs_nobody_the_first(
    goods: Any, shopper: Shopper
) -> None:
    # given: a stranger types the address in
    HOST.allow_unpaid_orders()
    stranger = Shopper()
    stranger.complete(cart_of(stranger, goods, "kim@example.com"))

    # then
    assert cart_of(shopper, goods, "kim@example.com").total == HALF


@needs("transactions")
def test_a_user_gets_one_first_order_at_a_time(goods: Any, shop: Shop) -> None:
    # given
    HOST.allow_unpaid_orders()
    ann = Shopper(token=HOST.sign_up("ann@example.com"))
    ann.complete(ann.cart((goods, 1)))

    # then
    assert ann.cart((goods, 1)).total == FULL

    # when
    HOST.expire_orders(timedelta(days=1))

    # then
    assert ann.cart((goods, 1)).total == HALF


@needs("transactions")
def test_a_cart_that_is_paid_is_an_order_on_its_way(
    goods: Any, shopper: Shopper
) -> None:
    # given
    cart = cart_of(shopper, goods, "kim@example.com")
    shopper.pay(cart, cart.total)

    # then
    assert cart_of(Shopper(), goods, "Kim@example.com").total == FULL
    assert shopper.complete(cart)["total"]["gross"]["amount"] == HALF


class Rush:
    """Three carts of one guest that are completed at the same moment."""

    def __init__(self, goods: Any, patch: pytest.MonkeyPatch) -> None:
        self.outcomes: list[Any] = []
        self.goods = goods
        self.barrier = threading.Barrier(3)
        pledge = gate.pledge

        def together(*arguments: Any) -> None:
            try:
                self.barrier.wait(1)
            except threading.BrokenBarrierError:
                pass
            pledge(*arguments)

        patch.setattr(gate, "pledge", together)
        self.carts = [self._cart(email) for email in ("kim", "Kim", "KIM")]

    def _cart(self, name: str) -> tuple[Shopper, Cart]:
        shopper = Shopper()
        cart = cart_of(shopper, self.goods, f"{name}@example.com")
        assert cart.total == HALF
        if capabilities.transactions:
            HOST.allow_unpaid_orders()
        else:
            shopper.pay(cart, cart.total)
        return shopper, cart

    def complete(self, shopper: Shopper, cart: Cart) -> None:
        try:
            order = shopper.complete(cart)
        except Refused as refused:
            self.outcomes.append(refused.errors[0]["code"])
        else:
            self.outcomes.append(Decimal(str(order["total"]["gross"]["amount"])))

    def run(self) -> list[Any]:
        """Return what came of each: its total, or why it was refused."""
        threads = [in_thread(lambda one=one: self.complete(*one)) for one in self.carts]
        for thread in threads:
            thread.join()
        return sorted(self.outcomes, key=str)


def test_one_of_three_orders_at_once_is_the_first(
    goods: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # when
    outcomes = Rush(goods, monkeypatch).run()

    # then
    assert outcomes.count(HALF) == 1
    assert Order.objects.filter(total_gross_amount=HALF).count() == 1


def test_the_rush_catches_a_gate_that_locks_no_customer(
    goods: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(gate, "lock_customer", lambda *_: None)

    # when
    outcomes = Rush(goods, monkeypatch).run()

    # then
    assert outcomes.count(HALF) == 3
