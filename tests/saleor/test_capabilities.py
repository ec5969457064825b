"""Where hosts differ, and what each supported line of Saleor has."""

from __future__ import annotations

from dataclasses import fields

import pytest

from saleor_rewards.checks import SUPPORTED
from saleor_rewards.host.capabilities import Capabilities, capabilities

from .limits import LINE

LINES = ("2.10", "3.21", "3.22", "3.23", "3.24")

#: By property, what the newest release of each line has.
EXPECTED = {
    "channels": (False, True, True, True, True),
    "stored_discounts": (False, True, True, True, True),
    "assigned_delivery": (False, False, True, True, True),
    "plugin_paths": (False, True, True, True, True),
    "languages": (False, True, True, True, True),
    "order_numbers": (False, True, True, True, True),
    "guessable_orders": (False, True, True, True, True),
    "mail_plugins": (False, True, True, True, True),
    "account_events": (False, True, True, True, True),
    "confirmed_accounts": (False, True, True, True, True),
    "customer_types": (False, False, False, True, True),
    "transactions": (False, True, True, True, True),
    "legacy_payments": (True, True, True, True, False),
    "adapter": ("saleor2", "saleor3", "saleor3", "saleor3", "saleor3"),
}


def test_every_difference_has_an_expected_value_for_every_line() -> None:
    names = {field.name for field in fields(Capabilities)}
    assert set(EXPECTED) == {*names, "adapter"}
    assert [".".join(map(str, line)) for line in SUPPORTED] == [*LINES]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_host_at_hand_has_what_its_line_has(name: str) -> None:
    assert getattr(capabilities, name) == EXPECTED[name][LINES.index(LINE)]
