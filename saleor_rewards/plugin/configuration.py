"""The plugin's settings in Saleor's own form."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from saleor.plugins.base_plugin import ConfigurationTypeField

from ..programs.plugin_row import (
    DEFAULTS,
    KILL_SWITCH,
    STRIPE_GATEWAYS,
    STRIPE_SECRET,
    STRIPE_TEST_MODE,
)

STRUCTURE = {
    KILL_SWITCH: {
        "type": ConfigurationTypeField.BOOLEAN,
        "label": "Stop all offers now",
        "help_text": (
            "Takes every offer off every open checkout and gives no new one. "
            "Orders that are placed keep what they got."
        ),
    },
    STRIPE_SECRET: {
        "type": ConfigurationTypeField.SECRET,
        "label": "Stripe's signing secret",
        "help_text": (
            "That of the webhook endpoint at Stripe. Separate two of them by a space "
            "while one replaces the other."
        ),
    },
    STRIPE_TEST_MODE: {
        "type": ConfigurationTypeField.BOOLEAN,
        "label": "Stripe's test mode",
        "help_text": (
            "Takes events of Stripe's test mode and none of live payments. Leave it "
            "off in a shop with customers."
        ),
    },
    STRIPE_GATEWAYS: {
        "type": ConfigurationTypeField.STRING,
        "label": "Gateways that charge by Stripe",
        "help_text": (
            "Identifiers of payment gateways and payment apps, separated by spaces, "
            "beside Saleor's own Stripe plugin. Empty: that plugin, and all payment "
            "apps."
        ),
    },
}


def is_on(configuration: Iterable[Mapping[str, Any]], name: str) -> bool:
    """Return the value of a boolean setting, false where it was never saved."""
    return any(item["name"] == name and item["value"] for item in configuration)


def text_of(configuration: Iterable[Mapping[str, Any]], name: str) -> str:
    """Return the value of a setting that is text, empty where it was never saved."""
    return next((str(i["value"] or "") for i in configuration if i["name"] == name), "")


def with_defaults(configuration: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add, in place, the settings that the saved row does not know yet."""
    known = {item["name"] for item in configuration}
    configuration += [dict(item) for item in DEFAULTS if item["name"] not in known]
    return configuration
