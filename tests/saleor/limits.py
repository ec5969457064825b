"""What a host cannot do, and which tests are skipped there for it.

A test names what it needs: ``@needs("transactions")``. No test is skipped for anything
that does not stand here: see ``unlisted``.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from saleor_rewards.checks import saleor_version
from saleor_rewards.plugin.capabilities import capabilities

#: What tests need of a host, and whether the one at hand has it.
NEEDS = {
    "account events": capabilities.account_events,
    "channels": capabilities.channels,
    "collection points": capabilities.channels,
    "confirmed accounts": capabilities.confirmed_accounts,
    "guessable orders": capabilities.guessable_orders,
    "languages": capabilities.languages,
    "legacy payments": capabilities.legacy_payments,
    "mail plugins": capabilities.mail_plugins,
    "one language": not capabilities.languages,
    "own paths": not capabilities.plugin_paths,
    "price hooks": not capabilities.stored_discounts,
    "stored discounts": capabilities.stored_discounts,
    "transactions": capabilities.transactions,
    "unnoted changes": not capabilities.channels,
}

_ON_SALEOR_3 = {
    "one language": "every customer of Saleor 3 has a language",
    "own paths": "Saleor 3 leads to plugins by itself",
    "price hooks": "Saleor 3 stores discounts and asks no plugin for prices",
    "unnoted changes": "Saleor 3 notes when an order changed",
}

#: What each line of Saleor lacks, and why that is no gap of the product.
LACKS = {
    "2.10": {
        "account events": "Saleor 2.10 tells plugins of new customers alone",
        "channels": "Saleor 2.10 has no channels, flat tax rates, order promotions "
        "or gifts, and keeps no map of query costs",
        "collection points": "Saleor 2.10 ships or sells what needs no shipping",
        "confirmed accounts": "Saleor 2.10 lets nobody log in who did not confirm",
        "guessable orders": "Saleor 2.10 finds orders by their tokens",
        "languages": "Saleor 2.10 keeps no language of customers and checkouts",
        "mail plugins": "Saleor 2.10 sends its mail itself",
        "stored discounts": "Saleor 2.10 stores nothing of a checkout's offers, and "
        "finds a voucher good under the lock of its row",
        "transactions": "Saleor 2.10 has no transactions, and no orders that wait for "
        "consent, expire, or are imported",
    },
    "3.21": _ON_SALEOR_3,
    "3.22": _ON_SALEOR_3,
    "3.23": _ON_SALEOR_3,
    "3.24": {
        **_ON_SALEOR_3,
        "legacy payments": "Saleor 3.24 comes without the dummy gateway",
    },
}

#: What a machine may lack; a CI may lack nothing.
MACHINE_LACKS = {
    "PostgreSQL's programs are not here.",
    "The server in Stripe's place is not here.",
}

LINE = ".".join(saleor_version().split(".")[:2])

#: Whether transactions have to pay only what gift cards leave; Saleor 3.21 wants all.
GIFT_CARDS_COUNT = LINE != "3.21"


def needs(name: str) -> pytest.MarkDecorator:
    """Return the mark of a test that runs only where the host has something."""
    return pytest.mark.needs(name)


def reason_to_skip(item: pytest.Item) -> str | None:
    """Return why a test cannot run here, ``None`` where it can.

    Fails with ``KeyError`` for what no list names.
    """
    for mark in item.iter_markers("needs"):
        if not NEEDS[mark.args[0]]:
            return LACKS[LINE][mark.args[0]]
    return None


def unlisted(report: Any) -> str | None:
    """Return the reason of a report of a skip that no list names, else ``None``."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return None
    reason = report.longrepr[2][len("Skipped: ") :]
    listed = set(LACKS[LINE].values())
    if "CI" not in os.environ:
        listed |= MACHINE_LACKS
    return None if reason in listed else reason
