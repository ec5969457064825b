"""What people left in the shop, kept as keyed hashes for as long as they serve."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Iterable

from django.db.models import Q

from ..host.footprints import Footprint
from ..identity import digest
from ..models import (
    Evidence,
    Referral,
    ReferralInvite,
    ReferralPolicy,
    ReferralState,
    StripeCharge,
)
from .addresses import AddressFacts
from .trails import Trail, trail_of


def trail_left(footprint: Footprint, ip: str = "") -> Trail:
    """Return as hashes what somebody left, and where their request came from."""
    cards = StripeCharge.objects.filter(order_pk__in=footprint.order_pks)
    typed = trail_of(
        digest,
        emails=footprint.emails,
        addresses=map(_address, footprint.addresses),
        ips=[ip],
    )
    # Of a card no more is known than its hash.
    known = Trail(cards=frozenset(cards.values_list("card_digest", flat=True)) - {""})
    return typed.joined(known)


def checkout_footprint(checkout: Any) -> Footprint:
    """Return what a shopper typed into a checkout."""
    rows = (checkout.shipping_address, checkout.billing_address)
    return Footprint(
        emails=(checkout.email,) if checkout.email else (),
        addresses=tuple(row for row in rows if row is not None),
    )


def friend_trail(referral: Referral) -> Trail:
    """Return what is kept of a referral's friend and is not forgotten yet."""
    return _kept(Evidence.objects.filter(referral=referral))


def member_trail(program_pk: int, user_pk: int) -> Trail:
    """Return what is kept of a member and is not forgotten yet."""
    return _kept(Evidence.objects.filter(program_id=program_pk, user_pk=user_pk))


def keep_friend(
    referral: Referral, trail: Trail, policy: ReferralPolicy, at: datetime
) -> None:
    """Keep what is new of a referral's friend."""
    known = friend_trail(referral)
    whose = Evidence(
        program_id=referral.program_id,
        referral=referral,
        user_pk=referral.referee_user_pk,
        order_pk=referral.order_pk,
    )
    _keep(whose, trail, known, policy, at)


def keep_member(
    user_pk: int, trail: Trail, policy: ReferralPolicy, at: datetime
) -> None:
    """Keep what is new of a member, so that nobody can undo it by changing it."""
    known = member_trail(policy.program_id, user_pk)
    whose = Evidence(program_id=policy.program_id, user_pk=user_pk)
    _keep(whose, trail, known, policy, at)


def forget_evidence(at: datetime, limit: int) -> int:
    """Delete hashes whose time is over, those of named friends too.

    Claims that are over lose the friend's address and cart. Up to ``limit`` of each
    kind; returns how many there were of the largest kind.
    """
    deleted = [_forget(model, at, limit) for model in (Evidence, ReferralInvite)]
    return max(*deleted, _forget_friends(at, limit))


def _forget(model: Any, at: datetime, limit: int) -> int:
    ended = model.objects.filter(ends_at__lte=at).order_by("ends_at")
    pks = list(ended.values_list("pk", flat=True)[:limit])
    deleted, _rows = model.objects.filter(pk__in=pks).delete()
    return int(deleted)


def _forget_friends(at: datetime, limit: int) -> int:
    """Blank what names the friend on claims that nobody has to find by it any more.

    An order that was placed in time is on its claim by then, and says whose it is.
    """
    over = Q(pk=None)
    for policy in ReferralPolicy.objects.all():
        kept = timedelta(days=policy.evidence_days)
        over |= Q(program=policy.program_id, ends_at__lte=at - kept)
    named = Referral.objects.filter(~Q(referee_email="") | ~Q(checkout_token=""))
    ended = named.filter(over).exclude(state=ReferralState.CLAIMED)
    pks = list(ended.order_by("pk").values_list("pk", flat=True)[:limit])
    Referral.objects.filter(pk__in=pks).update(referee_email="", checkout_token="")
    return len(pks)


def _keep(
    whose: Evidence, trail: Trail, known: Trail, policy: ReferralPolicy, at: datetime
) -> None:
    ends_at = at + timedelta(days=policy.evidence_days)
    Evidence.objects.bulk_create(
        Evidence(
            program_id=whose.program_id,
            referral_id=whose.referral_id,
            user_pk=whose.user_pk,
            order_pk=whose.order_pk,
            kind=kind,
            digest=value,
            at=at,
            ends_at=ends_at,
        )
        for kind, value in set(trail.entries()) - set(known.entries())
    )


def _kept(rows: Iterable[Evidence]) -> Trail:
    return Trail.of((row.kind, row.digest) for row in rows)


def _address(row: Any) -> AddressFacts:
    return AddressFacts(
        street=row.street_address_1,
        street_2=row.street_address_2,
        city=row.city,
        postal_code=row.postal_code,
        country=row.country.code or "",
    )
