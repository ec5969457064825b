"""Writes the balances of a program as CSV, as an import reads them."""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Iterator

from ...models import Account, AccountState, Lot
from .cells import escaped
from .reading import COLUMNS


@dataclass(frozen=True)
class Page:
    """Lines of CSV, and the account to go on from; ``None`` after the last page."""

    csv: str
    rows: int
    after: int | None


def export_page(
    program_pk: int, at: datetime, *, after: int, limit: int, using: str = "default"
) -> Page:
    """Return the balances of up to ``limit`` accounts behind the one ``after``.

    A row is what is left of one credit, pending and held points among it, with the
    time at which it expires. What an account owes is a row below zero. The first
    page, which is ``after`` 0, starts with the header.
    """
    accounts = list(
        Account.objects.using(using)
        .filter(program_id=program_pk, state=AccountState.OPEN, pk__gt=after)
        .order_by("pk")[:limit]
    )
    lots: dict[int, list[Lot]] = defaultdict(list)
    for lot in (
        Lot.objects.using(using)
        .filter(account_id__in=[account.pk for account in accounts])
        .exclude(points_pending=0, points_available=0, points_held=0)
        .order_by("pk")
    ):
        lots[lot.account_id].append(lot)
    rows = [row for a in accounts for row in _rows(a, lots[a.pk], at)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([COLUMNS, *rows] if after == 0 else rows)
    return Page(
        csv=text.getvalue(),
        rows=len(rows),
        after=accounts[-1].pk if len(accounts) == limit else None,
    )


def _rows(
    account: Account, lots: list[Lot], at: datetime
) -> Iterator[tuple[str, str, str, str, str]]:
    user_pk = account.user_pk
    person = (
        escaped(account.email),
        "" if user_pk is None else b64encode(f"User:{user_pk}".encode()).decode(),
    )
    for lot in lots:
        ends = [end for end in (lot.expires_at, account.lapses_at) if end is not None]
        ends_at = min(ends, default=None)
        points = lot.points_held
        if ends_at is None or ends_at > at:
            points += lot.points_pending + lot.points_available
        if points:
            until = ends_at.isoformat() if ends_at else ""
            yield (*person, str(points), until, f"lot-{lot.pk}")
    if account.points_debt:
        yield (*person, str(-account.points_debt), "", f"debt-{account.pk}")
