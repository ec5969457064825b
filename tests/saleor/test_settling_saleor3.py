"""What Saleor 3 alone does with orders: transactions, consent, expiry, gift cards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.models import Entry, Settlement
from saleor_rewards.orders.settling import reconcile, settle_order

from .inputs import document
from .limits import needs
from .points import available, make_member, no_hooks, reconcile_all, written
from .staff import Staff, pk_of
from .world import HOST, Refused, Shop, Shopper

if capabilities.transactions:
    from .transactions import PaymentApp

pytestmark = [pytest.mark.django_db(transaction=True), needs("transactions")]

EDIT = """
mutation($id: ID!, $quantity: Int!) {
  orderLineUpdate(id: $id, input: {quantity: $quantity}) {
    order { id total { gross { amount } } } errors { field message code }
  }
}
"""


class Gateway:
    """The payment app, with one transaction of an order."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.app = PaymentApp()
        self.id = self.app.create(order["id"])

    def report(self, kind: str, amount: str, psp: str) -> None:
        """Report one event of the transaction."""
        self.app.report(self.id, kind, amount, psp)

    def correct(self, **amounts: str) -> None:
        """Set the sums of the transaction as they should be."""
        self.app.correct(self.id, **amounts)


@pytest.fixture
def order(shop: Shop, staff: Staff) -> dict[str, Any]:
    """An order of 40.00 that is not paid and earns 400 points once it is."""
    shop.points()
    shop.earning(10)
    variant = shop.product("40.00", ships=False)
    return staff.draft((variant, 1), email="ann@example.com", channel=shop.channel)


def test_an_order_earns_by_what_transactions_say(order: dict[str, Any]) -> None:
    # given
    gateway = Gateway(order)

    # then
    for kind, amount, psp, points in (
        ("AUTHORIZATION_SUCCESS", "40.00", "a", None),
        ("CHARGE_SUCCESS", "30.00", "b", None),
        ("CHARGE_SUCCESS", "10.00", "c", 400),
        ("REFUND_SUCCESS", "10.00", "d", 300),
        ("REFUND_REQUEST", "5.00", "e", 300),
        ("REFUND_SUCCESS", "5.00", "e", 250),
        ("REFUND_REVERSE", "10.00", "d", 350),
        ("REFUND_SUCCESS", "35.00", "f", 0),
    ):
        gateway.report(kind, amount, psp)
        if points is None:
            assert not Entry.objects.exists()
        else:
            assert available() == points, (kind, psp)
    assert written(reconcile_all) == []


def test_a_charge_that_the_bank_takes_back_takes_the_points(
    order: dict[str, Any],
) -> None:
    # given
    gateway = Gateway(order)
    gateway.report("CHARGE_SUCCESS", "40.00", "a")
    assert available() == 400

    # when
    gateway.report("CHARGE_BACK", "40.00", "b")

    # then
    assert available() == 0
    assert not Settlement.objects.get().is_counted


def test_sums_that_an_app_corrects_are_followed(order: dict[str, Any]) -> None:
    # given
    gateway = Gateway(order)

    # then
    for amounts, points in (
        ({"amountCharged": "40.00"}, 400),
        ({"amountCharged": "28.00", "amountRefunded": "12.00"}, 280),
        ({"amountCharged": "40.00", "amountRefunded": "0.00"}, 400),
    ):
        gateway.correct(**amounts)
        assert available() == points
    assert reconcile_all() == 0


def test_an_order_that_waits_for_consent_earns_with_it(
    shop: Shop, shopper: Shopper, staff: Staff
) -> None:
    # given
    shop.points()
    shop.earning()
    HOST.confirm_orders_by_hand()
    ann = make_member(shop, 1000)
    order = ann.spend(shop.product("40.00", ships=False), 1000)
    assert ann.sums == (0, 0)

    # when
    staff.do("confirm", order)

    # then
    assert ann.sums == (30, 0)


def test_points_follow_an_order_that_staff_edits(
    shop: Shop, shopper: Shopper, staff: Staff
) -> None:
    # given
    shop.points()
    shop.earning()
    HOST.confirm_orders_by_hand()
    order = shopper.order(shopper.cart((shop.product("10.00", ships=False), 2)))
    line = staff.look(order)["lines"][0]

    # when
    payload = staff.caller.do(EDIT, id=line["id"], quantity=3)
    staff.do("confirm", order)
    Gateway(order).report("CHARGE_SUCCESS", "30.00", "a")

    # then
    assert payload["errors"] == []
    assert payload["order"]["total"]["gross"]["amount"] == Decimal("30.00")
    reconcile_all()
    assert available() == 30


def test_an_order_that_expires_gives_its_points_back(shop: Shop) -> None:
    # given
    shop.points()
    HOST.confirm_orders_by_hand()
    HOST.allow_unpaid_orders()
    ann = make_member(shop, 1000)
    order = ann.complete(ann.put_aside(shop.product("40.00", ships=False), 1000))
    assert ann.sums == (0, 0)

    # when
    HOST.expire_orders(timedelta(days=1))

    # then
    assert ann.sums == (1000, 0)
    assert Settlement.objects.get().order_pk == pk_of(order)


def test_buying_a_gift_card_earns_nothing(shop: Shop, shopper: Shopper) -> None:
    # given
    shop.points()
    shop.earning()
    card = HOST.make_gift_card_product("25.00")

    # when
    shopper.buy(shopper.cart((shop.product("10.00", ships=False), 1), (card, 1)))

    # then
    assert available() == 10


def test_a_gift_card_in_a_cart_neither_counts_nor_gets_anything(shop: Shop) -> None:
    # given
    shop.points()
    shop.earning()
    half = shop.ladder(("100.00", "50"))
    ann = make_member(shop, 4000)
    card = HOST.make_gift_card_product("100.00")
    shirt = shop.product("40.00", ships=False)

    # when
    cart = ann.cart((card, 1), (shirt, 1))
    offer = cart.offer(half)
    with pytest.raises(Refused) as refused:
        ann.do(document("PointsRedeem"), checkoutId=cart.id, points=4001)

    # then
    assert offer["state"] == "REACHABLE"
    assert cart.total == Decimal("140.00")
    assert refused.value.errors[0]["code"] == "INSUFFICIENT_POINTS"

    # when
    ann.do(document("PointsRedeem"), checkoutId=cart.id, points=4000)
    cart = ann.look(cart)

    # then
    assert cart.line_totals == [Decimal("100.00"), Decimal("0.00")]

    # when
    ann.add(cart, shirt, 2)
    cart = ann.look(cart)

    # then
    assert cart.line_totals == [Decimal("100.00"), Decimal("20.00")]


def test_imported_orders_are_settled_by_their_hook(
    order: dict[str, Any],
) -> None:
    # given
    with no_hooks():
        Gateway(order).report("CHARGE_SUCCESS", "40.00", "a")

    # when
    HOST.tell_plugins_of_imported(pk_of(order))

    # then
    assert available() == 400
    assert not settle_order(pk_of(order))
    assert reconcile("", 10).settled == 0
