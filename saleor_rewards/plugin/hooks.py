"""The plugin as Saleor sees it. The hooks themselves differ from host to host."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Callable

from django.http import HttpResponseNotFound
from saleor.plugins.base_plugin import BasePlugin

from ..jobs import enqueue
from ..programs.versions import PLUGIN_ID, renew, take_version
from ..stripe_events.settings import StripeSettings
from . import configuration as settings
from .capabilities import capabilities
from .guard import guarded
from .host import host
from .orders import bind_order
from .points.settling import settle_soon
from .rulebook import Rulebook, has_programs, rulebook
from .stripe.receiver import receive

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from saleor.checkout.models import Checkout
    from saleor.order.models import Order


STRIPE_PATH = "/stripe/"

#: They call what needs the adapter, so they are loaded after it.
Hooks: Any = import_module(f".{capabilities.adapter}.hooks", __package__).Hooks


class RewardsPlugin(Hooks, BasePlugin):
    """Spend ladders, free shipping and loyalty points, inside Saleor's own checkout."""

    PLUGIN_ID = PLUGIN_ID
    PLUGIN_NAME = "Rewards"
    PLUGIN_DESCRIPTION = (
        "Spend-threshold discounts, free shipping and loyalty points. Programs and "
        "rules are set through the rewards mutations of the GraphQL API."
    )
    CONFIGURATION_PER_CHANNEL = False
    #: Saleor's Dashboard lists active plugins alone, and without a program nothing is done.
    DEFAULT_ACTIVE = True
    DEFAULT_CONFIGURATION = settings.DEFAULTS
    CONFIG_STRUCTURE = settings.STRUCTURE

    def __init__(self, *, configuration: Any, **kwargs: Any) -> None:
        items = [dict(item) for item in configuration or []]
        self.rules_version = take_version(items)
        super().__init__(configuration=items, **kwargs)

    @property
    def is_killed(self) -> bool:
        """Return whether a merchant stopped all offers."""
        return settings.is_on(self.configuration, settings.KILL_SWITCH)

    @property
    def is_idle(self) -> bool:
        """Return whether no channel has a program, so that there is nothing to do."""
        return not has_programs(self.rules_version)

    def attend(self, code: str, work: Callable[[], Any]) -> None:
        """Do a hook's work in the guard, unless the plugin is idle."""
        guarded(code, None, lambda: None if self.is_idle else work())

    def book(self, checkout: Checkout) -> Rulebook | None:
        """Return the rules that hold for a checkout, ``None`` without a program."""
        return self.channel_book(host.channel_pk(checkout))

    def channel_book(self, channel_pk: int) -> Rulebook | None:
        """Return the rules that hold in a channel, ``None`` without a program."""
        book = rulebook(self.rules_version, channel_pk)
        return book.without_rules() if book and self.is_killed else book

    @property
    def stripe(self) -> StripeSettings:
        """Return how Stripe's events are taken in."""
        return StripeSettings.of(
            settings.text_of(self.configuration, settings.STRIPE_SECRET),
            settings.is_on(self.configuration, settings.STRIPE_TEST_MODE),
            settings.text_of(self.configuration, settings.STRIPE_GATEWAYS),
        )

    def webhook(
        self, request: HttpRequest, path: str, previous_value: Any
    ) -> HttpResponse:
        """Take what Stripe sends to our own path."""
        if not self.active or path != STRIPE_PATH:
            return HttpResponseNotFound()
        return receive(request, self.stripe)

    def order_created(self, order: Order, previous_value: Any, **_: Any) -> Any:
        """Write the order's key on its receipt, and settle its points."""
        self.attend("REWARDS_ORDER_CREATED", lambda: bind_order(order))
        return self.order_updated(order, previous_value)

    def order_updated(self, order: Order, previous_value: Any, **_: Any) -> Any:
        """Bring the points to what the order says now, whatever happened to it."""
        if self.active:
            self.attend("REWARDS_SETTLE_ORDER", lambda: settle_soon(order.pk))
        return previous_value

    @classmethod
    def validate_plugin_configuration(cls, plugin_configuration: Any, **_: Any) -> None:
        """Give the state of the rules a new name with every save of the settings."""
        items = settings.with_defaults(plugin_configuration.configuration or [])
        plugin_configuration.configuration, _version = renew(items)

    @classmethod
    def save_plugin_configuration(
        cls, plugin_configuration: Any, cleaned_data: Any
    ) -> Any:
        """Save the settings; where they stop us, take our offers off the checkouts."""
        saved = super().save_plugin_configuration(plugin_configuration, cleaned_data)
        if not saved.active or settings.is_on(
            saved.configuration, settings.KILL_SWITCH
        ):
            enqueue("withdraw_offers", fault="REWARDS_WITHDRAW")
        return saved
