"""Whoever orders is one person, however the address is written and however fast."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Callable

import pytest
from django.db.models import F
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.payment.models import Payment
from saleor.warehouse.models import Stock

from saleor_rewards.checkout import agreements, gate, service
from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.host.columns import PROMISED, SOON
from saleor_rewards.models import Pledge, PriceAgreement

from .behind_gate import BehindGate
from .elsewhere import in_thread
from .friends import code_for, referrer, switch_on, try_code
from .legacy import DummyGateway, refusing
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
@pytest.mark.parametrize("has_account", [True, False])
def test_an_order_that_nobody_paid_costs_nobody_the_first(
    goods: Any, shopper: Shopper, staff: Staff, has_account: bool
) -> None:
    # given: a stranger types the address in
    HOST.allow_unpaid_orders()
    if has_account:
        shopper.token = HOST.sign_up("kim@example.com")
    stranger = Shopper()
    order = stranger.complete(cart_of(stranger, goods, "kim@example.com"))

    # then
    assert cart_of(shopper, goods, "kim@example.com").total == HALF

    # when
    staff.do("pay", order)

    # then
    assert cart_of(shopper, goods, "kim@example.com").total == FULL


def test_an_order_that_was_refunded_was_one(
    goods: Any, shopper: Shopper, staff: Staff
) -> None:
    # given
    order = order_by("kim@example.com", goods)

    # when
    staff.refund(order, "20.00")

    # then
    assert cart_of(shopper, goods, "kim@example.com").total == FULL


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


@needs("transactions")
def test_money_that_was_merely_promised_is_an_order_on_its_way_for_six_hours(
    goods: Any, shopper: Shopper
) -> None:
    # given: a stranger types the address in
    stranger = Shopper()
    cart = cart_of(stranger, goods, "kim@example.com")
    transaction = stranger.payments.create(cart.id, "promise")
    stranger.payments.report(transaction, "CHARGE_REQUEST", "20.00", "promise")

    # then
    assert cart_of(shopper, goods, "kim@example.com").total == FULL

    # when
    PriceAgreement.objects.update(created_at=F("created_at") - PROMISED)

    # then
    assert cart_of(shopper, goods, "kim@example.com").total == HALF


@needs("transactions")
def test_carts_that_are_paid_make_no_order_the_third(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    benefit = {"type": "PERCENT_OFF", "percent": "50"}
    shop.rule("Third", benefit, conditions={"nth_order": {"number": 3}})
    goods = shop.product("40.00", ships=False)
    shopper.token = HOST.sign_up("kim@example.com")
    for _ in range(2):
        cart = cart_of(shopper, goods, "kim@example.com")
        shopper.pay(cart, cart.total)
    cart = cart_of(shopper, goods, "kim@example.com")

    # then
    assert cart.total == FULL
    assert [offer["code"] for offer in cart.node["rewards"]["offers"]] == [
        "NOT_NTH_ORDER"
    ]


@needs("legacy payments")
def test_a_card_that_was_declined_costs_nobody_the_first(
    goods: Any, shopper: Shopper, gateway: DummyGateway
) -> None:
    # given: a stranger types the address in
    stranger = Shopper(payments=gateway)
    cart = cart_of(stranger, goods, "kim@example.com")
    stranger.pay(cart, cart.total)
    with refusing(), pytest.raises(Refused):
        stranger.complete(cart)

    # when
    Pledge.objects.update(gate_at=F("gate_at") - SOON)

    # then
    assert cart_of(shopper, goods, "kim@example.com").total == HALF


class Rush:
    """Three carts of one guest that are paid and completed at the same moment."""

    def __init__(
        self, goods: Any, patch: pytest.MonkeyPatch, code: str | None = None
    ) -> None:
        self.outcomes: list[Any] = []
        self.code = code
        self.barrier = threading.Barrier(3)
        # Where the customer is locked: as a cart is paid, or at the gate.
        self.place = service if capabilities.transactions else gate
        decides = agreements if capabilities.transactions else gate
        name = "agree" if capabilities.transactions else "pledge"
        patch.setattr(decides, name, self._together(getattr(decides, name)))
        self.carts = [self._cart(goods, email) for email in ("kim", "Kim", "KIM")]

    def _together(self, decide: Callable[..., None]) -> Callable[..., None]:
        def then(*arguments: Any) -> None:
            with suppress(threading.BrokenBarrierError):
                self.barrier.wait(1)
            decide(*arguments)

        return then

    def _cart(self, goods: Any, name: str) -> tuple[Shopper, Cart]:
        shopper = Shopper()
        cart = cart_of(shopper, goods, f"{name}@example.com")
        if self.code is not None:
            try_code(cart, self.code, ip="")
            cart = shopper.look(cart)
        assert cart.total == HALF
        return shopper, cart

    def buy(self, shopper: Shopper, cart: Cart) -> None:
        try:
            order = shopper.buy(cart)
        except Refused as refused:
            self.outcomes.append(refused.errors[0]["code"])
        else:
            self.outcomes.append(Decimal(str(order["total"]["gross"]["amount"])))

    def run(self) -> list[Any]:
        """Return what came of each: its total, or why it was refused."""
        threads = [in_thread(partial(self.buy, *one)) for one in self.carts]
        for thread in threads:
            thread.join()
        return self.outcomes


def test_one_of_three_orders_at_once_is_the_first(
    goods: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # when
    outcomes = Rush(goods, monkeypatch).run()

    # then
    assert outcomes.count(HALF) == 1
    assert Order.objects.filter(total_gross_amount=HALF).count() == 1


def test_one_of_three_orders_by_a_friends_code_at_once_is_the_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: no rule asks for the first order, and each cart has its claim
    switch_on(shop)
    benefit = {"type": "PERCENT_OFF", "percent": "50"}
    shop.rule("Friend", benefit, conditions={"has_referral": True})
    goods = shop.product("40.00", ships=False)

    # when
    rush = Rush(goods, monkeypatch, code_for(shop, referrer()).code)

    # then
    assert rush.run().count(HALF) == 1


def test_the_rush_catches_a_place_that_locks_no_customer(
    goods: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    rush = Rush(goods, monkeypatch)
    monkeypatch.setattr(rush.place, "lock_customer", lambda *_: None)

    # then
    assert rush.run().count(HALF) > 1


@needs("transactions")
def test_a_stranger_who_orders_something_for_nothing_costs_nobody_the_first(
    shop: Shop, goods: Any, shopper: Shopper
) -> None:
    # given: a stranger types the address in
    HOST.allow_unpaid_orders()
    stranger = Shopper()
    sample = shop.product("0.00", ships=False)
    stranger.complete(cart_of(stranger, sample, "kim@example.com"))

    # when
    Pledge.objects.all().delete()

    # then
    assert cart_of(shopper, goods, "kim@example.com").total == HALF


@needs("legacy payments")
@needs("stored discounts")
def test_a_price_that_waits_for_a_gateway_counts_orders_that_came_in_between(
    shop: Shop, goods: Any, shopper: Shopper, behind_gate: BehindGate
) -> None:
    # given: the goods of the first cart are gone at that moment, no gateway is asked
    HOST.open_gateway()
    shopper.token = HOST.sign_up("kim@example.com")
    rare = shop.product("40.00", ships=False)
    first, second = (cart_of(shopper, one, "kim@example.com") for one in (rare, goods))
    DummyGateway().pay(shopper, first, first.total)
    stocks = Stock.objects.filter(product_variant=rare)
    behind_gate.then(lambda: stocks.update(quantity=0))
    with pytest.raises(Refused):
        shopper.complete(first)
    stocks.update(quantity=10)

    # when: a while later
    for row, column in ((Pledge, "gate_at"), (Payment, "created_at")):
        row.objects.update(**{column: F(column) - SOON - timedelta(minutes=1)})
    assert shopper.look(second).total == HALF
    shopper.buy(second)

    # then
    with pytest.raises(Refused):
        shopper.complete(first)
    assert shopper.look(first).total == FULL
