"""Time passes: the one thing the adversary does past the API, straight in the tables.

No shop lets a test wait for five minutes, so what ends with time is moved back.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from saleor_rewards.models import Hold, HoldState


def age_hold(checkout_token: str) -> None:
    """Let the time of the points that are aside for a cart be over."""
    over = timezone.now() - timedelta(seconds=1)
    Hold.objects.filter(checkout_token=checkout_token, state=HoldState.OPEN).update(
        expires_at=over
    )
    connection.close()


def age_all_holds() -> None:
    """Let the time of all points that are aside be over."""
    over = timezone.now() - timedelta(seconds=1)
    Hold.objects.filter(state=HoldState.OPEN).update(expires_at=over)
