"""Accounts and moments for the ledger's tests."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

from saleor_rewards.ledger import Balance, LedgerErrorCode, guest, posting
from saleor_rewards.models import Account, Lot, Program, Rule, RuleVersion

#: The day before one that most years have not.
NOON = datetime(2024, 2, 28, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)

_numbers = count(1)


def open_account(program: Program | None = None, at: datetime = NOON) -> Account:
    """Open the account of a guest nobody knew before."""
    number = next(_numbers)
    if program is None:
        program, _ = Program.objects.get_or_create(channel_pk=1)
    return guest(program.pk, f"guest{number}@example.com", at)


def rule_version() -> int:
    """Save a rule and return the key of its version."""
    program, _ = Program.objects.get_or_create(channel_pk=1)
    rule = Rule.objects.create(program=program)
    version = RuleVersion.objects.create(rule=rule, number=1, name="R", definition={})
    return int(version.pk)


def earn(account: Account, points: int, at: datetime = NOON, **options: Any) -> Lot:
    """Earn points, available at once unless told otherwise; return their lot."""
    options.setdefault("available_from", at)
    options.setdefault("key", f"earn:{next(_numbers)}")
    with posting(account.pk, at) as book:
        book.earn(points, **options)
    return Lot.objects.latest("pk")


def key(name: str = "key") -> str:
    """Return a key that was never used."""
    return f"{name}:{next(_numbers)}"


def sums(account: Account) -> Balance:
    """Return the sums in the account's row."""
    row = Account.objects.get(pk=account.pk)
    return Balance(
        row.points_pending,
        row.points_available,
        row.points_held,
        row.points_debt,
        row.points_lifetime,
    )


def left(lot: Lot) -> tuple[int, int, int]:
    """Return what a lot has pending, available and held."""
    row = Lot.objects.get(pk=lot.pk)
    return row.points_pending, row.points_available, row.points_held


__all__ = [
    "DAY",
    "NOON",
    "Balance",
    "LedgerErrorCode",
    "earn",
    "key",
    "left",
    "open_account",
    "rule_version",
    "sums",
]
