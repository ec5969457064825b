"""Reads what is on accounts, exactly, also between the tasks that post what is due."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from types import MappingProxyType
from typing import Iterable, Iterator, Mapping, Sequence

from ..models import Account, Hold
from . import moves
from .lots import Balance, Cause, LotState
from .rows import open_lots_of, spared, sums_of
from .state import State, stamp_of

__all__ = ["Balance", "balance", "balances", "expiring", "expiring_soon"]

#: The holds of accounts, by primary key, that only wait to be released.
Ended = Mapping[int, Sequence[Hold]]

NONE_ENDED: Ended = MappingProxyType({})


def balance(account: Account, at: datetime) -> Balance:
    """Return what is on an account at ``at``; no query unless something is due."""
    return balances([account], at)[account.pk]


def balances(
    accounts: Sequence[Account], at: datetime, ended: Ended = NONE_ENDED
) -> dict[int, Balance]:
    """Return what is on each account at ``at``, by primary key.

    What is ``ended`` counts as released. Two queries at most, for all of those on which
    something is due. Reads from where the first account was read.
    """
    found = {account.pk: sums_of(account) for account in accounts}
    due = [
        account for account in accounts if account.pk in ended or _is_due(account, at)
    ]
    for account, state in _settled(due, at, ended):
        found[account.pk] = state.balance
    return found


def expiring_soon(
    account: Account, at: datetime, until: datetime
) -> list[tuple[datetime, int]]:
    """Return when how many points expire up to ``until``, soonest first."""
    rows = expiring([account], at)[account.pk]
    return [(moment, points) for moment, points in rows if moment <= until]


def expiring(
    accounts: Sequence[Account], at: datetime, ended: Ended = NONE_ENDED
) -> dict[int, list[tuple[datetime, int]]]:
    """Return when how many points of each account expire after ``at``.

    Pending points are among them, held ones that are not ``ended`` are not. Where an
    account lapses, everything expires then that has not done so before. Two queries at
    most for all.
    """
    return {
        account.pk: _ends(state.lots.values(), state.lapses_at)
        for account, state in _settled(accounts, at, ended)
    }


def _ends(
    lots: Iterable[LotState], lapses_at: datetime | None
) -> list[tuple[datetime, int]]:
    found: dict[datetime, int] = defaultdict(int)
    for lot in lots:
        ends = [end for end in (lot.expires_at, lapses_at) if end is not None]
        points = lot.pending + lot.available
        if ends and points:
            found[min(ends)] += points
    return sorted(found.items())


def _is_due(account: Account, at: datetime) -> bool:
    return any(
        time is not None and time <= at for time in (account.due_at, account.lapses_at)
    )


def _settled(
    accounts: Sequence[Account], at: datetime, ended: Ended
) -> Iterator[tuple[Account, State]]:
    """Yield accounts with what they are at ``at``, which nobody writes."""
    lots, never = open_lots_of(accounts), spared(accounts)
    for account in accounts:
        lapses_at = None if account.pk in never else account.lapses_at
        state = State(sums_of(account), at, new_lot=_none, lapses_at=lapses_at)
        state.add(lots[account.pk])
        state.settle(stamp_of(at))
        for hold in ended.get(account.pk, ()):
            moves.release(state, hold.draws, Cause(f"hold:{hold.pk}:release"))
        yield account, state


def _none() -> int:
    raise NotImplementedError("reading opens no lot")
