"""Settles what is due on many accounts in one statement.

Does to accounts that owe nothing what :meth:`State.settle` does to one.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from .rows import IS_SPARED
from .state import stamp_of

#: The lots have to be read by a later statement than the one that waited for the
#: locks: within one, they would be as they were before the wait.
LOCK = """
SELECT id FROM saleor_rewards_account
WHERE {column} <= %(at)s AND state = 'open' AND points_debt = 0
ORDER BY {column} LIMIT %(accounts)s FOR NO KEY UPDATE SKIP LOCKED
"""
#: Each has an index of its own, which a condition on both would not use.
COLUMNS = ("due_at", "lapses_at")

#: A statement of its own, so that the next one sees what it cleared.
SPARE = f"""
UPDATE saleor_rewards_account AS account SET lapses_at = NULL
WHERE id = ANY(%(pks)s) AND lapses_at IS NOT NULL AND {IS_SPARED}
"""

SETTLE = """
WITH open_lot AS (
    SELECT lot.id, lot.account_id, lot.points_pending AS p, lot.points_available AS a,
        lot.available_from, lot.expires_at, account.lapses_at <= %(at)s
            AND (lot.expires_at > account.lapses_at OR lot.expires_at IS NULL)
            AS is_lapsing,
        CASE WHEN account.lapses_at <= %(at)s
            THEN LEAST(lot.expires_at, account.lapses_at) ELSE lot.expires_at
        END AS ends
    FROM saleor_rewards_lot AS lot
    JOIN saleor_rewards_account AS account ON account.id = lot.account_id
    WHERE lot.account_id = ANY(%(pks)s) AND NOT (
        lot.points_available = 0 AND lot.points_held = 0 AND lot.points_pending = 0
    )
), chosen AS (
    SELECT id, account_id, p, a, ends,
        CASE WHEN available_from <= %(at)s
            AND (ends IS NULL OR available_from < ends) THEN p ELSE 0 END AS matured,
        COALESCE(ends <= %(at)s, FALSE) AS is_over
    FROM open_lot
    WHERE is_lapsing OR (p > 0 AND available_from <= %(at)s)
        OR (p + a > 0 AND ends <= %(at)s)
    ORDER BY account_id, id LIMIT %(lots)s
), reached AS (
    SELECT CASE WHEN count(*) = %(lots)s THEN max(account_id) END AS last FROM chosen
), rest AS (
    SELECT open_lot.account_id, min(CASE
        WHEN chosen.id IS NULL THEN LEAST(
            CASE WHEN open_lot.p > 0 THEN open_lot.available_from END,
            CASE WHEN open_lot.p + open_lot.a > 0 THEN open_lot.expires_at END
        )
        WHEN chosen.is_over THEN NULL
        WHEN open_lot.p > chosen.matured
            THEN LEAST(open_lot.available_from, open_lot.ends)
        WHEN open_lot.p + open_lot.a > 0 THEN open_lot.ends
    END) AS due_at
    FROM open_lot LEFT JOIN chosen ON chosen.id = open_lot.id
    GROUP BY open_lot.account_id
), settled AS (
    UPDATE saleor_rewards_lot AS lot SET
        points_pending = CASE WHEN is_over THEN 0 ELSE p - matured END,
        points_available = CASE WHEN is_over THEN 0 ELSE a + matured END,
        points_expired = points_expired + CASE WHEN is_over THEN p + a ELSE 0 END,
        expires_at = ends
    FROM chosen WHERE lot.id = chosen.id
), entry AS (
    INSERT INTO saleor_rewards_entry (
        account_id, kind, key, fingerprint, points_pending, points_available,
        points_held, points_debt, points_lifetime, points_waived, moves, order_pk,
        at, created_at
    ) SELECT account_id, kind, 'lot:' || min(id) || ':' || kind || ':' || %(stamp)s,
        '', sum(p), sum(a), 0, 0, 0, 0,
        jsonb_agg(jsonb_build_array(id, p, a, 0, e) ORDER BY id), '',
        %(at)s, statement_timestamp()
    FROM (
        SELECT account_id, id, 'mature' AS kind, -matured AS p, matured AS a,
            0 AS e
        FROM chosen WHERE matured > 0
        UNION ALL
        SELECT account_id, id, 'expire', matured - p, -a - matured, p + a
        FROM chosen WHERE is_over AND p + a > 0
    ) AS move GROUP BY account_id, kind ORDER BY account_id, kind DESC
    RETURNING account_id, points_pending, points_available
), change AS (
    SELECT account_id, sum(points_pending) AS p, sum(points_available) AS a
    FROM entry GROUP BY account_id
)
UPDATE saleor_rewards_account AS account SET
    points_pending = account.points_pending + COALESCE(change.p, 0),
    points_available = account.points_available + COALESCE(change.a, 0),
    due_at = rest.due_at,
    lapses_at = CASE
        WHEN account.lapses_at <= %(at)s AND account.id IS DISTINCT FROM reached.last
        THEN NULL ELSE account.lapses_at
    END
FROM reached, unnest(%(pks)s::bigint[]) AS one (id)
LEFT JOIN change ON change.account_id = one.id
LEFT JOIN rest ON rest.account_id = one.id
WHERE account.id = one.id AND (reached.last IS NULL OR account.id <= reached.last)
"""


def settle_chunk(at: datetime, accounts: int, lots: int) -> int:
    """Settle up to ``lots`` lots of up to ``accounts`` accounts that owe nothing.

    Returns how many accounts were looked at; 0 where none is due and free.
    """
    arguments = {"at": at, "accounts": accounts, "lots": lots, "stamp": stamp_of(at)}
    with transaction.atomic(), connection.cursor() as cursor:
        for column in COLUMNS:
            cursor.execute(LOCK.format(column=column), arguments)
            pks = [pk for (pk,) in cursor.fetchall()]
            if pks:
                cursor.execute(SPARE, {"pks": pks})
                cursor.execute(SETTLE, {**arguments, "pks": pks})
                return len(pks)
    return 0
