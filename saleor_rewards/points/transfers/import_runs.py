"""Imports that go on after the request: every row kept, and worked off in chunks.

A row and what became of it are written in the transaction that posts its points. So a
worker may die at any moment, and several may work at once: a row is posted once.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Iterable, Iterator, Sequence

from django.db import transaction
from django.db.models import Count
from django.utils.dateparse import parse_datetime

from ...guard import guarded
from ...host.current import host
from ...jobs import enqueue
from ...models import Account, BalanceImport, BalanceImportRow, ImportRowStatus
from ...programs.adjustments import Author
from ...programs.points import review_soon
from .imports import Import, Known, Outcome
from .reading import Row, RowError

TASK = "import_balances"

#: What whoever sent an import has to have as long as rows are posted.
NEEDED = ("account.manage_users", "discount.manage_discounts")

#: For how long it can be looked up what became of the rows of an import.
KEEP_DAYS = 90


@dataclass(frozen=True)
class Progress:
    """How far an import has come, in rows."""

    total: int
    done: int
    failed: int


def store(
    program_pk: int,
    rows: Iterable[tuple[int, Row | RowError]],
    at: datetime,
    *,
    author: Author,
    dry_run: bool,
) -> BalanceImport:
    """Keep all rows of an import, and have them worked off once that is committed."""
    with transaction.atomic():
        made = BalanceImport.objects.create(
            program_id=program_pk,
            author=author.name,
            author_user_pk=author.user_pk,
            author_email=author.email,
            is_dry_run=dry_run,
            created_at=at,
        )
        BalanceImportRow.objects.bulk_create(_stored(made, rows))
        enqueue(TASK, made.pk)
    return made


def _stored(
    made: BalanceImport, rows: Iterable[tuple[int, Row | RowError]]
) -> Iterator[BalanceImportRow]:
    references: set[str] = set()
    for number, row in rows:
        kept = BalanceImportRow(balance_import=made, number=number, line=row.line)
        error = row if isinstance(row, RowError) else None
        if isinstance(row, Row):
            if row.reference in references:
                text = "An earlier row of the file has this reference."
                error = RowError("DUPLICATE", "reference", text)
            references.add(row.reference)
            kept.values = _values(row)
        if error is not None:
            _note(kept, Outcome.failed(number, error))
        yield kept


def work_off(import_pk: int, after: int, limit: int, at: datetime) -> int | None:
    """Post up to ``limit`` queued rows of an import behind the number ``after``.

    Returns the number of the last one, ``None`` where no more are left. A row that
    cannot be posted at this moment stays for the next time. Where whoever sent them may
    give no points any more, all that are left fail.
    """
    found = BalanceImport.objects.filter(pk=import_pk, finished_at=None).first()
    if found is None:
        return None
    if not _may_give(found.author):
        _refuse(found)
    queued = found.rows.filter(status=ImportRowStatus.QUEUED)
    chunk = list(queued.filter(number__gt=after).order_by("number")[:limit])
    author = Author(found.author, found.author_user_pk, found.author_email)
    run = Import(found.program_id, at, author=author, dry_run=found.is_dry_run)
    known = run.known([_row(kept) for kept in chunk])
    for kept in chunk:
        _guarded(partial(_work_off, run, kept, known))
    if len(chunk) == limit:
        return int(chunk[-1].number)
    if not queued.exists():
        BalanceImport.objects.filter(pk=found.pk).update(
            finished_at=at, author_email=""
        )
    return None


def _may_give(author: str) -> bool:
    return host.has_permissions(author, NEEDED)


def _refuse(found: BalanceImport) -> None:
    """Let the rows fail that nobody posted yet."""
    found.rows.filter(status=ImportRowStatus.QUEUED).update(
        status=ImportRowStatus.FAILED,
        values=None,
        code="PERMISSION_REQUIRED",
        field="row",
        message="Whoever sent it may give no points any more.",
    )


def _work_off(run: Import, seen: BalanceImportRow, known: Known) -> None:
    with transaction.atomic(), _counting(run, seen.balance_import_id):
        rows = BalanceImportRow.objects.select_for_update(skip_locked=True)
        # Another worker may be at it, or done with it, or the person was erased.
        kept = rows.filter(pk=seen.pk, status=ImportRowStatus.QUEUED).first()
        if kept is None:
            return
        outcome, account_pk = run.one(kept.number, _row(kept), known)
        _note(kept, outcome)
        kept.save()
        if account_pk is not None and not run.dry_run:
            review_soon(Account.objects.filter(pk=account_pk), run.at)


@contextmanager
def _counting(run: Import, import_pk: int) -> Iterator[None]:
    """Let a dry run know, and keep, what its rows would have given in all chunks.

    A real run writes what it gives, and needs no count of its own.
    """
    if not run.dry_run:
        yield
        return
    counted = BalanceImport.objects.select_for_update().get(pk=import_pk)
    run.points_tried = counted.points_tried
    yield
    if run.points_tried != counted.points_tried:
        counted.points_tried = run.points_tried
        counted.save(update_fields=["points_tried"])


def _guarded(work: Any) -> None:
    guarded("REWARDS_IMPORT_ROW", None, work)


def _note(kept: BalanceImportRow, outcome: Outcome) -> None:
    kept.status = outcome.status
    kept.code, kept.field, kept.message = outcome.code, outcome.field, outcome.message
    # It names a person, and is not needed any more.
    kept.values = None


def _values(row: Row) -> dict[str, Any]:
    return {
        "user_pk": row.user_pk,
        "email": row.email,
        "points": row.points,
        "expires_at": row.expires_at and row.expires_at.isoformat(),
        "reference": row.reference,
    }


def _row(kept: BalanceImportRow) -> Row:
    values = kept.values
    ends = values["expires_at"]
    row = Row(number=kept.number, **{**values, "expires_at": None})
    return row if ends is None else replace(row, expires_at=parse_datetime(ends))


def open_imports(at: datetime | None = None) -> list[int]:
    """Return the keys of the imports that are not finished, oldest first."""
    found = BalanceImport.objects.filter(finished_at=None)
    return list(found.order_by("pk").values_list("pk", flat=True))


def progress(import_pks: Sequence[int], using: str) -> dict[int, Progress]:
    """Return how far imports have come, by their keys."""
    rows = BalanceImportRow.objects.using(using).filter(balance_import__in=import_pks)
    counted = rows.order_by().values_list("balance_import", "status")
    counts: dict[int, dict[str, int]] = {pk: {} for pk in import_pks}
    for pk, status, count in counted.annotate(count=Count("pk")):
        counts[pk][status] = count
    return {
        pk: Progress(
            total=sum(found.values()),
            done=sum(found.values()) - found.get(ImportRowStatus.QUEUED, 0),
            failed=found.get(ImportRowStatus.FAILED, 0),
        )
        for pk, found in counts.items()
    }


def purge_imports(at: datetime, limit: int) -> int:
    """Delete up to ``limit`` rows of imports that ended long ago; return how many."""
    over = BalanceImport.objects.filter(finished_at__lte=at - timedelta(days=KEEP_DAYS))
    rows = BalanceImportRow.objects.filter(balance_import__in=over)
    pks = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
    BalanceImportRow.objects.filter(pk__in=pks).delete()
    if len(pks) < limit:
        over.delete()
    return len(pks)
