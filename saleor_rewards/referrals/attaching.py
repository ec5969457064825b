"""Finds the claim that an order makes good: who orders decides, and the last code."""

from __future__ import annotations

from datetime import datetime
from typing import Sequence

from django.db.models import OuterRef, Q, QuerySet, Subquery

from ..engine import to_minor
from ..host.current import host
from ..ledger.facts import OrderFacts
from ..models import Referral, ReferralDecision, ReferralState, Verdict
from .evidence import review
from .reasons import Reason, is_noted, note

#: A claim that has no order, be it open or over.
WITHOUT_ORDER = (ReferralState.CLAIMED, ReferralState.LAPSED)


def attach(facts: OrderFacts, at: datetime) -> Referral | None:
    """Note the order on the claim that it makes good, and return that referral.

    ``None`` where there is no such claim, or the order has one already. The order has
    to be the customer's first, and be placed while the claim holds. The caller has the
    order's lock, and a transaction.
    """
    claims = [
        claim
        for claim in claims_of([facts]).select_for_update(of=("self",))
        if is_good_for(claim, facts)
    ]
    if not claims or Referral.objects.filter(order_pk=facts.order_pk).exists():
        return None
    if host.orders_before(facts):
        known = [one for one in claims if not is_noted(one, Reason.NOT_FIRST_ORDER)]
        note(known, Reason.NOT_FIRST_ORDER, at)
        return None
    referral = _last(claims)
    if not _makes_way(referral, claims, facts, at):
        return None
    minimum = referral.program.referral_policy.minimum_amount
    referral.order_pk = facts.order_pk
    referral.ordered_at = facts.ordered_at
    referral.state = ReferralState.ORDERED
    referral.minimum_amount = to_minor(minimum, facts.currency) if minimum else 0
    # Whoever orders is the friend, whatever was typed in when it was claimed.
    referral.referee_email = (facts.email or "").lower()
    referral.save()
    review(referral, at)
    return referral


def claims_of(orders: Sequence[OrderFacts]) -> QuerySet[Referral]:
    """Select the claims of those who placed the orders, without an order as yet.

    With ``replaced_at``, which says when another one took its place, if one did.
    """
    tokens = [facts.checkout_token for facts in orders if facts.checkout_token]
    users = [facts.user_pk for facts in orders if facts.user_pk is not None]
    emails = [facts.email.lower() for facts in orders if facts.email]
    mine = Q(checkout_token__in=tokens) | Q(referee_user_pk__in=users)
    mine |= Q(referee_email__in=emails, email_until__isnull=False)
    replaced = ReferralDecision.objects.filter(
        referral=OuterRef("pk"), reason=Reason.OTHER_CLAIM.value, author=""
    )
    return (
        Referral.objects.annotate(
            replaced_at=Subquery(replaced.order_by("-pk").values("at")[:1])
        )
        .filter(
            mine,
            Q(state=ReferralState.CLAIMED) | Q(replaced_at__isnull=False),
            state__in=WITHOUT_ORDER,
            order_pk="",
            program__channel_pk__in={facts.channel_pk for facts in orders},
        )
        .select_related("program__referral_policy")
        .order_by("pk")
    )


def is_good_for(claim: Referral, facts: OrderFacts) -> bool:
    """Tell whether a claim of :func:`claims_of` is the buyer's, and held at that time.

    One that was replaced after the order was placed held when it was.
    """
    since = claim.program.referral_policy.since
    if claim.program.channel_pk != facts.channel_pk or since is None:
        return False
    is_replaced = claim.state == ReferralState.LAPSED
    until = min(claim.ends_at, claim.replaced_at) if is_replaced else claim.ends_at
    is_in_time = max(since, claim.claimed_at) <= facts.ordered_at < until
    return is_in_time and _is_buyers(claim, facts)


def _is_buyers(claim: Referral, facts: OrderFacts) -> bool:
    """Tell whether a claim is that of the order's cart, or of its account."""
    user_pk = claim.referee_user_pk
    if user_pk is not None and user_pk == facts.user_pk:
        return True
    # Who takes a cart over does not take over whom its customer was brought by.
    is_free = user_pk is None or facts.user_pk is None
    if (
        is_free
        and claim.checkout_token
        and claim.checkout_token == facts.checkout_token
    ):
        return True
    until = claim.email_until
    is_by_address = until is not None and facts.ordered_at < until
    return (
        is_by_address
        and bool(facts.email)
        and (claim.referee_email == facts.email.lower())
    )


def _last(claims: list[Referral]) -> Referral:
    """Return the claim that counts: what was rejected makes way for what was not."""
    return max(
        claims,
        key=lambda one: (one.verdict != Verdict.REJECT, one.claimed_at, one.pk),
    )


def _makes_way(
    referral: Referral, claims: list[Referral], facts: OrderFacts, at: datetime
) -> bool:
    """Let a buyer's other claims go; tell whether the one can have the order.

    It cannot where the account was brought by another one that has an order.
    """
    mine = Referral.objects.filter(program_id=referral.program_id)
    of_account = Q(pk=None)
    if facts.user_pk is not None:
        of_account = Q(referee_user_pk=facts.user_pk)
    others = mine.filter(of_account).exclude(pk=referral.pk)
    if others.exclude(state__in=WITHOUT_ORDER).exists():
        # The order of a cart may count beside it; staff see that it is not the first.
        return referral.referee_user_pk is None
    open_ones = mine.filter(of_account | Q(pk__in=[one.pk for one in claims]))
    open_ones = open_ones.filter(state=ReferralState.CLAIMED).exclude(pk=referral.pk)
    found = list(open_ones)
    Referral.objects.filter(pk__in=[one.pk for one in found]).update(
        state=ReferralState.LAPSED, updated_at=at
    )
    note(found, Reason.OTHER_CLAIM, at)
    if facts.user_pk is not None:
        referral.referee_user_pk = facts.user_pk
    return True
