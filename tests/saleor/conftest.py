"""Runs the tests on a real Saleor, each run on a copy of a migrated database."""

from __future__ import annotations

import os
import platform
from typing import Any, Iterator

import django
import pytest
from saleor.celeryconf import app

from .fixtures import (  # noqa: F401
    behind_gate,
    each_way_to_pay,
    gateway,
    kind,
    referrer,
    shop,
    shopper,
    staff,
    stripe,
    welcome,
)
from .limits import reason_to_skip, unlisted

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


def pytest_runtest_setup(item: pytest.Item) -> None:
    reason = reason_to_skip(item)
    if reason is not None:
        pytest.skip(reason)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    _fail_if_unlisted((yield).get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    _fail_if_unlisted((yield).get_result())


def _fail_if_unlisted(report: Any) -> None:
    reason = unlisted(report)
    if reason is not None:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: no list names this skip: {reason}"
