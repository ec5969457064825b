"""Payments of the older kind: what is asked of a gateway, and what is merely promised."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from datetime import timedelta
from decimal import Decimal
from functools import partial
from importlib import import_module
from threading import Thread
from typing import Any, Iterator

import pytest
from django.utils import timezone
from saleor.order.models import Order

from saleor_rewards.engine import Evaluation, evaluate
from saleor_rewards.host.current import host
from saleor_rewards.host.port import PLUGIN_ID
from saleor_rewards.models import Hold, PriceAgreement, Receipt, Settlement
from saleor_rewards.programs import update_rule
from saleor_rewards.tasks import release_holds

from .elsewhere import do_elsewhere, in_thread
from .inputs import node_id
from .legacy import (
    DummyGateway,
    asking_the_shopper,
    refusing,
    waiting_at_the_gateway,
)
from .limits import needs
from .points import Member, make_member, reconcile_all
from .world import Cart, Refused, Shop, Shopper

pytestmark = [pytest.mark.django_db(transaction=True), needs("legacy payments")]


class PromisedCart:
    """A cart of 40.00 that a rule and points bring to 20.00, with a payment made."""

    def __init__(self, shop: Shop, gateway: DummyGateway) -> None:
        shop.points()
        self.member: Member = make_member(shop, 1000)
        self.member.payments = gateway
        self.rule = shop.ladder(("30.00", "25"))
        self.cart = self.member.put_aside(shop.product("40.00", ships=False), 1000)
        assert self.cart.total == Decimal("20.00")
        self.member.pay(self.cart, self.cart.total)

    def end_all(self) -> None:
        """Let rule and points end, and somebody read the cart."""
        update_rule(self.rule.pk, is_active=False)
        Hold.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
        release_holds()
        self.member.look(self.cart)


@pytest.fixture
def promised(shop: Shop, gateway: DummyGateway) -> PromisedCart:
    return PromisedCart(shop, gateway)


def total_of(order: dict[str, Any]) -> Decimal:
    return Decimal(str(order["total"]["gross"]["amount"]))


def test_a_payment_that_was_merely_made_keeps_neither_offer_nor_points(
    promised: PromisedCart,
) -> None:
    # when
    promised.end_all()

    # then
    member = promised.member
    assert member.look(promised.cart).total == Decimal("40.00")
    with pytest.raises(Refused):
        member.complete(promised.cart)
    assert not Order.objects.exists()
    assert not PriceAgreement.objects.exists()
    assert member.sums == (1000, 0)


def test_a_payment_that_is_too_low_keeps_no_offer(
    shop: Shop, promised: PromisedCart
) -> None:
    # given: no gateway is asked
    member = promised.member
    member.add(promised.cart, shop.product("10.00", ships=False), 1)
    with pytest.raises(Refused):
        member.complete(promised.cart)
    assert not PriceAgreement.objects.exists()

    # when
    update_rule(promised.rule.pk, is_active=False)

    # then
    assert member.look(promised.cart).total == Decimal("40.00")


def test_what_ends_while_the_gateway_is_asked_was_agreed_on(
    promised: PromisedCart,
) -> None:
    # given
    outcomes: list[Any] = []

    # when
    with waiting_at_the_gateway(
        lambda: outcomes.append(do_elsewhere(promised.end_all))
    ):
        order = promised.member.complete(promised.cart)
    reconcile_all()

    # then
    assert outcomes == [None]
    assert total_of(order) == Decimal("20.00")
    receipt = Receipt.objects.get()
    assert (receipt.points_redeemed, receipt.is_corrected) == (1000, False)
    assert sum(effect["amount"] for effect in receipt.effects) == 2000
    assert Settlement.objects.get().points_spent == 1000
    assert promised.member.sums == (0, 0)


@pytest.mark.parametrize("is_on_again", [True, False])
def test_what_was_agreed_on_while_the_bank_asks_holds_while_we_are_off(
    shop: Shop, promised: PromisedCart, is_on_again: bool
) -> None:
    # given
    member, cart = promised.member, promised.cart
    with asking_the_shopper():
        assert member.complete(cart) is None

    # when
    shop.plugin(active=False)
    if is_on_again:
        shop.plugin()
    order = member.mutate("complete", cart=cart)
    reconcile_all()

    # then
    assert total_of(order) == Decimal("20.00")
    assert member.sums == (0, 0)


def test_a_card_that_was_refused_keeps_no_rule(promised: PromisedCart) -> None:
    # given
    with refusing(), pytest.raises(Refused):
        promised.member.complete(promised.cart)

    # when
    promised.end_all()
    cart: Cart = promised.member.look(promised.cart)

    # then: the points wait for a completion that may still be on its way
    assert cart.total == Decimal("30.00")
    assert total_of(promised.member.buy(cart)) == Decimal("30.00")
    assert promised.member.sums == (0, 0)


def press_twice(promised: PromisedCart, again: Cart | None = None) -> bool:
    """Order, and press the button again while the gateway works.

    Return whether the second try waited for the first.
    """
    threads: list[Thread] = []
    waited: list[bool] = []

    def press_again() -> None:
        work = partial(promised.member.complete, again or promised.cart)
        threads.append(in_thread(partial(do_elsewhere, work)))
        threads[0].join(2)
        waited.append(threads[0].is_alive())

    with waiting_at_the_gateway(press_again):
        promised.member.complete(promised.cart)
    threads[0].join()
    reconcile_all()
    return waited == [True]


def test_a_button_that_is_pressed_twice_places_one_order(
    promised: PromisedCart,
) -> None:
    # given
    member = promised.member

    # when
    press_twice(promised)

    # then
    assert Order.objects.get().total_gross_amount == Decimal("20.00")
    assert Receipt.objects.get().points_redeemed == 1000
    assert member.sums == (0, 0)


@needs("price hooks")
def test_a_second_try_waits_for_the_first(promised: PromisedCart) -> None:
    assert press_twice(promised)


@needs("price hooks")
def test_a_second_try_waits_however_its_checkout_is_written(
    promised: PromisedCart,
) -> None:
    # given
    cart = promised.cart
    other_id = node_id("Checkout", cart.pk.upper())
    assert other_id != cart.id

    # when / then
    assert press_twice(promised, Cart({**cart.node, "id": other_id}))


@needs("price hooks")
def test_the_test_above_sees_a_button_that_does_not_wait(
    promised: PromisedCart, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: Saleor 3 has no such middleware
    middleware = import_module("saleor_rewards.plugin.middleware")
    monkeypatch.setattr(middleware, "completing_alone", lambda _: nullcontext())

    # when / then
    assert not press_twice(promised)


@needs("price hooks")
def test_an_order_that_is_placed_while_we_are_off_has_no_receipt_of_an_earlier_try(
    shop: Shop, promised: PromisedCart
) -> None:
    # given
    member = promised.member
    with refusing(), pytest.raises(Refused):
        member.complete(promised.cart)
    assert Receipt.objects.exists()

    # when
    shop.plugin(active=False)
    member.pay(promised.cart, Decimal("40.00"))
    order = member.complete(promised.cart)
    reconcile_all()

    # then
    assert total_of(order) == Decimal("40.00")
    assert not Receipt.objects.exists()
    assert member.sums == (1000, 0)


@needs("price hooks")
def test_an_order_that_is_placed_while_we_are_off_has_nothing_agreed_on_for_another_cart(
    shop: Shop, promised: PromisedCart
) -> None:
    # given: a bank is asked for a cart to which goods are added then
    member = promised.member
    with asking_the_shopper():
        assert member.complete(promised.cart) is None
    assert PriceAgreement.objects.exists()
    member.add(promised.cart, shop.product("5.00", ships=False), 1)

    # when
    shop.plugin(active=False)
    member.pay(promised.cart, Decimal("45.00"))
    order = member.complete(promised.cart)
    reconcile_all()

    # then
    assert total_of(order) == Decimal("45.00")
    assert not Receipt.objects.exists()


@needs("price hooks")
def test_no_order_has_the_total_of_one_moment_and_the_lines_of_another(
    shop: Shop, gateway: DummyGateway, shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: a rule that is off holds while Saleor computes the total
    rule = shop.ladder(("30.00", "25"))
    shopper.payments = gateway
    cart = shopper.cart((shop.product("40.00", ships=False), 1))
    shopper.pay(cart, Decimal("30.00"))
    update_rule(rule.pk, is_active=False)
    assert shopper.look(cart).total == Decimal("40.00")
    memo = import_module("saleor_rewards.host.saleor2.memo")
    utils = import_module("saleor.checkout.utils")
    completing, after_total = memo.completing, utils._process_user_data_for_order

    @contextmanager
    def from_now_on(**state: bool) -> Iterator[None]:
        update_rule(rule.pk, is_active=True)
        with completing(**state):
            yield

    def no_more(checkout: Any) -> Any:
        update_rule(rule.pk, is_active=False)
        return after_total(checkout)

    monkeypatch.setattr(memo, "completing", from_now_on)
    monkeypatch.setattr(utils, "_process_user_data_for_order", no_more)

    # when
    with pytest.raises(Refused):
        shopper.complete(cart)

    # then
    assert not Order.objects.exists()


@needs("price hooks")
def test_what_an_order_would_cost_goes_by_what_it_is_to_get(
    promised: PromisedCart,
) -> None:
    # given: the rule ends between the two looks of the gate
    checkout = host.checkout(promised.cart.pk)
    assert checkout is not None

    def given() -> Evaluation:
        book = host.loaded_plugin(PLUGIN_ID).book(checkout)
        return evaluate(host.read(checkout, book).snapshot, book.compiled, now)

    now = timezone.now()
    before = given()
    update_rule(promised.rule.pk, is_active=False)

    # when / then
    assert host.price(checkout, before) == 2000
    assert host.price(checkout, given()) == 3000
