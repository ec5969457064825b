"""The plugin as Saleor sees it: its settings, and the rules that its hooks go by."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Callable

from saleor.plugins.base_plugin import BasePlugin

from ..guard import guarded
from ..host.capabilities import capabilities
from ..host.current import host
from ..host.port import PLUGIN_ID
from ..jobs import enqueue
from ..programs import plugin_row
from ..programs.rulebook import Rulebook, has_programs, rulebook
from ..programs.versions import renew, take_version
from ..stripe.settings import StripeSettings
from . import configuration as settings

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout

#: All hooks of the Saleor in this process.
Hooks: Any = import_module(f".hooks_{capabilities.adapter}", __package__).Hooks


class RewardsPlugin(Hooks, BasePlugin):
    """Spend ladders, free shipping and loyalty points, inside Saleor's own checkout."""

    PLUGIN_ID = PLUGIN_ID
    PLUGIN_NAME = plugin_row.NAME
    PLUGIN_DESCRIPTION = plugin_row.DESCRIPTION
    CONFIGURATION_PER_CHANNEL = False
    DEFAULT_ACTIVE = plugin_row.DEFAULT_ACTIVE
    DEFAULT_CONFIGURATION = plugin_row.DEFAULTS
    CONFIG_STRUCTURE = settings.STRUCTURE

    def __init__(self, *, configuration: Any, **kwargs: Any) -> None:
        items = [dict(item) for item in configuration or []]
        self.rules_version = take_version(items)
        super().__init__(configuration=items, **kwargs)

    @property
    def is_killed(self) -> bool:
        """Return whether a merchant stopped all offers."""
        return settings.is_on(self.configuration, plugin_row.KILL_SWITCH)

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
            settings.text_of(self.configuration, plugin_row.STRIPE_SECRET),
            settings.is_on(self.configuration, plugin_row.STRIPE_TEST_MODE),
            settings.text_of(self.configuration, plugin_row.STRIPE_GATEWAYS),
        )

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
            saved.configuration, plugin_row.KILL_SWITCH
        ):
            enqueue("withdraw_offers", fault="REWARDS_WITHDRAW")
        return saved
