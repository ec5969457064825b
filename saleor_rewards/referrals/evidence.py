"""Gathers the facts on a referral and gives the verdict that the signals give.

``judge`` does it for a new claim, ``review`` whenever more is known: when the friend
ordered, when the order is paid, and before rewards are granted. Claims of others speak
against it once their orders are paid: anybody can claim, with any address.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Iterator

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from ..emails import normal_email
from ..host.current import host
from ..host.port import Person
from ..identity import digest
from ..models import (
    Evidence,
    Referral,
    ReferralDecision,
    ReferralPolicy,
    ReferralState,
    Verdict,
)
from .identifiers import (
    friend_trail,
    keep_friend,
    keep_member,
    member_trail,
    trail_left,
)
from .signals import Facts, Link, verdict_of, weigh
from .trails import Trail

DAY = timedelta(days=1)

#: How far back it is looked who brought whom.
MOST_LINKS = 10


def judge(
    referral: Referral, friend: Trail, policy: ReferralPolicy, at: datetime
) -> None:
    """Give a new claim its verdict; :func:`keep` saves it."""
    _weigh(referral, friend, policy, at)


def keep(
    referral: Referral, friend: Trail, policy: ReferralPolicy, at: datetime
) -> None:
    """Save a new claim that was judged. Raises what the database raises."""
    referral.save()
    keep_friend(referral, friend, policy, at)
    _note(referral, at)


def review(referral: Referral, at: datetime) -> bool:
    """Judge a referral again and save it; return whether the verdict changed.

    The caller holds its row. What staff decided stays; so does the last verdict once
    the referrer is gone or the evidence forgotten, for then nothing would speak against
    anybody. Of a friend who is erased nothing is kept anew, and nobody gains by it:
    what spoke against them before does so still.
    """
    policy = ReferralPolicy.objects.get(program_id=referral.program_id)
    kept_for = timedelta(days=policy.evidence_days)
    is_gone = is_friend_gone(referral)
    friend = friend_trail(referral)
    if referral.order_pk:
        friend = friend.joined(trail_left(host.order_footprint(referral.order_pk)))
        ordered_at = referral.ordered_at or referral.claimed_at
        if at < ordered_at + kept_for and not is_gone:
            keep_friend(referral, friend, policy, at)
    is_forgotten = at >= referral.claimed_at + kept_for
    if referral.is_decided or is_forgotten or _referrer(referral) is None:
        return False
    before, weight = referral.verdict, referral.weight
    _weigh(referral, friend, policy, at)
    if is_gone and referral.weight < weight:
        referral.refresh_from_db(fields=["verdict", "weight", "signals"])
        return False
    referral.save(update_fields=["verdict", "weight", "signals", "updated_at"])
    if referral.verdict != before:
        _note(referral, at)
    return bool(referral.verdict != before)


def is_friend_gone(referral: Referral) -> bool:
    """Tell whether a friend who ordered was erased, or forgotten, since."""
    if not referral.order_pk or referral.referee_user_pk is not None:
        return False
    return not referral.referee_email


def _weigh(
    referral: Referral, friend: Trail, policy: ReferralPolicy, at: datetime
) -> None:
    signals = weigh(_facts(referral, friend, policy, at), policy.weights)
    referral.signals = [[code.value, weight] for code, weight in signals]
    referral.weight = sum(signal.weight for signal in signals)
    referral.verdict = verdict_of(signals, policy.review_weight, policy.reject_weight)


def _note(referral: Referral, at: datetime) -> None:
    ReferralDecision.objects.create(
        referral=referral, verdict=referral.verdict, signals=referral.signals, at=at
    )


def _facts(
    referral: Referral, friend: Trail, policy: ReferralPolicy, at: datetime
) -> Facts:
    person = _referrer(referral)
    if person is None:
        return Facts(referral.claimed_at, referee=friend)
    user_pk = person.pk
    siblings, strangers = _others(referral, friend)
    footprint = host.footprint(user_pk, person.email if person.is_confirmed else "")
    referrer = trail_left(footprint)
    keep_member(user_pk, referrer, policy, at)
    paid = _brought(referral).filter(paid_at__isnull=False)
    return Facts(
        at=referral.claimed_at,
        referrer_user_pk=user_pk,
        referee_user_pk=referral.referee_user_pk,
        referrer=referrer.joined(member_trail(referral.program_id, user_pk)),
        referee=friend,
        siblings=siblings,
        strangers=strangers,
        brought_by=tuple(_links(referral.program_id, person)),
        referrer_joined_at=person.joined_at,
        referrer_orders=len(footprint.order_pks),
        orders_of_day=1 + _orders_around(referral, at),
        orders_before=_orders_before(referral),
        referees_paid=paid.count(),
        referees_returned=_returned(referral),
    )


def _referrer(referral: Referral) -> Person | None:
    user_pk = referral.referrer_user_pk
    return None if user_pk is None else host.people([user_pk]).get(user_pk)


def _others(
    referral: Referral, friend: Trail
) -> tuple[tuple[Trail, ...], tuple[Trail, ...]]:
    """Return what others left who were brought, by the referrer and by other members.

    Of each only what the friend left too, in whatever channel: a friend of the shop's
    is one friend in all of them.
    """
    left = set(friend.entries())
    rows = Evidence.objects.filter(
        kind__in={kind for kind, _value in left},
        digest__in={value for _kind, value in left},
        referral__paid_at__isnull=False,
    )
    others = rows.exclude(referral__state=ReferralState.LAPSED)
    found: dict[tuple[bool, int], list[tuple[str, str]]] = defaultdict(list)
    for row in others.exclude(referral_id=referral.pk).select_related("referral"):
        is_sibling = row.referral.referrer_user_pk == referral.referrer_user_pk
        found[is_sibling, row.referral_id].append((row.kind, row.digest))
    siblings, strangers = (
        tuple(Trail.of(left) for (key, _), left in found.items() if key is is_sibling)
        for is_sibling in (True, False)
    )
    return siblings, strangers


def _links(program_pk: int, person: Person) -> Iterator[Link]:
    """Yield who brought somebody, who brought those, and so on."""
    known = {person.pk}
    for _step in range(MOST_LINKS):
        mine = Q(referee_user_pk=person.pk)
        if person.email:
            mine |= Q(referee_email=person.email, paid_at__isnull=False)
        brought = Referral.objects.filter(mine, program_id=program_pk).exclude(
            Q(state=ReferralState.LAPSED) | Q(verdict=Verdict.REJECT)
        )
        link = brought.order_by("pk").first()
        if link is None or link.referrer_user_pk in known | {None}:
            return
        above = host.people([link.referrer_user_pk]).get(link.referrer_user_pk)
        if above is None:
            return
        address = digest("email", normal_email(above.email))
        yield Link(link.claimed_at, above.pk, frozenset({address} - {""}))
        known.add(above.pk)
        person = above


def _brought(referral: Referral) -> QuerySet[Referral]:
    return Referral.objects.filter(
        program_id=referral.program_id, referrer_user_pk=referral.referrer_user_pk
    )


def _orders_around(referral: Referral, at: datetime) -> int:
    """Count the referrer's other friends who ordered within a day of this one.

    Where it is not known when somebody ordered, it is when they claimed.
    """
    paid = _brought(referral).filter(paid_at__isnull=False).exclude(pk=referral.pk)
    known = paid.annotate(moment=Coalesce("ordered_at", "claimed_at"))
    since = referral.ordered_at or (referral.claimed_at if referral.order_pk else at)
    return int(known.filter(moment__range=(since - DAY, since + DAY)).count())


def _returned(referral: Referral) -> int:
    """Count the referrer's friends of whose order nothing is left."""
    over = _brought(referral).filter(
        paid_at__isnull=False, state__in=(ReferralState.REVOKED, ReferralState.LAPSED)
    )
    return int(over.exclude(verdict=Verdict.REJECT).count())


def _orders_before(referral: Referral) -> int:
    found = host.orders([referral.order_pk]) if referral.order_pk else {}
    return sum(host.orders_before(facts) for facts in found.values())
