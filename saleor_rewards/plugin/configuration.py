"""The plugin's settings in Saleor's own form."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from saleor.plugins.base_plugin import ConfigurationTypeField

KILL_SWITCH = "kill_switch"

DEFAULTS = [{"name": KILL_SWITCH, "value": False}]

STRUCTURE = {
    KILL_SWITCH: {
        "type": ConfigurationTypeField.BOOLEAN,
        "label": "Stop all offers now",
        "help_text": (
            "Takes every offer off every open checkout and gives no new one. "
            "Orders that are placed keep what they got."
        ),
    },
}


def is_on(configuration: Iterable[Mapping[str, Any]], name: str) -> bool:
    """Return the value of a boolean setting, false where it was never saved."""
    return any(item["name"] == name and item["value"] for item in configuration)


def with_defaults(configuration: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add, in place, the settings that the saved row does not know yet."""
    known = {item["name"] for item in configuration}
    configuration += [dict(item) for item in DEFAULTS if item["name"] not in known]
    return configuration
