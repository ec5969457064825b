"""One earning in one statement, for the many accounts on which nothing else happens."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime

from django.db import IntegrityError, connection
from django.db.transaction import atomic

from .keys import cause_of
from .posting import check_time, posting
from .state import MOST_POINTS

__all__ = ["earn"]

#: A function of the database, made by the first migration.
EARN = """
SELECT saleor_rewards_earn(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def earn(
    account_pk: int,
    points: int,
    *,
    key: str,
    at: datetime,
    available_from: datetime,
    expires_at: datetime | None = None,
    order_pk: str = "",
    rule_version_pk: int | None = None,
    lapses_at: datetime | None = None,
) -> None:
    """Do what :meth:`Book.earn` does, in one statement wherever one is enough.

    Raises ``LedgerError`` as :func:`posting` and :meth:`Book.earn` do.
    """
    check_time(at)
    cause = cause_of("earn", key, points, order_pk, rule_version_pk)
    pending = points if available_from > at else 0
    ends = _due_at(available_from if pending else None, expires_at)
    numbers = (account_pk, points, pending, MOST_POINTS)
    texts = (key, cause.fingerprint, order_pk, rule_version_pk)
    times = (at, available_from, expires_at, ends, lapses_at)
    is_simple = 0 < points <= MOST_POINTS and (ends is None or ends > at)
    if is_simple and _earned(numbers + texts + times):
        return
    with posting(account_pk, at) as book:
        book.earn(
            points,
            key=key,
            available_from=available_from,
            expires_at=expires_at,
            order_pk=order_pk,
            rule_version_pk=rule_version_pk,
            lapses_at=lapses_at,
        )


def _due_at(*times: datetime | None) -> datetime | None:
    return min((time for time in times if time is not None), default=None)


def _earned(arguments: tuple[object, ...]) -> bool:
    """Call the function; tell whether it posted anything."""
    around = atomic() if connection.in_atomic_block else nullcontext()
    try:
        with around, connection.cursor() as cursor:
            cursor.execute(EARN, arguments)
            return bool(cursor.fetchone()[0])
    except IntegrityError:
        # The key is known, or something else is that a posting tells more about.
        return False
