"""Spending points at the checkout: held, priced, kept for the order, let go."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from saleor.account.models import User
from saleor.checkout.models import Checkout

from saleor_rewards.ledger import balance, posting
from saleor_rewards.ledger import member as member_account
from saleor_rewards.models import Account, Hold, HoldState
from saleor_rewards.tasks import release_holds

from .inputs import document
from .legacy import DummyGateway, refusing
from .limits import needs
from .points import let_completions_end
from .world import HOST, Cart, Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member(shop: Shop) -> Shopper:
    """A customer with an account in the shop and 5,000 points, worth 50.00."""
    shop.points()
    return rich(shop, "ann@example.com", 5000)


def rich(shop: Shop, email: str, points: int) -> Shopper:
    """Sign a customer up and give them points."""
    shopper = Shopper(token=HOST.sign_up(email))
    at = timezone.now()
    user_pk = User.objects.get(email=email).pk
    account = member_account(shop.program.pk, user_pk, email, at)
    with posting(account.pk, at) as ledger:
        ledger.earn(points, key=f"gift:{email}", available_from=at)
    return shopper


def redeem(shopper: Shopper, cart: Cart, points: int) -> None:
    shopper.do(document("PointsRedeem"), checkoutId=cart.id, points=points)


def another_cart(*items: Any) -> Cart:
    """Return one more cart of the customer; Saleor 2 starts no second one."""
    cart = Shopper().cart(*items)
    Checkout.objects.filter(pk=cart.pk).update(user=User.objects.get())
    return cart


def release(shopper: Shopper, cart: Cart) -> None:
    shopper.do(document("PointsRelease"), checkoutId=cart.id)


def sums() -> tuple[int, int, int]:
    """Return what the one account has available, held and as debt."""
    found = balance(Account.objects.get(), timezone.now())
    return found.available, found.held, found.debt


def codes(refused: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in refused.value.errors]


def test_points_come_off_the_goods_and_are_held(shop: Shop, member: Shopper) -> None:
    # given
    cart = member.cart((shop.product("30.00"), 1), (shop.product("10.00"), 1))

    # when
    redeem(member, cart, 1000)

    # then
    seen = member.look(cart)
    assert seen.total == Decimal("30.00")
    assert seen.line_totals == [Decimal("22.50"), Decimal("7.50")]
    assert sums() == (4000, 1000, 0)


def test_points_stand_beside_other_offers(shop: Shop, member: Shopper) -> None:
    # given
    shop.ladder(("40.00", "10"))
    cart = member.cart((shop.product("50.00"), 1))

    # when
    redeem(member, cart, 1000)

    # then: the ladder still reads 50.00
    assert member.look(cart).total == Decimal("35.00")


def test_the_order_takes_the_points_once(shop: Shop, member: Shopper) -> None:
    # given
    cart = member.cart((shop.product("30.00"), 1), email="ann@example.com")
    cart = member.ship(cart, shop.shipping_method())
    redeem(member, cart, 1000)

    # when
    order = member.buy(member.look(cart))

    # then
    assert Decimal(str(order["total"]["gross"]["amount"])) == Decimal("30.00")
    hold = Hold.objects.get()
    assert (hold.state, hold.points_captured) == (HoldState.CAPTURED, 1000)
    assert sums() == (4000, 0, 0)


def test_what_no_longer_fits_is_clamped_and_comes_back(
    shop: Shop, member: Shopper
) -> None:
    # given
    dear, cheap = shop.product("30.00"), shop.product("5.00")
    cart = member.cart((dear, 1), (cheap, 1), email="ann@example.com")
    cart = member.ship(cart, shop.shipping_method())
    redeem(member, cart, 3000)

    # when
    cart = member.put(cart, dear, 0)

    # then: on Saleor 2 each item keeps its smallest coin
    assert cart.subtotal <= Decimal("0.01")
    assert sums() == (2000, 3000, 0)

    # when
    member.buy(cart)

    # then
    assert Hold.objects.get().points_captured in (499, 500)
    assert sums()[1:] == (0, 0)
    assert sums()[0] == 5000 - Hold.objects.get().points_captured


def test_points_grow_back_with_the_cart(shop: Shop, member: Shopper) -> None:
    # given
    variant = shop.product("5.00")
    cart = member.cart((variant, 4))
    redeem(member, cart, 1500)
    member.put(cart, variant, 1)

    # when
    cart = member.put(cart, variant, 4)

    # then
    assert cart.total == Decimal("5.00")


def test_points_that_are_taken_back_are_free_again(shop: Shop, member: Shopper) -> None:
    # given
    cart = member.cart((shop.product("30.00"), 1))
    redeem(member, cart, 1000)

    # when
    release(member, cart)

    # then
    assert member.look(cart).total == Decimal("30.00")
    assert sums() == (5000, 0, 0)


def test_another_number_replaces_what_was_held(shop: Shop, member: Shopper) -> None:
    # given
    cart = member.cart((shop.product("30.00"), 1))
    redeem(member, cart, 1000)

    # when
    redeem(member, cart, 2500)

    # then
    assert member.look(cart).total == Decimal("5.00")
    assert sums() == (2500, 2500, 0)


@pytest.mark.parametrize("points", [0, -5, 50, 150, 3100])
def test_points_outside_the_merchants_bounds_are_refused(
    shop: Shop, member: Shopper, points: int
) -> None:
    # given
    shop.points(minimum_points=100, step_points=100)
    cart = member.cart((shop.product("30.00"), 1))

    # when
    with pytest.raises(Refused) as refused:
        redeem(member, cart, points)

    # then
    assert codes(refused) == [("points", "OUT_OF_RANGE")]
    assert sums() == (5000, 0, 0)


def test_no_more_than_the_percentage_of_the_order(shop: Shop, member: Shopper) -> None:
    # given
    shop.points(most_percent=Decimal(20))
    cart = member.cart((shop.product("30.00"), 1))

    # when
    with pytest.raises(Refused) as refused:
        redeem(member, cart, 601)
    redeem(member, cart, 600)

    # then
    assert codes(refused) == [("points", "OUT_OF_RANGE")]
    assert member.look(cart).total == Decimal("24.00")


def test_nobody_spends_more_than_they_have(shop: Shop, member: Shopper) -> None:
    # given
    first = member.cart((shop.product("50.00"), 1))
    redeem(member, first, 4000)
    second = another_cart((shop.product("50.00"), 1))

    # when
    with pytest.raises(Refused) as refused:
        redeem(member, second, 1001)

    # then
    assert codes(refused) == [("points", "INSUFFICIENT_POINTS")]
    assert sums() == (1000, 4000, 0)


def test_a_hold_whose_time_is_up_is_let_go(shop: Shop, member: Shopper) -> None:
    # given
    cart = member.cart((shop.product("30.00"), 1))
    redeem(member, cart, 1000)
    run_out()

    # when
    release_holds()
    release_holds()

    # then
    assert sums() == (5000, 0, 0)
    assert member.look(cart).total == Decimal("30.00")


def test_a_deleted_checkout_lets_its_points_go(shop: Shop, member: Shopper) -> None:
    # given
    kept = member.cart((shop.product("30.00"), 1))
    redeem(member, kept, 500)
    cart = another_cart((shop.product("30.00"), 1))
    redeem(member, cart, 1000)
    Checkout.objects.filter(pk=cart.pk).delete()

    # when
    release_holds()

    # then
    assert sums() == (4500, 500, 0)


@needs("legacy payments")
def test_an_order_after_the_time_was_up_is_refused_once(
    shop: Shop, member: Shopper, gateway: DummyGateway
) -> None:
    # given
    cart = member.cart((shop.product("30.00"), 1), email="ann@example.com")
    cart = member.ship(cart, shop.shipping_method())
    redeem(member, cart, 1000)
    cart = member.look(cart)
    gateway.pay(member, cart, cart.total)
    run_out()

    # when: nothing is taken before the gate, so the cart is not paid yet
    with pytest.raises(Refused) as refused:
        member.complete(cart)

    # then
    assert "Points" in refused.value.errors[0]["message"]
    assert member.look(cart).total == cart.total + Decimal("10.00")


@needs("legacy payments")
def test_a_payment_that_fails_spends_nothing(
    shop: Shop, member: Shopper, gateway: DummyGateway
) -> None:
    # given
    cart = member.cart((shop.product("30.00"), 1), email="ann@example.com")
    cart = member.ship(cart, shop.shipping_method())
    redeem(member, cart, 1000)
    cart = member.look(cart)

    # when
    gateway.pay(member, cart, cart.total)
    with refusing(), pytest.raises(Refused):
        member.complete(cart)

    # then: as long as an order may come of it, they stay where they are
    assert sums() == (4000, 1000, 0)
    with pytest.raises(Refused) as refused:
        release(member, cart)
    assert refused.value.errors[0]["code"] == "ORDER_IN_PROGRESS"

    # when
    let_completions_end()
    release(member, cart)

    # then
    assert sums() == (5000, 0, 0)


def test_a_broken_ledger_refuses_points_and_lets_the_checkout_go_on(
    shop: Shop, member: Shopper
) -> None:
    # given
    cart = member.cart((shop.product("30.00"), 1), email="ann@example.com")
    cart = member.ship(cart, shop.shipping_method())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE saleor_rewards_entry RENAME TO gone")
    try:
        # when
        with pytest.raises(Refused) as refused:
            redeem(member, cart, 1000)
        order = member.buy(member.look(cart))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO saleor_rewards_entry")

    # then
    assert codes(refused) == [("points", "UNAVAILABLE")]
    assert Decimal(str(order["total"]["gross"]["amount"])) == Decimal("40.00")
    assert sums() == (5000, 0, 0)


def test_points_that_nobody_can_check_pay_for_no_order(
    shop: Shop, member: Shopper
) -> None:
    # given
    cart = member.cart((shop.product("30.00"), 1), email="ann@example.com")
    cart = member.ship(cart, shop.shipping_method())
    redeem(member, cart, 1000)
    cart = member.look(cart)
    member.pay(cart, cart.total)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE saleor_rewards_hold RENAME TO gone")
    try:
        # when
        with pytest.raises(Refused):
            member.complete(cart)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO saleor_rewards_hold")

    # then
    assert sums() == (4000, 1000, 0)


def test_somebody_elses_points_are_out_of_reach(shop: Shop, member: Shopper) -> None:
    # given
    cart = member.cart((shop.product("30.00"), 1))
    thief = Shopper(token=HOST.sign_up("eve@example.com"))

    # when / then
    for stranger in (thief, Shopper()):
        with pytest.raises(Refused):
            redeem(stranger, cart, 1000)
    assert sums() == (5000, 0, 0)


def run_out() -> None:
    """Let the time of every hold be over."""
    past = timezone.now() - timedelta(minutes=1)
    Hold.objects.update(expires_at=past)
