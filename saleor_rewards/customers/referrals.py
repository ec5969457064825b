"""Claims and codes of people who confirm an account, change, or are gone."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from ..guard import guarded
from ..host.current import host
from ..host.port import Person
from ..models import Evidence, Referral, ReferralCode, ReferralState
from ..referrals.reasons import Reason, note
from .erasing import erase


def follow_claims(person: Person) -> None:
    """Make a member's the referral by which they ordered and paid as a guest.

    Nothing happens before they confirmed their address, and nothing with what was
    merely claimed under it, by whomever. The caller opens a transaction.
    """
    if not person.is_confirmed or not person.email:
        return
    guests = Referral.objects.filter(
        referee_email=person.email, referee_user_pk=None, paid_at__isnull=False
    )
    for referral in guests.exclude(state=ReferralState.LAPSED).order_by("pk"):
        with transaction.atomic():
            if _makes_place(referral, person):
                Referral.objects.filter(pk=referral.pk).update(
                    referee_user_pk=person.pk
                )
                Evidence.objects.filter(referral=referral).update(user_pk=person.pk)


def _makes_place(guests: Referral, person: Person) -> bool:
    """Tell whether a guest's referral can be the member's, and let open claims lapse."""
    standing = Referral.objects.filter(
        program_id=guests.program_id, referee_user_pk=person.pk
    ).exclude(state=ReferralState.LAPSED)
    other = standing.first()
    if other is None:
        return True
    claimed = Referral.objects.filter(pk=other.pk, state=ReferralState.CLAIMED)
    if not claimed.update(state=ReferralState.LAPSED):
        return False
    note([other], Reason.OTHER_CLAIM, timezone.now())
    return True


def sweep_referrals(after: int, limit: int, at: datetime) -> int | None:
    """Take users who are gone out of all referrals.

    Looks at up to ``limit`` users from the primary key ``after`` on and returns the
    last one's, ``None`` where no more are left.
    """
    pks = _users_after(after, limit)
    known = host.people(pks)
    for pk in pks:
        if pk not in known:
            guarded("REWARDS_FORGET", None, partial(erase, pk, "", at))
    return pks[-1] if len(pks) == limit else None


def _users_after(after: int, limit: int) -> list[int]:
    """Return the next users that referrals know of, in order."""
    found: set[int] = set()
    for model, column in (
        (ReferralCode, "user_pk"),
        (Referral, "referrer_user_pk"),
        (Referral, "referee_user_pk"),
    ):
        rows = model.objects.filter(**{f"{column}__gt": after}).order_by(column)
        found.update(rows.values_list(column, flat=True).distinct()[:limit])
    return sorted(found)[:limit]
