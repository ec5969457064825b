"""A plugin that stands behind ours and tells which hooks still reach it."""

from __future__ import annotations

from typing import Any

from saleor.plugins.base_plugin import BasePlugin

called: list[str] = []


class WitnessPlugin(BasePlugin):
    """Notes every call and changes nothing."""

    PLUGIN_ID = "rewards.witness"
    PLUGIN_NAME = "Witness"
    CONFIGURATION_PER_CHANNEL = False
    DEFAULT_ACTIVE = True


def _noting(name: str) -> Any:
    def hook(self: Any, *args: Any, previous_value: Any, **kwargs: Any) -> Any:
        called.append(name)
        return previous_value

    return hook


for _name in (
    "calculate_checkout_line_total",
    "calculate_checkout_shipping",
    "checkout_created",
    "checkout_updated",
    "preprocess_order_creation",
    "order_created",
):
    setattr(WitnessPlugin, _name, _noting(_name))
