"""What imports that are still under way hold of people, to hand it out or to erase it.

Rows that are done with say nothing of a person.
"""

from __future__ import annotations

from typing import Any, Iterable

from django.db.models import Q, QuerySet

from ..models import BalanceImport, BalanceImportRow, ImportRowStatus
from ..points.transfers.import_runs import open_imports


def export_imported(user_pk: int | None, email: str) -> list[dict[str, Any]]:
    """Return what is yet to be posted for a user and an address, ready for JSON.

    ``[{"points": 5, "expires_at": None, "reference": "r1", …}]``; either may be missing.
    """
    wanted = Q(pk=None)
    if user_pk is not None:
        wanted |= Q(values__user_pk=user_pk)
    if email:
        wanted |= Q(values__email=email.lower())
    return list(
        _queued().filter(wanted).order_by("pk").values_list("values", flat=True)
    )


def erase_imported(user_pk: int | None, emails: Iterable[str]) -> None:
    """Erase what imports hold of a user and of addresses: rows to be posted, an author.

    Call it in a transaction, before accounts are erased: what was posted until then is
    on one.
    """
    if user_pk is not None:
        mine = BalanceImport.objects.filter(author_user_pk=user_pk)
        mine.exclude(author_email="").update(author_email="")
        _erase_rows(Q(values__user_pk=user_pk), "user_id")
    for email in sorted(filter(None, emails)):
        _erase_rows(Q(values__email=email.lower()), "email")


def _queued() -> QuerySet[BalanceImportRow]:
    return BalanceImportRow.objects.filter(
        balance_import__in=open_imports(), status=ImportRowStatus.QUEUED
    )


def _erase_rows(whose: Q, field: str) -> None:
    # Locked first: a worker may be about to post one.
    rows = _queued().filter(whose).select_for_update().order_by("pk")
    pks = list(rows.values_list("pk", flat=True))
    BalanceImportRow.objects.filter(pk__in=pks).update(
        status=ImportRowStatus.FAILED,
        values=None,
        code="NOT_FOUND",
        field=field,
        message="There is no such account any more.",
    )
