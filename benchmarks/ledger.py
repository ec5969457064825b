"""The points ledger: posting, reading a balance, and expiry of very many lots."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from itertools import count
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from uuid import uuid4

from django.db import connection

from saleor_rewards.ledger import balance, earn, guest
from saleor_rewards.ledger.due import settle_chunk
from saleor_rewards.ledger.upkeep import ACCOUNTS, LOTS
from saleor_rewards.models import Account, Program

from .pairs import PAIRS, Ratio, compare

AT = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)
POSTINGS = 200
READS = 200

#: How many lots expire in all; a quick look needs no million of them.
EXPIRING = int(os.environ.get("BENCH_LOTS", "1000000"))
LOTS_OF_ACCOUNT = 10

#: A database may be measured more than once.
RUN = uuid4().hex

ENTRY = """
INSERT INTO saleor_rewards_entry (
    account_id, kind, key, fingerprint, points_pending, points_available, points_held,
    points_debt, points_lifetime, points_waived, moves, order_pk, at, created_at
)
"""
ONE_ENTRY = f"""{ENTRY}
VALUES (%s, 'earn', %s, '', 0, 1, 0, 0, 1, 0, '[[1, 0, 1, 0, 0]]', '', %s, %s)
"""
MANY_ENTRIES = f"""{ENTRY}
SELECT %s, 'expire', %s || number, '', 0, -1, 0, 0, 0, 0,
    jsonb_build_array(jsonb_build_array(number, 0, -1, 0, 1)), '', %s, now()
FROM generate_series(1, %s) AS number
"""
MANY_ACCOUNTS = """
INSERT INTO saleor_rewards_account (
    program_id, email, state, points_pending, points_available, points_held,
    points_debt, points_lifetime, due_at, joined_at, created_at
) SELECT %s, %s || number, 'open', 0, %s, 0, 0, %s, %s, now(), now()
FROM generate_series(1, %s) AS number
"""
MANY_LOTS = """
INSERT INTO saleor_rewards_lot (
    account_id, points, points_pending, points_available, points_held, available_from,
    expires_at, order_pk
) SELECT account.id, 1, 0, 1, 0, account.due_at, account.due_at, ''
FROM saleor_rewards_account AS account, generate_series(1, %s)
WHERE account.email LIKE %s
"""

_numbers = count(1)


def name() -> str:
    """Return a text that was never used."""
    return f"{RUN}:{next(_numbers)}:"


def run(statement: str, *arguments: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)


def open_account() -> Account:
    """Open an account that nobody had before."""
    program, _ = Program.objects.get_or_create(channel_pk=1)
    return guest(program.pk, name(), AT)


def measure_posting() -> Ratio:
    """Return how many postings are made in the time of one bare row each."""
    bare, account = open_account(), open_account()

    def insert() -> None:
        for _ in range(POSTINGS):
            run(ONE_ENTRY, bare.pk, name(), AT, AT)

    def post() -> None:
        for _ in range(POSTINGS):
            earn(account.pk, 1, key=name(), at=AT, available_from=AT)

    return compare(insert, post)


def measure_balance() -> Ratio:
    """Return what a balance costs to read after 100,000 entries against after 10."""

    def reads(entries: int) -> Account:
        account = open_account()
        run(MANY_ENTRIES, account.pk, name(), AT, entries)
        return account

    def read(account: Account) -> None:
        for _ in range(READS):
            balance(Account.objects.get(pk=account.pk), AT)

    many, few = reads(100_000), reads(10)
    run("ANALYZE saleor_rewards_entry")
    return compare(lambda: read(many), lambda: read(few))


class Expiry:
    """Lets a million lots expire, a part of them in each round."""

    def __init__(self) -> None:
        self.lots = EXPIRING // PAIRS
        self.account = open_account()
        self.program = self.account.program_id
        self.longest_ms = 0.0

    def prepare(self) -> None:
        prefix, points = name(), LOTS_OF_ACCOUNT
        accounts = self.lots // points
        run(MANY_ACCOUNTS, self.program, prefix, points, points, AT, accounts)
        run(MANY_LOTS, points, f"{prefix}%")
        run("ANALYZE saleor_rewards_account, saleor_rewards_lot")

    def expire(self) -> None:
        while True:
            begun = perf_counter()
            if not settle_chunk(AT, ACCOUNTS, LOTS):
                return
            self.longest_ms = max(self.longest_ms, 1000 * (perf_counter() - begun))

    def insert(self) -> None:
        run(MANY_ENTRIES, self.account.pk, name(), AT, self.lots)

    def measure(self) -> str:
        """Return the ratio, how long a chunk kept its locks, and what memory grew."""
        before = getrusage(RUSAGE_SELF).ru_maxrss
        ratio = compare(self.expire, self.insert, before_one=self.prepare)
        grown = (getrusage(RUSAGE_SELF).ru_maxrss - before) // 1024
        return f"{ratio}, locks up to {self.longest_ms:.0f} ms, {grown} MB more"
