"""Runs the tests on a real Saleor, each run on a copy of a migrated database."""

from __future__ import annotations

import os
import platform

import django
import pytest
from saleor.celeryconf import app

from saleor_rewards.plugin.host import MAJOR

from .fixtures import kind, referrer, shop, shopper, staff, stripe  # noqa: F401

if "REWARDS_DATABASE_URL" not in os.environ:
    pytest.exit("These tests need a database to copy: run 'make test'.", 4)

# A live server's threads ask for the default app, and some plugin of pytest's may have
# made one before Saleor could.
app.set_default()


def pytest_report_header() -> str:
    import saleor

    return (
        f"on Saleor {os.environ.get('REWARDS_SALEOR', saleor.__version__)}, "
        f"Python {platform.python_version()}, Django {django.get_version()}"
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    other = f"saleor{2 if MAJOR >= 3 else 3}"
    left_out = [item for item in items if item.get_closest_marker(other)]
    items[:] = [item for item in items if not item.get_closest_marker(other)]
    config.hook.pytest_deselected(items=left_out)
