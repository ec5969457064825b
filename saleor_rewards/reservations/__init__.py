"""Reservations of what is bound to one completion of a checkout, and their end.

A pledge begins at the gate, in the transaction that lets the checkout through, and
ends by the checkout's order or, once nothing can come of the completion any more, by
:func:`give_up`. As long as it is open, what is set aside for the checkout is neither
given back nor used for anything else.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from ..models import Pledge

#: How long after the gate a completion may still be on its way, whatever is seen of it.
UNDER_WAY = timedelta(minutes=10)


def pledge(checkout_token: str, at: datetime) -> None:
    """Bind what is set aside for a checkout to the completion that begins now."""
    found, is_new = Pledge.objects.get_or_create(
        checkout_token=checkout_token, order_pk=None, defaults={"gate_at": at}
    )
    if not is_new:
        again = {"gate_at": at, "gate_count": F("gate_count") + 1}
        Pledge.objects.filter(pk=found.pk).update(**again)


def pass_again(checkout_token: str) -> None:
    """Count one more completion of a checkout whose pledge is not renewed by it."""
    again = Pledge.objects.filter(checkout_token=checkout_token, order_pk=None)
    again.update(gate_count=F("gate_count") + 1)


def open_pledge(checkout_token: str) -> Pledge | None:
    """Return what a checkout has bound to a completion that has not ended."""
    return Pledge.objects.filter(checkout_token=checkout_token, order_pk=None).first()


def fulfil(checkout_token: str, order_pk: str, ordered_at: datetime) -> None:
    """End a checkout's pledge by the order that came of it; one pledge, one order."""
    if not Pledge.objects.filter(order_pk=order_pk).exists():
        Pledge.objects.filter(
            checkout_token=checkout_token, order_pk=None, created_at__lte=ordered_at
        ).update(order_pk=order_pk)


def give_up(checkout_token: str) -> None:
    """End a checkout's pledge by which nothing came about."""
    Pledge.objects.filter(checkout_token=checkout_token, order_pk=None).delete()


def is_fresh(gate_at: datetime, at: datetime) -> bool:
    """Return whether a completion may be under way, going by its time alone.

    >>> from datetime import timezone
    >>> noon = datetime(2026, 5, 1, 12, tzinfo=timezone.utc)
    >>> is_fresh(noon, noon + timedelta(minutes=9))
    True
    >>> is_fresh(noon, noon + timedelta(minutes=10))
    False
    """
    return at - gate_at < UNDER_WAY


def stale_pledges(after: int, limit: int, at: datetime) -> list[Pledge]:
    """Return up to ``limit`` open pledges whose gate is long past, after a key."""
    old = Pledge.objects.filter(
        order_pk=None, gate_at__lte=at - UNDER_WAY, pk__gt=after
    )
    return list(old.order_by("pk")[:limit])
