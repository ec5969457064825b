"""Carts that an app keeps beside the orders that it makes of them."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest
from saleor.order.models import Order

from saleor_rewards.models import Pledge, Receipt, Settlement

from .behind_gate import BehindGate
from .legacy import DummyGateway
from .limits import needs
from .merchants import app
from .points import Member, make_member, reconcile_all
from .staff import Staff, pk_of
from .test_gate_points import cart_of, receipt_of, redeem, total_of
from .world import HOST, Shop

pytestmark = [pytest.mark.django_db(transaction=True), needs("transactions")]


@pytest.fixture
def member(shop: Shop) -> Member:
    """A customer with 1,000 points, worth 10.00."""
    shop.points()
    return make_member(shop, 1000)


TEN_OFF = {"type": "AMOUNT_OFF", "amounts": {"USD": "10.00"}}

CREATE_ORDER = """
mutation($id: ID!) {
  orderCreateFromCheckout(id: $id, removeCheckout: false) {
    order { id total { gross { amount } } } errors { field message code }
  }
}
"""


def test_each_order_of_one_cart_has_a_receipt_and_pledge_of_its_own(
    shop: Shop, member: Member
) -> None:
    # given
    program = app("handle_checkouts")
    cart = cart_of(shop, member)
    redeem(member, cart)

    # when
    first = program.do(CREATE_ORDER, id=cart.id)
    program.send(CREATE_ORDER, id=cart.id)  # is told that the points are gone
    third = program.do(CREATE_ORDER, id=cart.id)
    reconcile_all()

    # then
    assert total_of(first["order"]) == Decimal("20.00")
    assert total_of(third["order"]) == Decimal("30.00")
    for answer, points in ((first, 1000), (third, 0)):
        receipt = receipt_of(answer["order"])
        assert (receipt.points_redeemed, receipt.is_corrected) == (points, False)
        assert Pledge.objects.filter(order_pk=receipt.order_pk).count() == 1
        spent = Settlement.objects.filter(order_pk=receipt.order_pk)
        assert sum(spent.values_list("points_spent", flat=True)) == points
    assert not Pledge.objects.filter(order_pk=None).exists()
    assert member.sums == (0, 0)


@pytest.mark.parametrize("is_members", [True, False])
@pytest.mark.parametrize("names_payment", [True, False])
def test_points_pay_for_one_of_two_orders_that_are_made_of_a_cart_at_once(
    shop: Shop,
    member: Member,
    behind_gate: BehindGate,
    is_members: bool,
    names_payment: bool,
) -> None:
    # given: an app makes an order and keeps the cart, its owner completes it
    HOST.allow_unpaid_orders()
    shop.rule("Welcome", TEN_OFF, conditions={"first_order": True})
    program = app("handle_checkouts")
    cart = cart_of(shop, member)
    redeem(member, cart)
    assert member.look(cart).total == Decimal("10.00")
    if names_payment:
        HOST.open_gateway()
        DummyGateway().pay(member, cart, Decimal("10.00"))
    by_app = partial(program.do, CREATE_ORDER, id=cart.id)
    last = partial(member.complete, cart) if is_members else by_app

    # when: both are past the gate before there is an order
    behind_gate.then(by_app)
    last()
    reconcile_all()

    # then
    totals = Order.objects.order_by("created_at").values_list(
        "total_gross_amount", flat=True
    )
    assert list(totals) == [Decimal("10.00"), Decimal("30.00")]
    assert member.sums == (0, 0)
    spent = Settlement.objects.values_list("points_spent", flat=True)
    assert sorted(spent) == [0, 1000] or list(spent) == [1000]


def test_free_shipping_is_given_to_one_of_two_orders_that_are_made_of_a_cart_at_once(
    shop: Shop, member: Member, behind_gate: BehindGate
) -> None:
    # given
    HOST.allow_unpaid_orders()
    shop.rule("Welcome", {"type": "FREE_SHIPPING"}, conditions={"first_order": True})
    cart = member.cart((shop.product("30.00"), 1), email=member.email)
    cart = member.ship(cart, shop.shipping_method("5.00"))
    member.pay(cart, cart.total)
    program = app("handle_checkouts")

    # when
    behind_gate.then(partial(program.do, CREATE_ORDER, id=cart.id))
    member.complete(cart)
    reconcile_all()

    # then
    orders = Order.objects.order_by("created_at")
    totals = list(orders.values_list("total_gross_amount", flat=True))
    assert totals == [Decimal("30.00"), Decimal("35.00")]
    (receipt,) = Receipt.objects.filter(effects__0__amount=500)
    assert receipt.order_pk == str(orders[0].pk)


def test_each_order_of_one_cart_earns_what_held_when_it_was_placed(
    shop: Shop, member: Member, staff: Staff
) -> None:
    # given: two orders that the gate has nothing to say about
    shop.earning()
    program = app("handle_checkouts")
    cart = cart_of(shop, member)
    first = program.do(CREATE_ORDER, id=cart.id)
    shop.rule("Thanks", {"type": "POINTS_FIXED", "points": 50}, lane="POINTS")
    second = program.do(CREATE_ORDER, id=cart.id)
    assert [answer["errors"] for answer in (first, second)] == [[], []]
    orders = [answer["order"] for answer in (first, second)]

    # when
    for order in orders:
        staff.do("confirm", order)
        staff.do("pay", order)

    # then
    settled = Settlement.objects.values_list("order_pk", "points_earned")
    assert dict(settled) == {pk_of(orders[0]): 30, pk_of(orders[1]): 80}
    assert member.sums == (1110, 0)
    assert not any(receipt_of(order).is_corrected for order in orders)
