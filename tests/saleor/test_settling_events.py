"""Events of an order may come twice, late, at once or never: its state decides."""

from __future__ import annotations

import random
import threading
from decimal import Decimal
from functools import partial
from typing import Any, Callable

import pytest
from django.core.management import call_command
from django.db import connection

from saleor_rewards import guard
from saleor_rewards.models import Account, Entry, EntryKind, Receipt, Settlement
from saleor_rewards.orders import settling
from saleor_rewards.orders.settling import reconcile, settle_order

from .points import (
    available,
    earned,
    earning_cart,
    no_hooks,
    reconcile_all,
    written,
)
from .staff import Staff, pk_of
from .world import Cart, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cart(shop: Shop, shopper: Shopper) -> Cart:
    """A cart of 40.00, shipped for 10.00, that earns 40 points and 50 more."""
    return earning_cart(shop, shopper)


@pytest.mark.parametrize("seed", range(8))
def test_missing_late_and_repeated_events_end_where_the_order_says(
    cart: Cart, shopper: Shopper, staff: Staff, seed: int
) -> None:
    # given
    dice = random.Random(seed)
    refunded = Decimal(0)
    is_cancelled = False

    def told(work: Callable[..., Any], *arguments: Any) -> Any:
        """Do something of which the plugin hears nothing, once, or twice."""
        if dice.random() < 0.5:
            with no_hooks():
                return work(*arguments)
        found = work(*arguments)
        if dice.random() < 0.5:
            settle_order(pk_of(found))
        return found

    # when
    order = told(shopper.order, cart)
    told(staff.capture, order, "50.00")
    for _ in range(5):
        amount = Decimal(dice.randint(1, 900)) / 100
        told(staff.refund, order, amount)
        refunded += amount
    if dice.random() < 0.4:
        told(staff.do, "cancel", order)
        is_cancelled = True
    elif dice.random() < 0.5:
        told(staff.fulfill, order)
    reconcile_all()

    # then
    assert available() == (0 if is_cancelled else earned(str(refunded)))
    assert written(reconcile_all) == []


def test_reconciling_a_healthy_shop_reads_and_writes_nothing(
    shop: Shop, cart: Cart, shopper: Shopper, staff: Staff
) -> None:
    # given
    order = shopper.buy(cart)
    staff.refund(order, "10.00")
    shopper.order(shopper.cart((shop.product(ships=False), 1)))
    for number in range(3):
        email = f"person{number}@example.com"
        shopper.buy(shopper.cart((shop.product(ships=False), 1), email=email))

    # then
    assert written(reconcile_all) == []
    sent = written(lambda: call_command("rewards_reconcile", verbosity=0))
    # It notes how far it came, and nothing else.
    assert [sql for sql in sent if "saleor_rewards_reconcilerun" not in sql] == []


def test_an_order_whose_hooks_never_came_is_settled_by_reconciling(
    cart: Cart, shopper: Shopper, staff: Staff, capsys: Any
) -> None:
    # given
    with no_hooks():
        order = shopper.buy(cart)
        staff.refund(order, "25.00")
    Receipt.objects.update(order_pk=None)
    assert not Settlement.objects.exists()

    # when
    call_command("rewards_reconcile")

    # then
    assert "1 orders looked at, 1 settled, 0 failed" in capsys.readouterr().out
    assert available() == earned("25")
    assert Receipt.objects.get().order_pk == pk_of(order)


def test_fifty_of_the_same_event_at_once_make_one_entry(
    cart: Cart, shopper: Shopper
) -> None:
    # given
    with no_hooks():
        order = shopper.buy(cart)
    start = threading.Barrier(50)
    settled = []

    def deliver() -> None:
        start.wait(30)
        # A hook does not wait for the others for long, and reconciling comes later.
        work = partial(settle_order, pk_of(order))
        settled.append(guard.guarded("REWARDS_SETTLE_ORDER", False, work))
        connection.close()

    # when
    threads = [threading.Thread(target=deliver) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # then
    assert sorted(settled) == [False] * 49 + [True]
    assert available() == 90
    assert Entry.objects.filter(kind=EntryKind.EARN).count() == 2
    assert Account.objects.count() == Settlement.objects.count() == 1


def test_a_fault_leaves_the_order_alone_and_reconciling_makes_up_for_it(
    cart: Cart, shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("injected")

    monkeypatch.setattr(settling, "posting", fail)
    guard.faults.clear()

    # when
    order = shopper.buy(cart)

    # then
    assert order["total"]["gross"]["amount"] == Decimal("50.00")
    assert guard.faults["REWARDS_SETTLE_ORDER"]
    assert reconcile("", 10).failed == 1

    # when
    monkeypatch.undo()

    # then
    assert reconcile_all() == 1
    assert available() == 90


def test_an_order_that_cannot_be_read_does_not_hold_up_the_others(
    shop: Shop, cart: Cart, shopper: Shopper
) -> None:
    # given
    with no_hooks():
        broken = shopper.buy(cart)
        for number in range(2):
            email = f"person{number}@example.com"
            product = shop.product(ships=False)
            shopper.buy(shopper.cart((product, 1), email=email))
    Receipt.objects.filter(order_pk=pk_of(broken)).update(snapshot={})

    # then
    assert reconcile("", 10)[1:] == (3, 2, 1)
    assert reconcile("", 10)[1:] == (3, 0, 1)
