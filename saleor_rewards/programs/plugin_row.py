"""The plugin's own row in Saleor: its name, its settings, and how it starts.

Rules can be saved before Saleor made that row, see :mod:`.versions`.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

NAME = "Rewards"
DESCRIPTION = (
    "Spend-threshold discounts, free shipping and loyalty points. Programs and "
    "rules are set through the rewards mutations of the GraphQL API."
)

#: Saleor's Dashboard lists active plugins alone, and without a program nothing is done.
DEFAULT_ACTIVE = True

KILL_SWITCH = "kill_switch"
STRIPE_SECRET = "stripe_webhook_secret"
STRIPE_TEST_MODE = "stripe_test_mode"
STRIPE_GATEWAYS = "stripe_gateways"

DEFAULTS: Sequence[Mapping[str, Any]] = (
    {"name": KILL_SWITCH, "value": False},
    {"name": STRIPE_SECRET, "value": ""},
    {"name": STRIPE_TEST_MODE, "value": False},
    {"name": STRIPE_GATEWAYS, "value": ""},
)
