"""Rewards of referrers follow the orders of the friends whom they brought.

A claim is attached to the friend's first order and waits until that is paid and its
hold period over. Then the rewards are granted once, and whatever happens to the order
afterwards takes its share of them back, or gives it again. The order's state decides,
so everything here can be called at any time, twice, and from everywhere at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Sequence

from django.db import transaction
from django.utils import timezone

from ..guard import bounded_transaction, guarded
from ..host.current import host
from ..ledger.facts import OrderFacts
from ..locks import lock_order
from ..models import Referral, ReferralPolicy, ReferralState, Verdict
from .attaching import attach, claims_of, is_good_for
from .cases import ReferralCase, referral_cases
from .courses import Course
from .reasons import Reason, note

#: How long reconciling has time to find the order of a claim whose time is up.
LAPSE_AFTER = timedelta(days=2)

SETTLE = "REWARDS_SETTLE_REFERRAL"


def settle_referral_of(order_pk: str, at: datetime | None = None) -> bool:
    """Bring the referral that an order belongs to, if any, to what the order says.

    Returns whether anything changed. Raises what the ledger and the host raise.
    """
    at = at or timezone.now()
    with host.writing():
        if not ReferralPolicy.objects.filter(since__isnull=False).exists():
            return False
        with bounded_transaction():
            lock_order(order_pk)
            facts = host.orders([order_pk]).get(order_pk)
            if facts is None:
                return False
            is_attached = attach(facts, at) is not None
            case = _locked_case(facts)
            return (
                is_attached if case is None else Course(case, at).run() or is_attached
            )


def settle_referral(referral_pk: int, at: datetime | None = None) -> bool:
    """Do what :func:`settle_referral_of` does for one referral."""
    with host.writing():
        found = Referral.objects.filter(pk=referral_pk).exclude(order_pk="")
        order_pk = found.values_list("order_pk", flat=True).first()
    return order_pk is not None and settle_referral_of(order_pk, at)


def unsettled_referrals(order_pks: Sequence[str]) -> list[str]:
    """Return those of the orders whose referrals are not what the orders say."""
    if not ReferralPolicy.objects.filter(since__isnull=False).exists():
        return []
    facts = host.orders(order_pks)
    cases = {case.facts.order_pk: case for case in referral_cases(facts)}
    off = [pk for pk, case in cases.items() if not case.is_settled]
    without = [one for one in facts.values() if one.order_pk not in cases]
    claims = list(claims_of(without))
    claimed = [
        one.order_pk
        for one in without
        if any(is_good_for(claim, one) for claim in claims)
    ]
    return [pk for pk in order_pks if pk in {*off, *claimed}]


def due_referrals(after: int, limit: int, at: datetime) -> int | None:
    """Grant the rewards of referrals whose hold period is over.

    Looks at up to ``limit`` of them from the key ``after`` on and returns the last
    one's, ``None`` where no more are left. One that fails does not hold up the others.
    """
    due = Referral.objects.filter(
        pk__gt=after, state=ReferralState.PAID, verdict=Verdict.ALLOW, due_at__lte=at
    )
    with host.writing():
        found = list(due.order_by("pk").values_list("pk", flat=True)[:limit])
    for pk in found:
        guarded(SETTLE, None, partial(settle_referral, pk, at))
    return found[-1] if len(found) == limit else None


def lapse_claims(limit: int, at: datetime) -> int:
    """Let up to ``limit`` claims lapse that no order made good in time.

    Returns how many there were.
    """
    over = Referral.objects.filter(
        state=ReferralState.CLAIMED, ends_at__lte=at - LAPSE_AFTER
    )
    with host.writing(), transaction.atomic():
        pks = list(over.order_by("ends_at").values_list("pk", flat=True)[:limit])
        # An order may have come since.
        still = Referral.objects.filter(pk__in=pks, state=ReferralState.CLAIMED)
        lapsed = list(still.order_by("pk").select_for_update())
        still.update(state=ReferralState.LAPSED, updated_at=at)
        note(lapsed, Reason.NOT_IN_TIME, at)
    return len(pks)


def _locked_case(facts: OrderFacts) -> ReferralCase | None:
    row = Referral.objects.select_for_update().filter(order_pk=facts.order_pk)
    if not row.values_list("pk", flat=True).first():
        return None
    return next(referral_cases({facts.order_pk: facts}))
