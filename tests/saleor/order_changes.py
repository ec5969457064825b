"""The ways in which the money of an order changes, on each host."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any, Callable, Iterator

import pytest
from django.utils import timezone

from saleor_rewards.host.capabilities import capabilities

from .inputs import document, node_id
from .limits import needs
from .points import Member, make_member
from .staff import Staff, pk_of
from .world import HOST, Shop, Shopper

refunds: Any = None
if capabilities.transactions:
    refunds = import_module(f"{__package__}.refunds")
    from .test_settling_saleor3 import EDIT, Gateway
    from .transactions import PaymentApp

#: Sets the stage, stops, and then changes an order and returns its key.
Way = Callable[[Shop, Staff], Iterator[str]]


def goods(shop: Shop) -> Any:
    return shop.product("40.00", ships=False)


def bought(shop: Shop, points: int = 1000) -> tuple[Member, dict[str, Any]]:
    member = make_member(shop, 2000)
    return member, member.spend(goods(shop), points)


def placed(shop: Shop, staff: Staff) -> Iterator[str]:
    member = make_member(shop, 1000)
    cart = member.put_aside(goods(shop), 500)
    yield ""
    yield pk_of(member.buy(cart))


def marked_as_paid(shop: Shop, staff: Staff) -> Iterator[str]:
    order = staff.draft((goods(shop), 1), email="ann@example.com", channel=shop.channel)
    yield ""
    staff.do("pay", order)
    yield pk_of(order)


def captured(shop: Shop, staff: Staff) -> Iterator[str]:
    shopper = Shopper()
    order = shopper.order(shopper.cart((goods(shop), 1)))
    yield ""
    staff.capture(order, "40.00")
    yield pk_of(order)


def refunded(shop: Shop, staff: Staff) -> Iterator[str]:
    _member, order = bought(shop)
    yield ""
    staff.refund(order, "12.00")
    yield pk_of(order)


def fulfilled(shop: Shop, staff: Staff) -> Iterator[str]:
    shop.points(earn_on="fulfilled")
    _member, order = bought(shop)
    yield ""
    staff.fulfill(order)
    yield pk_of(order)


def unfulfilled(shop: Shop, staff: Staff) -> Iterator[str]:
    shop.points(earn_on="fulfilled")
    _member, order = bought(shop)
    staff.fulfill(order)
    yield ""
    staff.unfulfill(order)
    yield pk_of(order)


def cancelled(shop: Shop, staff: Staff) -> Iterator[str]:
    member = make_member(shop, 1000)
    order = member.order(member.put_aside(goods(shop), 1000))
    yield ""
    staff.do("cancel", order)
    yield pk_of(order)


WAYS = [placed, marked_as_paid, captured, refunded, fulfilled, unfulfilled, cancelled]


def shipped_otherwise(shop: Shop, staff: Staff) -> Iterator[str]:
    """Saleor 2.10 changes the total of a paid order by it, and notes that nowhere."""
    member = make_member(shop, 100)
    cart = member.ship(
        member.cart((shop.product("40.00"), 1)), shop.shipping_method("5.00")
    )
    order = member.buy(cart)
    dearer = shop.shipping_method("25.00")
    yield ""
    payload = staff.caller.do(
        "mutation($id: ID!, $method: ID!) { orderUpdateShipping(order: $id, "
        "input: {shippingMethod: $method}) { orderErrors { field code } } }",
        id=order["id"],
        method=node_id("ShippingMethod", dearer.pk),
    )
    assert payload["orderErrors"] == []
    yield pk_of(order)


def reported_late(shop: Shop, staff: Staff) -> Iterator[str]:
    """An app says when something happened, which may be long ago."""
    member, order = bought(shop)
    long_ago = (timezone.now() - timedelta(days=9)).isoformat()
    yield ""
    item = refunds.transactions_of(order).get()
    payload = PaymentApp()._do(
        "mutation($id: ID!, $time: DateTime!) { transactionEventReport(id: $id, "
        'type: REFUND_SUCCESS, amount: 7, pspReference: "late", time: $time) { '
        "transaction { id } errors { field message code } } }",
        id=refunds.id_of(item),
        time=long_ago,
    )
    assert payload["transaction"]
    yield pk_of(order)


def taken_back_by_the_bank(shop: Shop, staff: Staff) -> Iterator[str]:
    _member, order = bought(shop, 500)
    item = refunds.transactions_of(order).get()
    yield ""
    PaymentApp().report(refunds.id_of(item), "CHARGE_BACK", str(item.charged_value))
    yield pk_of(order)


def sums_corrected(shop: Shop, staff: Staff) -> Iterator[str]:
    _member, order = bought(shop)
    item = refunds.transactions_of(order).get()
    yield ""
    PaymentApp().correct(
        refunds.id_of(item), amountCharged="20.00", amountRefunded="10.00"
    )
    yield pk_of(order)


def refunded_by_another_transaction(shop: Shop, staff: Staff) -> Iterator[str]:
    _member, order = bought(shop)
    yield ""
    PaymentApp().create(order["id"], amountRefunded="9.00")
    yield pk_of(order)


def goods_back(shop: Shop, staff: Staff) -> Iterator[str]:
    """Of an order that points paid for, nothing else tells what went back."""
    member = make_member(shop, 1000)
    cart = member.cart((shop.product("2.50", ships=False), 4))
    member.do(document("PointsRedeem"), checkoutId=cart.id, points=1000)
    order = member.complete(member.look(cart))
    yield ""
    refunds.products_back(order, 2)
    yield pk_of(order)


def confirmed(shop: Shop, staff: Staff) -> Iterator[str]:
    HOST.confirm_orders_by_hand()
    _member, order = bought(shop)
    yield ""
    staff.do("confirm", order)
    yield pk_of(order)


def edited(shop: Shop, staff: Staff) -> Iterator[str]:
    HOST.confirm_orders_by_hand()
    shopper = Shopper()
    order = shopper.order(shopper.cart((goods(shop), 2)))
    line = staff.look(order)["lines"][0]
    gateway = Gateway(order)
    gateway.report("CHARGE_SUCCESS", "40.00", "a")
    yield ""
    assert staff.caller.do(EDIT, id=line["id"], quantity=1)["errors"] == []
    staff.do("confirm", order)
    yield pk_of(order)


def expired(shop: Shop, staff: Staff) -> Iterator[str]:
    HOST.confirm_orders_by_hand()
    HOST.allow_unpaid_orders()
    member = make_member(shop, 1000)
    order = member.complete(member.put_aside(goods(shop), 1000))
    yield ""
    HOST.expire_orders(timedelta(days=1))
    yield pk_of(order)


WAYS_OF_SALEOR_3 = [
    confirmed,
    edited,
    expired,
    goods_back,
    refunded_by_another_transaction,
    reported_late,
    sums_corrected,
    taken_back_by_the_bank,
]

EVERY_WAY = [
    *WAYS,
    *(pytest.param(way, marks=needs("transactions")) for way in WAYS_OF_SALEOR_3),
    pytest.param(shipped_otherwise, marks=needs("price hooks")),
]
