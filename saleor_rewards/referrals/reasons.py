"""Why a referral earns nothing where no signal says it, for staff to read."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Iterable

from ..models import Referral, ReferralDecision


class Reason(Enum):
    """What a decision has for its reason where no one of the staff made it."""

    #: The referrer was rewarded for as many friends as a month has room for.
    LIMIT_REACHED = "LIMIT_REACHED"
    #: What is left of the order is not worth the least that counts.
    BELOW_MINIMUM = "BELOW_MINIMUM"
    #: The order was cancelled, or all of its money is gone.
    ORDER_UNDONE = "ORDER_UNDONE"
    #: An order was placed while the claim held, and was not the friend's first.
    NOT_FIRST_ORDER = "NOT_FIRST_ORDER"
    #: No order made the claim good before it ended.
    NOT_IN_TIME = "NOT_IN_TIME"
    #: Another claim of the friend's took its place.
    OTHER_CLAIM = "OTHER_CLAIM"


def note(referrals: Iterable[Referral], reason: Reason, at: datetime) -> None:
    """Leave a reason on referrals, beside the verdict that each has."""
    ReferralDecision.objects.bulk_create(
        ReferralDecision(
            referral=referral, verdict=referral.verdict, reason=reason.value, at=at
        )
        for referral in referrals
    )


def is_noted(referral: Referral, reason: Reason) -> bool:
    """Tell whether a reason was left on a referral before."""
    noted = ReferralDecision.objects.filter(referral=referral, author="")
    return bool(noted.filter(reason=reason.value).exists())
