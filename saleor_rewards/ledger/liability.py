"""What a merchant owes in points, by the month in which they expire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timezone

from django.db.models import Q, Sum, Value
from django.db.models.functions import Coalesce, Least, TruncMonth

from ..models import AccountState, Lot

__all__ = ["Debt", "liability"]


@dataclass(frozen=True)
class Debt:
    """Points that expire in one month, ``month`` being its first day in UTC.

    ``None`` for those that never expire by themselves.
    """

    month: date | None
    points_available: int
    points_pending: int
    points_held: int


def liability(program_pk: int, at: datetime, using: str = "default") -> list[Debt]:
    """Return what is owed at ``at``, earliest month first, points without end last.

    Exact also between the tasks that post what is due: expired points are left
    out, and those whose time has come count as available. Held points count in
    the month of their lot, as they go back there when they are let go.
    """
    lives = Q(ends_at=None) | Q(ends_at__gt=at)
    waits = Q(available_from__gt=at)
    rows = (
        Lot.objects.using(using)
        .filter(account__program_id=program_pk, account__state=AccountState.OPEN)
        .exclude(points_pending=0, points_available=0, points_held=0)
        # PostgreSQL's LEAST leaves nulls aside.
        .annotate(ends_at=Least("expires_at", "account__lapses_at"))
        .annotate(month=TruncMonth("ends_at", tzinfo=timezone.utc))
        .order_by()
        .values("month")
        .annotate(
            available=_sum("points_available", lives),
            matured=_sum("points_pending", lives & ~waits),
            pending=_sum("points_pending", lives & waits),
            held=_sum("points_held", Q()),
        )
    )
    debts = [
        Debt(
            month=row["month"] and row["month"].date(),
            points_available=int(row["available"] + row["matured"]),
            points_pending=int(row["pending"]),
            points_held=int(row["held"]),
        )
        for row in rows
    ]
    owed = [
        debt
        for debt in debts
        if debt.points_available or debt.points_pending or debt.points_held
    ]
    return sorted(owed, key=lambda debt: debt.month or date.max)


def _sum(column: str, condition: Q) -> Coalesce:
    return Coalesce(Sum(column, filter=condition), Value(0))
