"""Which locks each transaction takes, and in which order."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from django.db import connection

from saleor_rewards import locks

GUIDE = Path(__file__).parents[2] / "docs" / "operators.md"
MARK = "<!-- checked: locks -->"

ADVISORY = {
    locks.CLAIM_LOCKS: "CLAIM_LOCKS",
    locks.ORDER_LOCKS: "ORDER_LOCKS",
    locks.REFERRER_LOCKS: "REFERRER_LOCKS",
    locks.CUSTOMER_LOCKS: "CUSTOMER_LOCKS",
}
ROWS = ("checkout_checkout", "saleor_rewards_account")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def documented_order() -> list[str]:
    """Return the locks in the order that the operators' guide names."""
    table = GUIDE.read_text().split(MARK)[1].split("\n\n")[0]
    return re.findall(r"^\| `(\w+)`", table, re.MULTILINE)


@dataclass
class LockRecord:
    """The locks of each transaction, as (lock, key) in the order they were taken."""

    transactions: list[list[tuple[str, Any]]] = field(default_factory=lambda: [[]])

    def note(self, sql: str, params: Any) -> None:
        """Note what a statement locks."""
        found = _lock_of(sql, params)
        if found is not None and found not in self.transactions[-1]:
            self.transactions[-1].append(found)

    def end(self) -> None:
        """Note that a transaction ended."""
        self.transactions.append([])

    @property
    def seen(self) -> set[str]:
        return {lock for taken in self.transactions for lock, _ in taken}

    def violations(self, order: list[str]) -> list[list[tuple[str, Any]]]:
        """Return the transactions that took a lock after one that stands behind it."""
        ranks = [[order.index(lock) for lock, _ in one] for one in self.transactions]
        pairs = zip(self.transactions, ranks)
        return [taken for taken, rank in pairs if rank != sorted(rank)]


def _lock_of(sql: str, params: Any) -> tuple[str, Any] | None:
    if "pg_advisory_xact_lock" in sql:
        kind, key = params
        return ADVISORY[kind], key
    for table in ROWS:
        if _locks_row(sql, table):
            tokens = [str(one) for one in params or () if UUID.fullmatch(str(one))]
            key = tokens[-1] if table == ROWS[0] and tokens else str(params)
            return table, key
    return None


def _locks_row(sql: str, table: str) -> bool:
    name = rf'"?{table}"?'
    if re.match(rf"\s*UPDATE {name} ", sql) or re.match(
        rf"\s*DELETE FROM {name} ", sql
    ):
        return True
    is_locked = re.search(r"FOR (NO KEY )?UPDATE", sql) is not None
    return is_locked and re.search(rf"\bFROM {name}", sql) is not None


@contextmanager
def locks_recorded() -> Iterator[LockRecord]:
    """Record the locks that statements on this connection take."""
    record = LockRecord()

    def watch(
        execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        if not connection.in_atomic_block:
            record.end()
        record.note(str(sql), params)
        return execute(sql, params, many, context)

    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(watch):
        for name in ("commit", "rollback"):
            patch.setattr(connection, name, _ending(getattr(connection, name), record))
        yield record


def _ending(end: Callable[[], None], record: LockRecord) -> Callable[[], None]:
    def then() -> None:
        end()
        record.end()

    return then
