"""The command that takes all back: what it prints, when it ends, and what is gone then."""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Callable, Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from saleor.checkout.models import Checkout

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.management.commands import rewards_withdraw
from saleor_rewards.models import PriceAgreement

from .elsewhere import held_elsewhere
from .limits import needs
from .points import make_member
from .stopping import agree, shipped, switch_off
from .world import HOST, Cart, Shop, Shopper

if capabilities.stored_discounts:
    from saleor.discount.models import OrderLineDiscount, Voucher

pytestmark = pytest.mark.django_db(transaction=True)

NOTHING = "No cart carries an offer, no voucher is live.\n"


def withdraw(*options: str) -> str:
    """Run the command; return what it printed."""
    out = io.StringIO()
    call_command("rewards_withdraw", *options, stdout=out)
    return out.getvalue()


def withdraw_in_vain() -> str:
    """Run the command where it cannot end well; return what it printed."""
    out = io.StringIO()
    with pytest.raises(CommandError, match="left"):
        call_command("rewards_withdraw", stdout=out)
    return out.getvalue()


@pytest.fixture
def rules(shop: Shop) -> None:
    """Ten percent off, and free shipping, from 30.00 on."""
    shop.ladder(("30.00", "10"))
    shop.free_shipping("30.00")


@contextmanager
def while_waiting(monkeypatch: pytest.MonkeyPatch, *steps: Callable[[], Any]) -> Any:
    """Do a step each time that the command waits; fail where it waits once more."""
    rest = list(steps)
    with monkeypatch.context() as patch:
        patch.setattr(rewards_withdraw.time, "sleep", lambda _: rest.pop(0)())
        yield
    assert rest == []


@pytest.mark.parametrize("stop", [{"active": True}, {"killed": True}])
def test_it_refuses_while_the_plugin_is_on(shop: Shop, stop: dict[str, bool]) -> None:
    # given
    shop.plugin(**stop)

    # then
    with pytest.raises(CommandError, match="Switch it off first: in the Dashboard"):
        withdraw("--wait")


@needs("stored discounts")
@pytest.mark.usefixtures("rules")
def test_all_that_is_not_paid_comes_back_at_once_without_celery(shop: Shop) -> None:
    # given
    carts = [shipped(shop, Shopper()) for _ in range(3)]
    switch_off(shop)

    # when
    told = withdraw()

    # then
    assert told == NOTHING
    assert {Shopper().bare_total(cart) for cart in carts} == {Decimal("50.00")}


@needs("stored discounts")
@pytest.mark.usefixtures("rules")
def test_it_names_a_cart_that_is_being_changed_and_waits_for_it(
    shop: Shop, shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    cart = shipped(shop, shopper)
    switch_off(shop)
    line = f"Cart {cart.pk} is being changed at this moment.\n"

    # when
    with held_elsewhere(lambda: Checkout.objects.select_for_update().get(pk=cart.pk)):
        assert withdraw_in_vain() == line
    with while_waiting(monkeypatch):
        told = withdraw("--wait")

    # then
    assert told == NOTHING


@pytest.fixture
def paid(shop: Shop) -> tuple[Shopper, Cart]:
    """A cart of 40.00 that was paid with 30.00 and points, and the plugin off."""
    shop.points()
    member = make_member(shop, 1000)
    cart = member.put_aside(shop.product("40.00", ships=False), 1000)
    agree(member, cart)
    switch_off(shop)
    return member, cart


def test_it_names_a_paid_cart_and_waits_for_its_order(
    paid: tuple[Shopper, Cart], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    shopper, cart = paid
    orders: list[Any] = []

    # when
    told = withdraw_in_vain()
    with while_waiting(monkeypatch, lambda: orders.append(shopper.complete(cart))):
        waited = withdraw("--wait")

    # then
    until = "its money goes back" if capabilities.transactions else r"\d{4}-.* UTC"
    line = f"Cart {cart.pk} is paid and keeps its price, 30.00 USD, until it is ordered"
    assert re.fullmatch(rf"{line} or {until}\.\n", told)
    assert waited == told + NOTHING
    assert Decimal(str(orders[0]["total"]["gross"]["amount"])) == Decimal("30.00")
    assert not PriceAgreement.objects.exists()


# Uninstalling


def ours_in_the_database() -> list[str]:
    """Return the names of triggers, functions and tables of ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgname LIKE '%%rewards%%' UNION ALL "
            "SELECT proname FROM pg_proc WHERE proname LIKE '%%rewards%%' UNION ALL "
            "SELECT relname FROM pg_class WHERE relname LIKE '%%rewards%%'",
            [],
        )
        return [name for (name,) in cursor.fetchall()]


@contextmanager
def without_tables() -> Iterator[None]:
    """Take our tables away as the guide says, and make them again."""
    call_command("migrate", "saleor_rewards", "zero", verbosity=0)
    try:
        yield
    finally:
        call_command("migrate", "saleor_rewards", verbosity=0)


@pytest.mark.parametrize("is_ordered_before", [True, False])
def test_a_shop_without_our_tables_sells_at_its_own_prices(
    shop: Shop, shopper: Shopper, is_ordered_before: bool
) -> None:
    # given: carts with offers, an order, points, codes
    shop.points()
    shop.ladder(("30.00", "10"))
    shop.free_shipping("30.00")
    make_member(shop, 500)
    goods, post = shop.product("40.00"), shop.shipping_method("10.00")
    cart = shopper.ship(shopper.cart((goods, 1)), post)
    assert cart.total == Decimal("36.00")
    bought = None
    if is_ordered_before:
        other = Shopper()
        bought = other.buy(other.ship(other.cart((goods, 1)), post))

    # when
    shop.plugin(active=False)
    assert withdraw("--wait") == NOTHING
    with without_tables():
        left = ours_in_the_database()
        total = shopper.bare_total(cart)
        shopper.pay(cart, total)
        order = shopper.complete(cart)
        added = Shopper()
        fresh = added.bare_put(added.cart((goods, 1)), goods, 3)

    # then
    assert left == []
    assert total == Decimal("50.00")
    assert Decimal(str(order["total"]["gross"]["amount"])) == Decimal("50.00")
    assert fresh == Decimal("120.00")
    if bought is not None:
        assert Decimal(str(bought["total"]["gross"]["amount"])) == Decimal("36.00")
    if capabilities.stored_discounts:
        rows = OrderLineDiscount.objects.filter(reason__startswith="Rewards")
        assert rows.count() == (1 if is_ordered_before else 0)
        assert not Voucher.objects.filter(end_date=None).exists()
        assert HOST.plugins_manager().get_plugin("rewards") is not None
