"""A shop that installed the plugin and has no program sells as it did before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Callable

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from saleor.plugins.models import PluginConfiguration

from saleor_rewards.guard import faults

from .world import HOST, Cart, Shop, Shopper, money

pytestmark = pytest.mark.django_db(transaction=True)

CODE = "SPRING"


@pytest.fixture
def installed(shop: Shop) -> Shop:
    """The shop as it is right after the migrations: no setting was ever saved."""
    PluginConfiguration.objects.filter(identifier="rewards").delete()
    shop.voucher(CODE, "10", minimum="20.00")
    return shop


class Visit:
    """A guest's way to an order: what it cost at each step, and how many statements."""

    def __init__(self, variant: Any, method: Any) -> None:
        shopper = Shopper()
        self.totals: list[Decimal] = []
        self.sent: list[int] = []
        cart = self.step(lambda: shopper.cart((variant, 2)))
        cart = self.step(lambda: shopper.put(cart, variant, 3))
        cart = self.step(lambda: shopper.ship(cart, method))
        cart = self.step(lambda: shopper.promo(cart, CODE))
        cart = self.step(lambda: shopper.unpromo(cart, CODE))
        cart = self.step(lambda: shopper.promo(cart, CODE))
        cart = self.step(lambda: shopper.look(cart))
        self.is_offered = cart.node["rewards"] is not None
        shopper.pay(cart, cart.total)
        self.step(lambda: shopper.complete(cart))

    def step(self, work: Callable[[], Any]) -> Cart:
        with CaptureQueriesContext(connection) as captured:
            done = work()
        self.sent.append(len(captured))
        node = done.node if isinstance(done, Cart) else done
        self.totals.append(
            money(node["totalPrice"] if "totalPrice" in node else node["total"])
        )
        return done


def test_the_plugin_is_on_where_nobody_saved_its_settings(installed: Shop) -> None:
    assert HOST.plugins_manager().get_plugin("rewards").active


def test_a_shop_without_a_program_charges_and_stores_what_it_did_before(
    installed: Shop,
) -> None:
    # given
    variant, method = installed.product("10.00"), installed.shipping_method("5.00")
    faults.clear()

    # when
    visit = Visit(variant, method)

    # then
    ours = apps.get_app_config("saleor_rewards").get_models()
    assert not [model for model in ours if model._default_manager.exists()]
    assert not PluginConfiguration.objects.filter(identifier="rewards").exists()
    assert not faults
    assert not visit.is_offered
    installed.plugin(active=False)
    assert visit.totals == Visit(variant, method).totals


def test_a_shop_without_a_program_sends_no_statement_more_than_one_that_is_off(
    installed: Shop,
) -> None:
    # given: the first visit tells each process that there is no program
    variant, method = installed.product("10.00"), installed.shipping_method("5.00")
    Visit(variant, method)

    # when
    fresh = Visit(variant, method).sent

    # then
    installed.plugin(active=False)
    Visit(variant, method)
    off = Visit(variant, method).sent
    assert [one <= other for one, other in zip(fresh, off)] == [True] * len(off), (
        fresh,
        off,
    )


def test_the_first_program_is_in_force_at_once(
    installed: Shop, shopper: Shopper
) -> None:
    # given
    variant, method = installed.product("10.00"), installed.shipping_method("5.00")
    Visit(variant, method)

    # when
    installed.ladder(("20.00", "50"))

    # then
    assert shopper.cart((variant, 2)).subtotal == Decimal("10.00")
