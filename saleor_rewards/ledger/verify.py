"""Compares what accounts, lots and holds say with what was ever posted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import Iterable, Iterator, Sequence

from django.db import connection, transaction

from ..models import Account, Entry, Hold, HoldState, Lot
from .lots import LotState
from .replay import NO_PARTS, SUMS, Replay, replay
from .rows import LOT_COLUMNS, sums_of

__all__ = ["Discrepancy", "verify"]

#: How many accounts are read at a time.
CHUNK = 200


@dataclass(frozen=True)
class Discrepancy:
    """One thing that is not as the entries say. ``lot_pk`` is ``None`` for sums."""

    account_pk: int
    lot_pk: int | None
    message: str

    def __str__(self) -> str:
        lot = "" if self.lot_pk is None else f", lot {self.lot_pk}"
        return f"account {self.account_pk}{lot}: {self.message}"


def verify(account_pks: Sequence[int] | None = None) -> list[Discrepancy]:
    """Return everything that is wrong with these accounts, or with all of them.

    Reads and never writes; an empty list is what should come out.
    """
    return list(discrepancies(account_pks))


def discrepancies(account_pks: Sequence[int] | None = None) -> Iterator[Discrepancy]:
    """Yield what :func:`verify` returns, a chunk of accounts at a time.

    Each chunk is read as it was at one moment, and nobody waits for that. Inside a
    transaction the accounts are locked instead.
    """
    after = 0
    while True:
        accounts = Account.objects.filter(pk__gt=after).order_by("pk")
        if account_pks is not None:
            accounts = accounts.filter(pk__in=account_pks)
        is_inside = connection.in_atomic_block
        with transaction.atomic():
            if is_inside:
                # A transaction that has begun keeps its isolation.
                accounts = accounts.select_for_update()
            else:
                _stand_still()
            chunk = list(accounts[:CHUNK])
            found = _of_chunk(chunk)
        yield from found
        if len(chunk) < CHUNK:
            return
        after = chunk[-1].pk


def _stand_still() -> None:
    """Let all statements of this transaction read from one snapshot."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _of_chunk(accounts: Sequence[Account]) -> list[Discrepancy]:
    pks = [account.pk for account in accounts]
    entries = Entry.objects.filter(account_id__in=pks).order_by("account_id", "pk")
    replays = {
        pk: replay(group)
        for pk, group in groupby(entries.iterator(), key=lambda one: one.account_id)
    }
    lots: dict[int, list[LotState]] = defaultdict(list)
    rows = Lot.objects.filter(account_id__in=pks).order_by("pk")
    for account_pk, *row in rows.values_list("account_id", *LOT_COLUMNS).iterator():
        lot = LotState(*row)
        if (
            lot.is_open
            or lot.expired
            or lot.pk in replays.get(account_pk, Replay()).lots
        ):
            lots[account_pk].append(lot)
    held: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for hold in Hold.objects.filter(account_id__in=pks, state=HoldState.OPEN):
        for lot_pk, points in hold.draws:
            held[hold.account_id][lot_pk] += points
    return [
        Discrepancy(account.pk, lot_pk, message)
        for account in accounts
        for lot_pk, message in _of_account(
            account,
            replays.get(account.pk, Replay()),
            lots[account.pk],
            held[account.pk],
        )
    ]


def _of_account(
    account: Account, replayed: Replay, lots: list[LotState], held: dict[int, int]
) -> Iterator[tuple[int | None, str]]:
    for fault in replayed.faults:
        yield None, fault
    sums = sums_of(account)
    for name in SUMS:
        said, is_so = getattr(sums, name), getattr(replayed.sums, name)
        if said != is_so:
            yield None, f"points_{name} is {said}, the entries come to {is_so}"
    due_at = min((lot.due_at for lot in lots if lot.due_at is not None), default=None)
    if account.due_at != due_at:
        yield None, f"due_at is {account.due_at}, the lots say {due_at}"
    yield from _of_lots(lots, replayed, held)


def _of_lots(
    lots: Iterable[LotState], replayed: Replay, held: dict[int, int]
) -> Iterator[tuple[int | None, str]]:
    found = {
        lot.pk: (lot.pending, lot.available, lot.held, lot.expired) for lot in lots
    }
    for pk in sorted({*found, *replayed.lots}):
        said, is_so = found.get(pk, NO_PARTS), replayed.lots.get(pk, NO_PARTS)
        if said != is_so:
            yield pk, f"has {said} points, the entries come to {is_so}"
    for pk in sorted({*held, *(pk for pk, lot in found.items() if lot[2])}):
        has, aside = found.get(pk, NO_PARTS)[2], held.get(pk, 0)
        if has != aside:
            yield pk, f"has {has} points held, the open holds have {aside}"
