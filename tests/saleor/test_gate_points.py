"""Points between the gate and the order: bound to it, and to nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Callable

import pytest
from saleor.account.models import User
from saleor.checkout.models import Checkout

from saleor_rewards.checkout import redeeming
from saleor_rewards.models import Receipt, Settlement

from .behind_gate import BehindGate
from .inputs import document
from .legacy import DummyGateway, waiting_at_the_gateway
from .limits import needs
from .points import Member, make_member, reconcile_all
from .staff import pk_of
from .world import HOST, Cart, Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member(shop: Shop) -> Member:
    """A customer with 1,000 points, worth 10.00."""
    shop.points()
    return make_member(shop, 1000)


def redeem(shopper: Shopper, cart: Cart, points: int = 1000) -> Any:
    return shopper.do(document("PointsRedeem"), checkoutId=cart.id, points=points)


def release(shopper: Shopper, cart: Cart) -> Any:
    return shopper.do(document("PointsRelease"), checkoutId=cart.id)


def cart_of(shop: Shop, member: Member) -> Cart:
    """Return a cart of 30.00 that needs no shipping."""
    variant = shop.product("30.00", ships=False)
    return member.cart((variant, 1), email=member.email)


def second_cart_of(shop: Shop, member: Member) -> Cart:
    """Return one more cart of theirs; Saleor 2 starts no second one by itself."""
    cart = Shopper().cart((shop.product("30.00", ships=False), 1), email=member.email)
    Checkout.objects.filter(pk=cart.pk).update(
        user=User.objects.get(email=member.email)
    )
    return cart


def total_of(order: dict[str, Any]) -> Decimal:
    return Decimal(str(order["total"]["gross"]["amount"]))


def receipt_of(order: dict[str, Any]) -> Receipt:
    return Receipt.objects.get(order_pk=pk_of(order))


def paid(member: Member, cart: Cart) -> None:
    member.pay(cart, cart.total)


def unpaid(member: Member, cart: Cart) -> None:
    HOST.allow_unpaid_orders()


@needs("transactions")
@pytest.mark.parametrize("prepare", [paid, unpaid])
def test_points_put_aside_behind_the_gate_are_refused(
    shop: Shop,
    member: Member,
    behind_gate: BehindGate,
    prepare: Callable[[Member, Cart], None],
) -> None:
    # given
    cart = cart_of(shop, member)
    prepare(member, cart)
    behind_gate.then(lambda: redeem(member, cart))

    # when
    order = member.complete(cart)

    # then
    assert behind_gate.codes == ["ORDER_IN_PROGRESS"]
    assert total_of(order) == Decimal("30.00")
    assert member.sums == (1000, 0)
    assert not receipt_of(order).is_corrected


@needs("transactions")
@pytest.mark.parametrize(
    ("prepare", "total", "taken", "left"),
    [(unpaid, "20.00", 1000, 0), (paid, "30.00", 0, 1000)],
)
def test_points_that_come_behind_the_gate_are_taken_if_they_took_something_off(
    shop: Shop,
    member: Member,
    behind_gate: BehindGate,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[[Member, Cart], None],
    total: str,
    taken: int,
    left: int,
) -> None:
    # given: redeeming that does not ask whether an order is being placed
    cart = cart_of(shop, member)
    prepare(member, cart)
    monkeypatch.setattr(redeeming, "_check_free", lambda *_: None)
    behind_gate.then(lambda: redeem(member, cart))

    # when
    order = member.complete(cart)
    reconcile_all()

    # then: they go off a paid cart again
    assert behind_gate.outcomes[0]["errors"] == []
    assert total_of(order) == Decimal(total)
    receipt = receipt_of(order)
    assert (receipt.points_redeemed, receipt.is_corrected) == (taken, bool(taken))
    assert member.sums == (left, 0)


def move_points(member: Member, one: Cart, other: Cart) -> None:
    release(member, one)
    redeem(member, other)


@needs("legacy payments")
@pytest.mark.parametrize("moment", ["behind the gate", "at the gateway"])
def test_points_of_a_cart_that_is_being_paid_discount_no_other_cart(
    shop: Shop,
    member: Member,
    gateway: DummyGateway,
    behind_gate: BehindGate,
    moment: str,
) -> None:
    # given
    member.payments = gateway
    first, second = cart_of(shop, member), second_cart_of(shop, member)
    redeem(member, first)
    first = member.look(first)
    member.pay(first, first.total)

    def work() -> None:
        move_points(member, first, second)

    # when
    if moment == "behind the gate":
        behind_gate.then(work)
        order = member.complete(first)
    else:
        with waiting_at_the_gateway(lambda: behind_gate.do(work)):
            order = member.complete(first)

    # then
    assert set(behind_gate.codes) <= {"ORDER_IN_PROGRESS", "UNAVAILABLE"}
    assert len(behind_gate.codes) == 1
    assert total_of(order) == Decimal("20.00")
    assert total_of(member.buy(member.look(second))) == Decimal("30.00")
    assert receipt_of(order).points_redeemed == 1000
    assert member.sums == (0, 0)


@needs("legacy payments")
def test_points_discount_two_orders_where_nobody_asks_for_the_pledge(
    shop: Shop,
    member: Member,
    gateway: DummyGateway,
    behind_gate: BehindGate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given
    member.payments = gateway
    first, second = cart_of(shop, member), second_cart_of(shop, member)
    redeem(member, first)
    first = member.look(first)
    member.pay(first, first.total)
    monkeypatch.setattr(redeeming, "_check_free", lambda *_: None)
    behind_gate.then(lambda: move_points(member, first, second))

    # when
    first_order = member.complete(first)
    second_order = member.buy(member.look(second))

    # then: the test above would see it
    totals = [total_of(first_order), total_of(second_order)]
    assert Decimal("30.00") not in totals or member.sums != (0, 0)


def test_somebody_who_takes_a_cart_over_earns_for_themselves(
    shop: Shop, member: Member
) -> None:
    # given
    shop.earning()
    other = make_member(shop, 500)
    cart = cart_of(shop, member)
    redeem(member, cart)

    # when: they spend nothing themselves
    member.mutate("detach", cart=cart)
    other.mutate("attach", cart=cart)
    order = other.buy(other.look(cart))

    # then
    assert Settlement.objects.get().account == other.account
    assert total_of(order) == Decimal("30.00")
    assert member.sums == (1000, 0)
    assert other.sums == (530, 0)


def test_somebody_who_takes_a_cart_over_spends_points_of_their_own(
    shop: Shop, member: Member
) -> None:
    # given
    shop.earning()
    other = make_member(shop, 500)
    cart = cart_of(shop, member)
    redeem(member, cart)

    # when
    member.mutate("detach", cart=cart)
    other.mutate("attach", cart=cart)
    redeem(other, cart, 500)
    cart = other.look(cart)
    order = other.buy(cart)

    # then
    assert cart.total == total_of(order) == Decimal("25.00")
    assert member.sums == (1000, 0)
    assert other.sums == (25, 0)
    assert Settlement.objects.get().account == other.account


@needs("legacy payments")
def test_points_are_not_spent_where_the_payment_would_take_more_than_is_due(
    shop: Shop, member: Member, gateway: DummyGateway
) -> None:
    # given
    member.payments = gateway
    variant = shop.product("33.33", ships=False)
    cart = member.cart((variant, 1), email=member.email)
    member.pay(cart, cart.total)
    redeem(member, cart, 500)

    # when
    with pytest.raises(Refused) as refused:
        member.complete(cart)

    # then
    assert "payment is higher" in refused.value.errors[0]["message"]
    assert not Settlement.objects.exists()
    assert member.account.points_held == 500

    # when
    order = member.buy(member.look(cart))

    # then
    assert total_of(order) == Decimal("28.33")
    assert member.sums == (500, 0)


@needs("transactions")
def test_points_cannot_be_put_aside_for_a_cart_that_is_paid(
    shop: Shop, member: Member
) -> None:
    # given
    cart = cart_of(shop, member)
    member.pay(cart, cart.total)

    # when
    with pytest.raises(Refused) as refused:
        redeem(member, cart)

    # then
    assert [error["code"] for error in refused.value.errors] == ["CART_IS_PAID"]
    assert total_of(member.complete(cart)) == Decimal("30.00")
    assert member.sums == (1000, 0)
