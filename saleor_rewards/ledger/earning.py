"""One earning in one statement, and what became of all for one order and rule version."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, connection
from django.db.models import Sum
from django.db.transaction import atomic

from ..models import Entry, EntryKind
from .keys import cause_of
from .lots import MAX_POINTS
from .posting import check_time, posting

__all__ = ["Earned", "earn", "earned_for"]

#: A function of the database, made by the first migration.
EARN = """
SELECT saleor_rewards_earn(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


class Earned(NamedTuple):
    """What was earned by one rule version, in points: taken by the account, and let go.

    An account that is full lets go of what does not fit: the last part of what was
    granted, and the first that is taken back.

    >>> earned = Earned(taken=300, waived=700)
    >>> earned.on_account(1000), earned.on_account(200)
    (300, 200)
    >>> earned.beyond(had=500, wanted=1200)
    200
    """

    taken: int
    waived: int

    def on_account(self, points: int) -> int:
        """Return how many of so many granted points the account took."""
        return min(points, self.taken)

    def beyond(self, had: int, wanted: int) -> int:
        """Return how many points were never granted before, neither taken nor let go."""
        return max(0, wanted - max(had, self.taken + self.waived))


def earned_for(order_pk: str, rule_version_pk: int) -> Earned:
    """Return what was earned for an order, or what stands in its place, by a version."""
    entries = Entry.objects.filter(
        order_pk=order_pk, rule_version=rule_version_pk, kind=EntryKind.EARN
    )
    sums = entries.aggregate(taken=Sum("points_lifetime"), waived=Sum("points_waived"))
    return Earned(int(sums["taken"] or 0), int(sums["waived"] or 0))


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
    numbers = (account_pk, points, pending, MAX_POINTS)
    texts = (key, cause.fingerprint, order_pk, rule_version_pk)
    times = (at, available_from, expires_at, ends, lapses_at)
    is_simple = 0 < points <= MAX_POINTS and (ends is None or ends > at)
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
