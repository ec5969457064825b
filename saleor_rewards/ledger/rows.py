"""Reads an account and its lots, and writes what became of them, in few statements."""

from __future__ import annotations

import json
from typing import Any, Iterable, Sequence

from django.db import connection
from django.db.models import QuerySet

from ..models import Account, AccountState, Lot, PointsExpiry, PointsPolicy
from .errors import LedgerError, LedgerErrorCode
from .lots import Balance, Draft, LotState
from .state import State

LOT_COLUMNS = (
    "pk",
    "points",
    "available_from",
    "expires_at",
    "order_pk",
    "rule_version_id",
    "points_pending",
    "points_available",
    "points_held",
    "points_expired",
)

#: Whether a program's policy lets no account lapse, whatever time stands in its row.
#: That changes at once for everybody; the times go row by row, afterwards.
IS_SPARED = """
EXISTS (
    SELECT FROM saleor_rewards_pointspolicy AS policy
    WHERE policy.program_id = account.program_id
        AND policy.expiry <> 'after_inactivity'
)"""

NEXT_LOT = "nextval('saleor_rewards_lot_id_seq')"

#: All that a posting changes, in one round trip. The sums are moved and not set:
#: whatever the memory believes, the database's own arithmetic and checks decide.
WRITE_ACCOUNT = """
WITH account AS (
    UPDATE saleor_rewards_account SET
        points_pending = points_pending + %s,
        points_available = points_available + %s,
        points_held = points_held + %s,
        points_debt = points_debt + %s,
        points_lifetime = points_lifetime + %s,
        due_at = %s, active_at = %s, lapses_at = %s
    WHERE id = %s
)"""
WRITE_OPENED = """,
opened AS (
    INSERT INTO saleor_rewards_lot (
        id, account_id, points, available_from, expires_at, order_pk,
        rule_version_id, points_pending, points_available, points_held,
        points_expired
    ) SELECT id, %s, points, available_from, expires_at, order_pk, version, p, a, h, e
    FROM unnest(
        %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[],
        %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]
    ) AS one (id, points, available_from, expires_at, order_pk, version, p, a, h, e)
)"""
WRITE_MOVED = """,
moved AS (
    UPDATE saleor_rewards_lot AS lot SET
        points_pending = lot.points_pending + one.p,
        points_available = lot.points_available + one.a,
        points_held = lot.points_held + one.h,
        points_expired = lot.points_expired + one.e,
        expires_at = one.expires_at
    FROM unnest(
        %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::timestamptz[]
    ) AS one (id, p, a, h, e, expires_at)
    WHERE lot.id = one.id
)"""
WRITE_ENTRIES = """
INSERT INTO saleor_rewards_entry (
    account_id, kind, key, fingerprint, points_pending, points_available,
    points_held, points_debt, points_lifetime, points_waived, moves, order_pk,
    rule_version_id, at, created_at
) SELECT %s, kind, key, fingerprint, p, a, h, d, l, w, moves::jsonb, order_pk,
    version, %s, statement_timestamp()
FROM unnest(
    %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[],
    %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[]
) AS one (kind, key, fingerprint, p, a, h, d, l, w, moves, order_pk, version)"""


def lock(account_pk: int) -> tuple[Account, int]:
    """Lock an account, or what it was merged into, and reserve a lot's key.

    Where the program's policy lets nothing lapse any more, ``lapses_at`` is cleared.
    Raises ``LedgerError`` where there is none, or it is closed.
    """
    names = [field.attname for field in Account._meta.concrete_fields]
    columns = ", ".join(field.column for field in Account._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {NEXT_LOT}, {IS_SPARED}, {columns} "
            "FROM saleor_rewards_account AS account WHERE id = %s FOR UPDATE",
            [account_pk],
        )
        row = cursor.fetchone()
    if row is None:
        raise LedgerError(LedgerErrorCode.ACCOUNT_UNKNOWN, "There is no such account.")
    spare_lot, is_spared, *values = row
    account = Account.from_db(connection.alias, names, values)
    if account.state == AccountState.MERGED:
        return lock(account.merged_into_id)
    if account.state != AccountState.OPEN:
        raise LedgerError(LedgerErrorCode.ACCOUNT_CLOSED, "The account is closed.")
    if is_spared and account.lapses_at is not None:
        account.lapses_at = None
        account.save(update_fields=["lapses_at"])
    return account, spare_lot


def spared(accounts: Iterable[Account]) -> set[int]:
    """Return the keys of those accounts whose time to lapse does not count any more.

    One query where any account has such a time, none otherwise.
    """
    lapsing = [account for account in accounts if account.lapses_at is not None]
    if not lapsing:
        return set()
    policies = PointsPolicy.objects.using(lapsing[0]._state.db).filter(
        program_id__in={account.program_id for account in lapsing}
    )
    others = policies.exclude(expiry=PointsExpiry.AFTER_INACTIVITY)
    programs = set(others.values_list("program_id", flat=True))
    return {account.pk for account in lapsing if account.program_id in programs}


def next_lot() -> int:
    """Reserve the key of a lot."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {NEXT_LOT}")
        (pk,) = cursor.fetchone()
    return int(pk)


def sums_of(account: Account) -> Balance:
    """Return the sums that an account's row has."""
    return Balance(
        account.points_pending,
        account.points_available,
        account.points_held,
        account.points_debt,
        account.points_lifetime,
    )


def open_lots_of(accounts: Sequence[Account]) -> dict[int, list[LotState]]:
    """Return the lots that have any points, by account, in one query."""
    found: dict[int, list[LotState]] = {account.pk: [] for account in accounts}
    if not accounts:
        return found
    lots = Lot.objects.using(accounts[0]._state.db).filter(account_id__in=list(found))
    # As the index on open lots has it.
    is_open = lots.exclude(points_pending=0, points_available=0, points_held=0)
    rows = is_open.order_by("pk").values_list("account_id", *LOT_COLUMNS)
    for account_pk, *row in rows:
        found[account_pk].append(LotState(*row))
    return found


def lots_with(pks: Iterable[int]) -> list[LotState]:
    """Return the lots with these keys, empty ones too."""
    return _read(Lot.objects.filter(pk__in=list(pks)))


def expired_lots(account: Account, **kind: str) -> list[LotState]:
    """Return the account's lots of one ``kind`` of which points expired."""
    return _read(Lot.objects.filter(account=account, points_expired__gt=0, **kind))


def _read(lots: QuerySet[Lot]) -> list[LotState]:
    rows = lots.order_by("pk").values_list(*LOT_COLUMNS)
    return [LotState(*row) for row in rows]


def write(account: Account, state: State) -> None:
    """Write a state's news to the tables, and to ``account`` itself."""
    before = sums_of(account)
    after = state.balance
    account.due_at = state.due_at
    account.lapses_at = state.lapses_at
    statement = WRITE_ACCOUNT
    arguments: list[Any] = [
        after.pending - before.pending,
        after.available - before.available,
        after.held - before.held,
        after.debt - before.debt,
        after.lifetime - before.lifetime,
        account.due_at,
        account.active_at,
        account.lapses_at,
        account.pk,
    ]
    if state.opened:
        statement += WRITE_OPENED
        arguments += [account.pk, *_columns(_opened(state.opened))]
    moved = _moved(state)
    if moved:
        statement += WRITE_MOVED
        arguments += _columns(moved)
    statement += WRITE_ENTRIES
    arguments += [account.pk, state.at, *_columns(map(_entry, state.drafts), width=12)]
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
    for name in ("pending", "available", "held", "debt", "lifetime"):
        setattr(account, f"points_{name}", getattr(after, name))
    state.written()


def _columns(rows: Iterable[Sequence[Any]], width: int = 0) -> list[list[Any]]:
    return [list(column) for column in zip(*rows)] or [[] for _ in range(width)]


def _opened(lots: Iterable[LotState]) -> list[tuple[Any, ...]]:
    return [
        (
            lot.pk,
            lot.points,
            lot.available_from,
            lot.expires_at,
            lot.order_pk,
            lot.version_pk,
            lot.pending,
            lot.available,
            lot.held,
            lot.expired,
        )
        for lot in lots
    ]


def _moved(state: State) -> list[tuple[Any, ...]]:
    opened = {lot.pk for lot in state.opened}
    sums = {lot.pk: [0, 0, 0, 0] for lot in state.lapsed if lot.pk not in opened}
    for draft in state.drafts:
        for pk, *parts in draft.moves:
            if pk not in opened:
                known = sums.setdefault(pk, [0, 0, 0, 0])
                sums[pk] = [one + other for one, other in zip(known, parts)]
    return [(pk, *parts, state.lots[pk].expires_at) for pk, parts in sums.items()]


def _entry(draft: Draft) -> tuple[Any, ...]:
    cause, sums = draft.cause, draft.sums
    return (
        draft.kind.value,
        cause.key,
        cause.fingerprint,
        sums.pending,
        sums.available,
        sums.held,
        sums.debt,
        sums.lifetime,
        draft.waived,
        json.dumps(draft.moves),
        cause.order_pk,
        cause.version_pk,
    )
