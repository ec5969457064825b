"""Takes people out of imports that are still under way."""

from __future__ import annotations

from typing import Iterable

from django.db.models import Q

from ..models import BalanceImport, BalanceImportRow, ImportRowStatus
from .import_runs import open_imports


def erase_imported(user_pk: int | None, emails: Iterable[str]) -> None:
    """Erase what imports hold of a user and of addresses: rows to be posted, an author.

    Rows that are done with say nothing of a person. Call it in a transaction, before
    accounts are erased: what was posted until then is on one.
    """
    if user_pk is not None:
        mine = BalanceImport.objects.filter(author_user_pk=user_pk)
        mine.exclude(author_email="").update(author_email="")
        _erase_rows(Q(values__user_pk=user_pk), "user_id")
    for email in sorted(filter(None, emails)):
        _erase_rows(Q(values__email=email.lower()), "email")


def _erase_rows(whose: Q, field: str) -> None:
    rows = BalanceImportRow.objects.filter(
        whose, balance_import__in=open_imports(), status=ImportRowStatus.QUEUED
    )
    # Locked first: a worker may be about to post one.
    pks = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    BalanceImportRow.objects.filter(pk__in=pks).update(
        status=ImportRowStatus.FAILED,
        values=None,
        code="NOT_FOUND",
        field=field,
        message="There is no such account any more.",
    )
