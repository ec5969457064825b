"""Staff look at what the signals say of a referral, and decide."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.utils import timezone

from ..guard import bounded_transaction, guarded
from ..host.current import host
from ..locks import lock_order
from ..models import Referral, ReferralDecision, ReferralState, Verdict
from .cases import referral_cases
from .errors import ReferralErrorCode
from .friends import Friend
from .notices import tell_accepted
from .refusals import refusal
from .rewarding import settle_referral

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout


def ask_review(checkout: Checkout, user_pk: int | None = None) -> None:
    """Note that a shopper asks staff to look at what was not accepted.

    Whether there is anything to look at stays unsaid: the answer is always the same.
    ``user_pk`` is who is logged in.
    """
    with host.writing(), bounded_transaction():
        asked = Referral.objects.filter(
            Friend.of(checkout, user_pk).cart_and_account,
            program__channel_pk=host.channel_pk(checkout),
            review_asked_at=None,
        )
        held = asked.exclude(verdict=Verdict.ALLOW).exclude(state=ReferralState.LAPSED)
        held.update(review_asked_at=timezone.now())


def decide(
    referral_pk: int, verdict: str, reason: str, author: str, at: datetime
) -> Referral:
    """Let staff's verdict stand in place of that of the signals, and act on it.

    ``verdict`` is a value of ``Verdict``. Raises ``ReferralError``
    (``REASON_REQUIRED``, ``REFERRAL_UNKNOWN``).
    """
    if not reason.strip():
        raise refusal(ReferralErrorCode.REASON_REQUIRED, "reason")
    with host.writing(), bounded_transaction():
        referral = _locked(referral_pk)
        referral.verdict = verdict
        referral.is_decided = True
        if verdict == Verdict.ALLOW:
            _overrule(referral, at)
        referral.save()
        ReferralDecision.objects.create(
            referral=referral,
            verdict=verdict,
            signals=referral.signals,
            reason=reason.strip(),
            author=author,
            at=at,
        )
        # The verdict stands even where its rewards have to wait for the next run.
        guarded(
            "REWARDS_SETTLE_REFERRAL", None, partial(settle_referral, referral_pk, at)
        )
        if verdict == Verdict.ALLOW and referral.state == ReferralState.CLAIMED:
            tell_accepted(referral_pk)
    referral.refresh_from_db()
    return referral


def _overrule(referral: Referral, at: datetime) -> None:
    """Lift what only staff can lift: the limit of a month, and the least worth.

    An order that is cancelled, or of which nothing is left, earns nothing all the same.
    """
    is_refused = referral.paid_at is not None and referral.due_at is None
    if is_refused and referral.rewarded_at is None:
        referral.due_at = at
    facts = host.orders([referral.order_pk]) if referral.order_pk else {}
    if any(case.targets.is_too_small for case in referral_cases(facts)):
        referral.minimum_amount = 0


def _locked(referral_pk: int) -> Referral:
    """Return a referral under its locks, in the order in which everybody takes them."""
    order_pk = Referral.objects.values_list("order_pk", flat=True)
    found = order_pk.filter(pk=referral_pk).first()
    if found:
        lock_order(found)
    referral = Referral.objects.select_for_update().filter(pk=referral_pk).first()
    if referral is None:
        raise refusal(ReferralErrorCode.REFERRAL_UNKNOWN, "id")
    return referral
