"""A shop whose operator has not run the migrations yet sells, and is told to run them."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import Any, Iterator

import pytest
from django.db import connection
from saleor.celeryconf import app

from saleor_rewards import jobs
from saleor_rewards.guard import NOT_MIGRATED, faults
from saleor_rewards.programs import bump_version, rulebook

from .test_faults import tables_missing
from .test_fresh_installs import Visit, installed  # noqa: F401
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def forget_rules() -> None:
    """Let this process know of no rules, like one that just began."""
    rulebook._rulebooks.clear()
    rulebook.has_programs.cache_clear()
    faults.clear()


@contextmanager
def without_tables() -> Iterator[None]:
    """Open a block in which the database is as it is before the first migration."""
    with tables_missing():
        forget_rules()
        yield
    forget_rules()


@contextmanager
def without_column() -> Iterator[None]:
    """Open a block in which a migration of this release was not run yet."""
    change = "ALTER TABLE saleor_rewards_program RENAME COLUMN"
    run(f"{change} guests TO not_yet")
    forget_rules()
    try:
        yield
    finally:
        run(f"{change} not_yet TO guests")
        forget_rules()


def errors_in(log: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in log.records if one.levelno >= logging.ERROR]


def test_before_the_first_migration_a_shop_sells_and_its_log_says_once_what_to_run(
    installed: Shop,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    # given
    variant, method = installed.product("10.00"), installed.shipping_method("5.00")
    installed.plugin(active=False)
    off = Visit(variant, method).totals
    installed.plugin()

    # when
    with without_tables():
        visits = [Visit(variant, method) for _ in range(2)]

    # then
    assert [visit.totals for visit in visits] == [off, off]
    assert not any(visit.is_offered for visit in visits)
    (said,) = errors_in(caplog)
    assert said.startswith(f"{NOT_MIGRATED}: ")
    assert "python manage.py migrate" in said
    assert not [one for one in caplog.records if one.exc_info]


def test_a_release_whose_migrations_are_missing_sells_without_offers(
    installed: Shop,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    # given
    installed.ladder(("30.00", "10"))
    variant, method = installed.product("10.00"), installed.shipping_method("5.00")
    given = Visit(variant, method).totals

    # when
    with without_column():
        bare = Visit(variant, method).totals

    # then
    assert given[-1] < bare[-1]
    (said,) = errors_in(caplog)
    assert "python manage.py migrate" in said
    assert Visit(variant, method).totals == given


def test_periodic_tasks_wait_for_the_tables(
    installed: Shop,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    # given
    tasks = [app.tasks[entry["task"]] for entry in jobs.SCHEDULE.values()]

    # when
    with without_tables():
        for task in tasks:
            assert task() is None

    # then
    (said,) = errors_in(caplog)
    assert "python manage.py migrate" in said


def test_a_table_that_is_not_ours_is_a_fault_as_ever(
    installed: Shop,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given
    def load(*_: Any) -> None:
        run('SELECT 1 FROM "some_other_table"')

    installed.ladder(("30.00", "10"))
    monkeypatch.setattr(rulebook, "_load", load)
    bump_version()
    faults.clear()

    # when
    Visit(installed.product("10.00"), installed.shipping_method("5.00"))

    # then
    assert not faults[NOT_MIGRATED]
    assert [one for one in caplog.records if one.exc_info]
