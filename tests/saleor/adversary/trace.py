"""What the database saw of each cart's row: who changed which column when."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator

from django.db import connection

from .journal import Journal

#: Prices that everything changes, and what nobody asks for.
QUIET = "'price_expiration','discount_expiration','last_change','search_index_dirty'"

#: A row for each change that a statement made, by its own moment.
SETUP = f"""
CREATE TABLE adversary_trace (
    at timestamptz, process int, token uuid, change text, statement text
);
CREATE FUNCTION adversary_trace() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    change jsonb;
BEGIN
    SELECT jsonb_object_agg(key, value) INTO change
    FROM jsonb_each(to_jsonb(NEW))
    WHERE to_jsonb(OLD) -> key IS DISTINCT FROM value AND key NOT IN ({QUIET});
    IF change IS NOT NULL THEN
        INSERT INTO adversary_trace VALUES (
            clock_timestamp(), pg_backend_pid(), NEW.token, change::text,
            left(current_query(), 80)
        );
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER adversary_trace AFTER UPDATE ON checkout_checkout
FOR EACH ROW EXECUTE FUNCTION adversary_trace();
"""

CLEANUP = """
DROP TRIGGER adversary_trace ON checkout_checkout;
DROP FUNCTION adversary_trace;
DROP TABLE adversary_trace;
"""


@contextmanager
def kept() -> Iterator[None]:
    """Write down what changes until the block ends, and tell of it no longer."""
    _run(SETUP)
    try:
        yield
    finally:
        _run(CLEANUP)


def _run(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)


def lines(journal: Journal, token: str, last: int = 60) -> Iterator[str]:
    """Yield the last changes of a cart's row, at seconds since the run began."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT round(extract(epoch FROM at - clock_timestamp())::numeric, 3),"
            " process, change FROM adversary_trace WHERE token = %s::uuid"
            " ORDER BY at DESC LIMIT %s",
            [token, last],
        )
        found = cursor.fetchall()
        now = journal.now()
    for ago, process, change in reversed(found):
        yield f"      {now + ago} [{process}] {change}"
