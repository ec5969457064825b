"""What is done to accounts as a whole: settling what is due, merging, erasing."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from ..models import (
    Account,
    AccountState,
    AdjustmentState,
    EntryNote,
    Hold,
    HoldState,
    Lot,
    PointsAdjustment,
    Settlement,
)
from . import moves
from .book import Book
from .due import settle_chunk
from .errors import LedgerError, LedgerErrorCode
from .lots import Cause
from .posting import check_time, posting
from .rows import expired_lots, lock, write

__all__ = ["erase", "family", "merge", "settle_due"]

#: How many accounts a chunk locks, and how many of their lots it settles.
ACCOUNTS = 50
LOTS = 500


def settle_due(at: datetime, limit: int) -> int:
    """Post what is due on up to ``limit`` accounts; return on how many.

    Points become available, expire, or lapse. Each chunk has a transaction of its
    own, leaves accounts alone that others work on, and holds its locks for the time
    of one statement. Call again for as long as ``limit`` come back.
    """
    check_time(at)
    done = _settle_owing(at, limit)
    while done < limit:
        settled = settle_chunk(at, min(ACCOUNTS, limit - done), LOTS)
        if not settled:
            break
        done += settled
    return done


def _settle_owing(at: datetime, limit: int) -> int:
    """Settle accounts that owe points, whose lots have to pay one after the other."""
    due = Account.objects.filter(
        Q(due_at__lte=at) | Q(lapses_at__lte=at),
        state=AccountState.OPEN,
        points_debt__gt=0,
    )
    pks = list(due.order_by("pk").values_list("pk", flat=True)[:limit])
    for pk in pks:
        with posting(pk, at):
            pass
    return len(pks)


def merge(source_pk: int, target_pk: int, at: datetime) -> Account:
    """Move all that is on one account to another, and close it. Return the other.

    Lots keep their times and orders, what is owed is paid at once, holds stay open.
    Nothing happens where the two are one already. Raises ``LedgerError``:
    ``ACCOUNT_UNKNOWN``, ``ACCOUNT_CLOSED``, ``OTHER_PROGRAM``.
    """
    check_time(at)
    with transaction.atomic():
        # In one order for everybody, so that two never wait for each other.
        locked = {pk: lock(pk) for pk in sorted({source_pk, target_pk})}
        (source, spare_one), (target, spare_other) = (
            locked[source_pk],
            locked[target_pk],
        )
        if source.pk == target.pk:
            return target
        if source.program_id != target.program_id:
            raise LedgerError(
                LedgerErrorCode.OTHER_PROGRAM, "The accounts are of two programs."
            )
        leaving, coming = Book(source, at, spare_one), Book(target, at, spare_other)
        _move_points(leaving, coming)
        _move_rows(source, target)
    return target


def _move_points(leaving: Book, coming: Book) -> None:
    source, target = leaving.account, coming.account
    leaving.whole().add(expired_lots(source))
    key = f"account:{source.pk}:merge"
    moves.merge(
        leaving.whole(),
        coming.whole(),
        Cause(f"{key}:out"),
        Cause(f"{key}:{target.pk}"),
    )
    for name, choose in (
        ("joined_at", min),
        ("active_at", max),
        ("lapses_at", max),
    ):
        times = [getattr(one, name) for one in (source, target)]
        known = [time for time in times if time is not None]
        setattr(target, name, choose(known, default=None))
    # lapses_at is written from the state.
    coming.whole().lapses_at = target.lapses_at
    leaving.whole().lapses_at = None
    write(source, leaving.whole())
    Lot.objects.filter(account=source).update(account=target)
    write(target, coming.whole())


def _move_rows(source: Account, target: Account) -> None:
    Hold.objects.filter(account=source).update(account=target)
    Settlement.objects.filter(account=source).update(account=target)
    source.state = AccountState.MERGED
    source.merged_into = target
    source.due_at = source.lapses_at = source.tier_due_at = None
    source.save(
        update_fields=["state", "merged_into", "due_at", "lapses_at", "tier_due_at"]
    )
    target.save(update_fields=["joined_at"])


def erase(account_pk: int, at: datetime) -> None:
    """Take an account from the person: no points, nothing that tells who it was.

    The entries stay, so that the sums over all accounts still add up. Raises
    ``LedgerError``: ``ACCOUNT_UNKNOWN``, ``ACCOUNT_CLOSED``.
    """
    with posting(account_pk, at) as book:
        account = book.account
        state = book.whole()
        moves.erase(state, Cause(f"account:{account.pk}:erase"))
        state.lapses_at = None
        write(account, state)
        Hold.objects.filter(account=account, state=HoldState.OPEN).update(
            state=HoldState.RELEASED, closed_at=at
        )
        pks = family(account.pk)
        EntryNote.objects.filter(entry__account_id__in=pks).delete()
        _erase_adjustments(pks)
        Account.objects.filter(pk__in=pks).update(user_pk=None, email="")
        Account.objects.filter(pk=account.pk).update(
            state=AccountState.ERASED, tier_due_at=None
        )


def _erase_adjustments(account_pks: list[int]) -> None:
    """Blank what staff wrote of points to be given; what waited is not given."""
    adjustments = PointsAdjustment.objects.filter(account__in=account_pks)
    adjustments.update(reason="", decision_reason="")
    waiting = adjustments.filter(state=AdjustmentState.WAITING)
    waiting.update(state=AdjustmentState.ERASED)


def family(account_pk: int) -> list[int]:
    """Return the keys of an account and of all that were ever merged into it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE family AS (
                SELECT %s::bigint AS id
                UNION
                SELECT account.id FROM saleor_rewards_account AS account
                JOIN family ON account.merged_into_id = family.id
            ) SELECT id FROM family
            """,
            [account_pk],
        )
        return [pk for (pk,) in cursor.fetchall()]
