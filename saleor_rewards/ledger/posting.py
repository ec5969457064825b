"""The way into the ledger: one account, locked, at one moment.

Nothing else writes entries, lots and holds, nor the sums of an account.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from typing import Iterator

from django.db import transaction

from .book import Book
from .errors import LedgerError, LedgerErrorCode
from .rows import lock

__all__ = ["Book", "posting"]


@contextmanager
def posting(account_pk: int, at: datetime) -> Iterator[Book]:
    """Lock an account and give its :class:`Book`, in one transaction.

    An account that was merged stands for the one that it went into. What is due
    at ``at`` is posted first: points become available, expire, lapse. Where
    the block raises, nothing was posted.

    Raises ``LedgerError``: ``ACCOUNT_UNKNOWN``, ``ACCOUNT_CLOSED``, ``NAIVE_TIME``.
    """
    check_time(at)
    with transaction.atomic():
        account, spare_lot = lock(account_pk)
        book = Book(account, at, spare_lot)
        yield book


def check_time(at: datetime) -> None:
    """Raise ``LedgerError`` for a time without a zone."""
    if at.tzinfo is None:
        raise LedgerError(LedgerErrorCode.NAIVE_TIME, "The time has no zone.")
