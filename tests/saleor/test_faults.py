"""A fault of ours never stops a shopper and never changes what Saleor charges."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Callable, Iterator

import pytest
from django.db import connection

from saleor_rewards import guard
from saleor_rewards.checkout import gate, service
from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.models import Rule, RuleVersion
from saleor_rewards.programs import bump_version, rulebook

from . import witness
from .elsewhere import held_elsewhere
from .plugin_hooks import hooks
from .world import Cart, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

#: The hooks that a journey passes through, and the code that a fault has there.
HOOKS = {
    "saleor2": {
        "calculate_checkout_line_total": "REWARDS_PRICE",
        "calculate_checkout_shipping": "REWARDS_PRICE",
        "preprocess_order_creation": "REWARDS_ORDER_GATE",
        "order_created": "REWARDS_ORDER_CREATED",
    },
    "saleor3": {
        "checkout_created": "REWARDS_CHECKOUT_CREATED",
        "checkout_updated": "REWARDS_CHECKOUT_UPDATED",
        "preprocess_order_creation": "REWARDS_ORDER_GATE",
        "order_created": "REWARDS_ORDER_CREATED",
    },
}[capabilities.adapter]


#: What hooks hand their work on to, and where they find it.
WORK = {
    "refresh": service,
    "look": service,
    "close_gate": gate,
    "bind_order": hooks,
}


@pytest.fixture
def reached(settings: Any) -> Iterator[list[str]]:
    """Put another plugin behind ours and return the hooks that reach it."""
    settings.PLUGINS = [*settings.PLUGINS, "tests.saleor.witness.WitnessPlugin"]
    witness.called.clear()
    guard.faults.clear()
    return witness.called


def buy_four_apples(shop: Shop, shopper: Shopper) -> Cart:
    """Buy four apples for 10.00 each, shipped for 5.00, and return the last cart."""
    apple, post = shop.product("10.00"), shop.shipping_method("5.00")
    cart = shopper.cart((apple, 3))
    cart = shopper.ship(shopper.add(cart, apple, 1), post)
    order = shopper.buy(cart)
    assert order["total"]["gross"]["amount"] == cart.total
    return cart


@contextmanager
def failing_work() -> Iterator[None]:
    """Let every piece of work that a hook hands on raise."""

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("injected")

    with pytest.MonkeyPatch.context() as patch:
        for name, module in WORK.items():
            patch.setattr(module, name, fail)
        patch.setattr(rulebook, "_load", fail)
        bump_version()
        yield


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("close_gate", "REWARDS_ORDER_GATE"),
        ("bind_order", "REWARDS_ORDER_CREATED"),
    ],
)
def test_a_fault_in_one_piece_of_work_leaves_the_rest_going(
    shop: Shop,
    shopper: Shopper,
    reached: list[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    code: str,
) -> None:
    # given
    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("injected")

    shop.ladder(("30.00", "10"))
    monkeypatch.setattr(WORK[name], name, fail)

    # when
    cart = buy_four_apples(shop, shopper)

    # then
    assert cart.total == Decimal("41.00")
    assert set(HOOKS) <= set(reached)
    assert guard.faults[code]


@contextmanager
def tables_missing() -> Iterator[None]:
    """Take our tables out of the database for a while."""
    bump_version()
    with connection.cursor() as cursor:
        tables = [
            table
            for table in connection.introspection.table_names(cursor)
            if table.startswith("saleor_rewards_")
        ]
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" RENAME TO "gone_{table}"')
        try:
            yield
        finally:
            for table in tables:
                cursor.execute(f'ALTER TABLE "gone_{table}" RENAME TO "{table}"')


@contextmanager
def tables_locked() -> Iterator[None]:
    """Hold our tables locked from a connection of its own."""
    bump_version()

    def take() -> None:
        with connection.cursor() as cursor:
            for table in ("program", "rule", "receipt", "quote", "ownedvoucher"):
                cursor.execute(
                    f"LOCK TABLE saleor_rewards_{table} IN ACCESS EXCLUSIVE MODE"
                )

    with held_elsewhere(take):
        yield


@pytest.mark.parametrize("fault", [failing_work, tables_missing, tables_locked])
def test_a_journey_goes_through_at_saleors_own_price(
    shop: Shop,
    shopper: Shopper,
    reached: list[str],
    caplog: pytest.LogCaptureFixture,
    fault: Callable[[], Any],
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    shop.free_shipping("40.00")

    # when
    with fault():
        cart = buy_four_apples(shop, shopper)

    # then
    assert cart.total == Decimal("45.00")
    assert cart.shipping == Decimal("5.00")
    assert set(HOOKS) <= set(reached)
    assert set(HOOKS.values()) <= set(guard.faults)
    logged = [guard.NOT_MIGRATED] if fault is tables_missing else HOOKS.values()
    for code in logged:
        assert code in caplog.text


def test_a_broken_rule_is_left_out_and_the_others_go_on(
    shop: Shop, shopper: Shopper, caplog: pytest.LogCaptureFixture
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    broken = Rule.objects.create(program=shop.program)
    broken.current = RuleVersion.objects.create(
        rule=broken, number=1, name="Broken", definition={"lane": "NOWHERE"}
    )
    broken.save()
    bump_version()

    # when
    cart = buy_four_apples(shop, shopper)

    # then
    assert cart.total == Decimal("41.00")
    assert rulebook.BROKEN_RULE in caplog.text


@pytest.mark.parametrize("stop", [{"active": False}, {"killed": True}])
def test_a_stopped_plugin_takes_its_offers_off_open_checkouts(
    shop: Shop, shopper: Shopper, stop: dict[str, bool]
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    shop.free_shipping("40.00")
    apple, post = shop.product("10.00"), shop.shipping_method("5.00")
    cart = shopper.ship(shopper.cart((apple, 4)), post)
    assert cart.total == Decimal("36.00")

    # when
    shop.plugin(**stop)

    # then
    cart = shopper.look(cart)
    assert cart.total == Decimal("45.00")
    assert shopper.buy(cart)["total"]["gross"]["amount"] == Decimal("45.00")


def test_a_plugin_that_is_switched_on_again_gives_its_offers_again(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    shop.free_shipping("40.00")
    apple, post = shop.product("10.00"), shop.shipping_method("5.00")
    cart = shopper.ship(shopper.cart((apple, 4)), post)
    shop.plugin(killed=True)

    # when
    shop.plugin()

    # then
    assert shopper.add(cart, apple, 1).total == Decimal("45.00")


def test_the_plugin_never_switched_on_changes_nothing(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.plugin(active=False)
    shop.ladder(("30.00", "10"))

    # when
    cart = buy_four_apples(shop, shopper)

    # then
    assert cart.total == Decimal("45.00")
