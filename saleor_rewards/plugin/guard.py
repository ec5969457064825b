"""One guard around every hook body: a fault of ours never stops a shopper."""

from __future__ import annotations

import logging
from collections import Counter
from contextlib import contextmanager
from typing import Any, Callable, Iterator, TypeVar

from django.core.exceptions import ValidationError
from django.db import connection, transaction

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: PostgreSQL's word for a lock that did not come in time.
LOCK_NOT_AVAILABLE = "55P03"

#: Its words for a table, a column and a function that it does not know.
UNKNOWN = ("42P01", "42703", "42883")

#: With what the names of our tables and functions begin.
OURS = "saleor_rewards_"

NOT_MIGRATED = "REWARDS_NOT_MIGRATED"

#: Faults since the process began, by code. Operators export it as a metric.
faults: Counter[str] = Counter()

LOCK_TIMEOUT = "2s"

#: Less than PostgreSQL takes by default until it looks for a deadlock. Saleor deletes
#: the lines of old checkouts before it locks the checkouts, which we lock first.
BRIEF_LOCK_TIMEOUT = "500ms"


def guarded(code: str, default: T, work: Callable[[], T]) -> T:
    """Return ``work()``, or ``default`` where it fails.

    The fault is noted, see :func:`note_fault`. A ``ValidationError`` is an answer to
    the shopper and passes through.
    """
    try:
        return work()
    except ValidationError:
        raise
    except Exception as error:
        note_fault(code, error, "the checkout goes on without rewards")
        return default


def note_fault(code: str, error: Exception, outcome: str) -> None:
    """Count a fault and log it with what came of it; call it where it was caught.

    A lock that did not come in time is a warning: something later makes up for it.
    """
    faults[code] += 1
    if is_lock_timeout(error):
        logger.warning("%s: gave way to whoever holds a lock", code)
    elif not is_told_to_migrate(error):
        logger.exception("%s: %s", code, outcome)


def is_told_to_migrate(error: Exception) -> bool:
    """Return whether a table of ours is not what this release needs.

    The log says what to run, once a process: each request would say it again.
    """
    if _words_of(error).isdisjoint(UNKNOWN) or OURS not in str(error):
        return False
    faults[NOT_MIGRATED] += 1
    if faults[NOT_MIGRATED] == 1:
        logger.error(
            "%s: there are no rewards until `python manage.py migrate` was run: %s",
            NOT_MIGRATED,
            str(error).splitlines()[0],
        )
    return True


def is_lock_timeout(error: Exception) -> bool:
    """Return whether a statement waited longer for a lock than it may."""
    return LOCK_NOT_AVAILABLE in _words_of(error)


def _words_of(error: Exception) -> set[Any]:
    """Return how PostgreSQL calls what went wrong, whichever driver tells it."""
    cause: Any = error.__cause__
    return {getattr(cause, name, None) for name in ("pgcode", "sqlstate")}


def bound_locks() -> None:
    """Wait for each lock no longer than is bearable, until the transaction ends."""
    _set_lock_timeout(LOCK_TIMEOUT)


@contextmanager
def bounded_transaction(begin: Callable[[], None] = bound_locks) -> Iterator[None]:
    """Open a transaction of ours that a foreign lock cannot hold up for long.

    Everything written inside is kept or undone as one, and a transaction that
    is open around it stays usable either way. ``begin`` bounds its locks first, and
    may take one by the same statement.
    """
    around = _lock_timeout() if connection.in_atomic_block else None
    with transaction.atomic():
        begin()
        yield
        if around is not None and not transaction.get_rollback():
            # The setting would outlive the savepoint and reach Saleor's locks.
            _set_lock_timeout(around)


def give_way() -> None:
    """Wait briefly alone from now on, in a bounded transaction.

    Whoever holds a row that Saleor may wait for, and writes others, is the one that
    gives up where Saleor has locked these.
    """
    _set_lock_timeout(BRIEF_LOCK_TIMEOUT)


def _set_lock_timeout(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{value}'")


def _lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        (value,) = cursor.fetchone()
    return str(value)
