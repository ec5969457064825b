"""Points that the last gate cannot look at pay for no order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ContextManager

import pytest
from saleor.order.models import Order

from saleor_rewards import guard
from saleor_rewards.models import Account, Receipt, Settlement

from .elsewhere import held_elsewhere
from .inputs import document
from .legacy import DummyGateway, refusing
from .limits import needs
from .points import Member, make_member, reconcile_all
from .world import Cart, Refused, Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def member(shop: Shop) -> Member:
    """A customer with an account in the shop and 3,000 points, worth 30.00."""
    shop.points()
    return make_member(shop, 3000)


def accounts_locked() -> ContextManager[None]:
    """Hold every account of the ledger locked from a connection of its own."""
    return held_elsewhere(lambda: list(Account.objects.select_for_update()))


def paid_cart(shop: Shop, member: Member, points: int) -> Cart:
    """Return a cart for 40.00, delivery included, of which points pay a part."""
    cart = member.put_aside(shop.product("30.00"), points)
    cart = member.ship(cart, shop.shipping_method("10.00"))
    member.pay(cart, cart.total)
    return cart


def total_of(order: dict[str, Any]) -> Decimal:
    return Decimal(str(order["total"]["gross"]["amount"]))


@needs("legacy payments")
def test_points_of_an_account_that_is_busy_pay_for_no_order(
    shop: Shop, member: Member, gateway: DummyGateway
) -> None:
    # given
    member.payments = gateway
    cart = paid_cart(shop, member, 1000)
    assert cart.total == Decimal("30.00")
    guard.faults.clear()

    # when
    with accounts_locked():
        with pytest.raises(Refused) as refused:
            member.complete(cart)
        is_ordered = Order.objects.exists()
        cart = member.look(cart)
        without = cart.total
        member.pay(cart, cart.total)
        order = member.complete(cart)

    # then
    assert "Points cannot be spent" in refused.value.errors[0]["message"]
    assert guard.faults["REWARDS_ORDER_GATE"]
    assert not is_ordered
    assert (without, total_of(order)) == (Decimal("40.00"), Decimal("40.00"))

    # when
    reconcile_all()

    # then
    assert Settlement.objects.get().points_spent == 0
    assert (member.account.points_held, member.account.points_debt) == (0, 0)


@needs("legacy payments")
def test_points_that_went_off_can_be_spent_anew(
    shop: Shop, member: Member, gateway: DummyGateway
) -> None:
    # given
    member.payments = gateway
    cart = paid_cart(shop, member, 2000)
    with accounts_locked(), pytest.raises(Refused):
        member.complete(cart)

    # when: they are not released yet, and the account has too few others
    member.do(document("PointsRedeem"), checkoutId=cart.id, points=2500)
    order = member.buy(member.look(cart))

    # then
    assert total_of(order) == Decimal("15.00")
    assert Settlement.objects.get().points_spent == 2500


@needs("legacy payments")
def test_a_gate_that_came_to_no_order_is_forgotten(
    shop: Shop, member: Member, gateway: DummyGateway
) -> None:
    # given: the payment of a cart with points fails
    member.payments = gateway
    cart = paid_cart(shop, member, 1000)
    with refusing(), pytest.raises(Refused):
        member.complete(cart)
    assert Receipt.objects.filter(order_pk=None).count() == 1

    # when: the plugin is off for a while
    shop.plugin(active=False)
    cart = member.look(cart)
    member.pay(cart, cart.total)
    order = member.complete(cart)
    shop.plugin()
    reconcile_all()

    # then
    assert total_of(order) == Decimal("40.00")
    settlement = Settlement.objects.get()
    assert settlement.points_spent == 0
    assert member.sums == (3000 + settlement.points_earned, 0)
