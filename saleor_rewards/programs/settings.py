"""A program's settings in the form that receipts keep."""

from __future__ import annotations

import re
from datetime import tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dateutil import tz

from ..engine import PointsBase, PointsTerms, ProgramSettings, to_minor
from ..models import PointsPolicy, ReferralPolicy
from .channels import channel_of

if TYPE_CHECKING:
    from ..models import Program

#: What names of the IANA database look like. ``dateutil`` would also read a
#: path or a POSIX rule.
ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z_]*(/[A-Za-z0-9_+-]+){0,2}")


def is_time_zone(name: str) -> bool:
    """Tell whether ``name`` is a zone of the IANA database, like Europe/Warsaw."""
    if not ZONE_NAME.fullmatch(name):
        return False
    return isinstance(tz.gettz(name), (tz.tzfile, tz.tzutc))


#: What of a policy an order's points depend on, as a receipt keeps it.
TERMS = (
    "earn_on",
    "base",
    "return_days",
    "expiry",
    "expiry_days",
    "redeem_points",
    "minimum_points",
    "step_points",
    "hold_minutes",
    "shortage",
)

#: What of a policy a friend's order goes by.
REFERRAL_TERMS = ("claim_days", "hold_days", "shortage")


def settings_of(program: Program) -> dict[str, Any]:
    """Return what a receipt needs beside the rule versions, as JSON.

    ``{"cap_percent": "50.00" | None, "time_zone": "Europe/Warsaw", "points":
    None | {"currency": "USD", "redeem_amount": "1.000" | None, ...}, "referrals":
    None | {"claim_days": 30, "minimum_amount": "10.000" | None, ...}}`` with the
    fields of :data:`TERMS` and :data:`REFERRAL_TERMS`, amounts and percentages as
    texts. Points and referrals that are switched off are ``None``.
    """
    cap = program.cap_percent
    return {
        "cap_percent": None if cap is None else str(cap),
        "time_zone": program.time_zone,
        "points": _points(program),
        "referrals": _referrals(program),
    }


def program_settings(settings: dict[str, Any]) -> ProgramSettings:
    """Return the engine's settings from the form that :func:`settings_of` gives."""
    cap = settings["cap_percent"]
    return ProgramSettings(
        cap_percent=None if cap is None else Decimal(cap),
        time_zone=_zone(settings["time_zone"]),
        points=_terms(settings["points"]),
    )


def _zone(name: str) -> tzinfo:
    # The zone may be gone from the machine since it was saved.
    return tz.gettz(name) or tz.UTC


def _points(program: Program) -> dict[str, Any] | None:
    policy = PointsPolicy.objects.filter(program_id=program.pk, is_active=True).first()
    if policy is None:
        return None
    amount = policy.redeem_amount
    return {
        **{name: getattr(policy, name) for name in TERMS},
        "currency": channel_of(program.channel_pk, field="channel").currency,
        "redeem_amount": None if amount is None else str(amount),
        "most_percent": str(policy.most_percent),
    }


def _referrals(program: Program) -> dict[str, Any] | None:
    policy = ReferralPolicy.objects.filter(
        program_id=program.pk, is_active=True
    ).first()
    if policy is None:
        return None
    amount = policy.minimum_amount
    return {
        **{name: getattr(policy, name) for name in REFERRAL_TERMS},
        "minimum_amount": None if amount is None else str(amount),
    }


def _terms(points: dict[str, Any] | None) -> PointsTerms | None:
    if points is None:
        return None
    amount = points["redeem_amount"]
    return PointsTerms(
        currency=points["currency"],
        base=PointsBase[points["base"].upper()],
        redeem_points=points["redeem_points"],
        redeem_amount=amount and to_minor(Decimal(amount), points["currency"]),
        minimum_points=points["minimum_points"],
        step_points=points["step_points"],
        most_percent=Decimal(points["most_percent"]),
    )
