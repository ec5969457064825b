"""Saleor's own plugin manager calls each hook of ours, with arguments that it takes."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from saleor.account.models import User
from saleor.checkout.models import Checkout
from saleor.order.models import Order

from saleor_rewards.guard import faults
from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.plugin import RewardsPlugin

from .staff import pk_of
from .world import HOST, Cart, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

OURS = [
    klass for klass in RewardsPlugin.__mro__ if "saleor_rewards" in klass.__module__
]


def is_hook(method: Any) -> bool:
    """Tell whether a method is one for Saleor: those get what the plugin before gave."""
    return inspect.isfunction(method) and (
        "previous_value" in inspect.signature(method).parameters
    )


def hooks() -> list[str]:
    """Return the names of our hooks; what leads no path to plugins asks for none."""
    found = {
        name
        for klass in OURS
        for name, method in vars(klass).items()
        if is_hook(method)
    }
    return sorted(found if capabilities.plugin_paths else found - {"webhook"})


class Things:
    """What the manager's methods are called with, by the names of its parameters."""

    def __init__(self, shop: Shop, shopper: Shopper) -> None:
        self.product_variant = shop.product("10.00")
        self.cart: Cart = shopper.cart((self.product_variant, 1))
        self.cart = shopper.ship(self.cart, shop.shipping_method())
        self.checkout = Checkout.objects.get(pk=self.cart.pk)
        self.checkout_line = self.checkout.lines.get()
        self.discounts: list[Any] = []
        goods = shop.product("5.00", ships=False)
        bought = shopper.buy(Shopper().cart((goods, 1)))
        self.order = Order.objects.get(pk=pk_of(bought))
        self.orders = [self.order]
        self.user = self.customer = User.objects.create(
            email="ann@example.com", is_active=True
        )
        self.staff_user = User.objects.create(
            email="bo@example.com", is_active=True, is_staff=True
        )
        self.request = RequestFactory().post("/plugins/global/rewards/stripe/")
        self.plugin_id = RewardsPlugin.PLUGIN_ID
        self.channel_slug = None

    @property
    def lines(self) -> Any:
        return HOST.checkout_lines(self.checkout)

    @property
    def checkout_info(self) -> Any:
        return HOST.checkout_info(self.checkout)

    def arguments(self, method: Callable[..., Any]) -> dict[str, Any]:
        """Return what a method of the manager has to be given."""
        return {
            name: getattr(self, name)
            for name, parameter in inspect.signature(method).parameters.items()
            if parameter.kind is not parameter.VAR_KEYWORD
            and (parameter.default is parameter.empty or hasattr(self, name))
        }


@pytest.fixture
def things(shop: Shop, shopper: Shopper) -> Things:
    shop.points()
    return Things(shop, shopper)


def test_there_are_hooks() -> None:
    assert {"order_created", "order_updated", "preprocess_order_creation"} < set(
        hooks()
    )


@pytest.mark.parametrize("name", hooks())
def test_the_manager_calls_the_hook(
    things: Things, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    # given
    hook = getattr(RewardsPlugin, name)
    calls = []

    @functools.wraps(hook)
    def noted(*args: Any, **kwargs: Any) -> Any:
        calls.append(inspect.signature(hook).bind(*args, **kwargs).arguments)
        return hook(*args, **kwargs)

    monkeypatch.setattr(RewardsPlugin, name, noted)
    method = getattr(HOST.plugins_manager(), name)
    faults.clear()

    # when
    method(**things.arguments(method))

    # then
    assert [set(call) & {"self", "previous_value"} for call in calls] == [
        {"self", "previous_value"}
    ]
    assert not faults


@pytest.mark.parametrize("name", hooks())
def test_the_hook_sends_no_statement_where_no_channel_has_a_program(
    shop: Shop, shopper: Shopper, settings: Any, name: str
) -> None:
    # given
    things = Things(shop, shopper)
    faults.clear()

    def sent() -> list[str]:
        method = getattr(HOST.plugins_manager(), name)
        arguments = things.arguments(method)
        with CaptureQueriesContext(connection) as captured:
            method(**arguments)
        return [query["sql"] for query in captured.captured_queries]

    sent()

    # when
    ours = sent()

    # then
    settings.PLUGINS = [
        path for path in settings.PLUGINS if "saleor_rewards" not in path
    ]
    assert len(ours) == len(sent())
    assert not faults
