"""Claims of friends, and how their tries are limited. The last claim counts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from ..guard import bounded_transaction, guarded
from ..host.current import host
from ..host.guests import may_tell
from ..host.port import PLUGIN_ID
from ..models import (
    Guests,
    Program,
    Referral,
    ReferralDecision,
    ReferralPolicy,
    ReferralState,
    Verdict,
)
from ..programs.rulebook import rules_in_force
from ..referrals.claim_limits import Tries
from ..referrals.claims import Claim
from ..referrals.errors import ReferralError, ReferralErrorCode
from ..referrals.friends import Friend
from ..referrals.notices import tell_accepted
from ..referrals.refusals import faults_told, refusal
from . import service
from .completions import is_under_way

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout

    from ..programs.rulebook import Rulebook

#: What tells of codes, or of whoever has the address that a guest typed in.
COUNTED = (
    ReferralErrorCode.NOT_ACCEPTED,
    ReferralErrorCode.ALREADY_CLAIMED,
    ReferralErrorCode.NOT_NEW,
)


def claim(
    checkout: Checkout,
    *,
    code: str | None,
    user_pk: int | None,
    ip: str | None,
    request: Any = None,
) -> Referral:
    """Claim what a member promised who gave out a code, or named the shopper's address.

    ``user_pk`` is who is logged in, ``ip`` what ``client_address`` says. The same claim
    again has the same answer; another one takes its place until the friend orders.
    Raises ``ReferralError``; what it refuses is counted and kept, so the caller must
    not take the writes back.
    """
    tries = Tries.of(checkout_token=str(checkout.pk), user_pk=user_pk, ip=ip or "")
    with host.writing(), faults_told():
        friend = _friend(checkout, user_pk)
        book = _book(checkout, request)
        with bounded_transaction():
            host.lock_shared(friend.checkout_token)
            # Of an order that was waited for it is known that it was placed before.
            work = Claim(checkout, friend, code, ip or "", timezone.now())
            if is_under_way(friend.checkout_token, work.at):
                raise refusal(ReferralErrorCode.ORDER_IN_PROGRESS)
            outcome = _outcome(work, tries, book)
        if isinstance(outcome, ReferralError):
            raise outcome
        if book is not None:
            refresh = partial(service.refresh, checkout, book)
            guarded("REWARDS_REVISIT", None, refresh)
    return outcome


def checkout_referral(checkout: Checkout) -> Referral | None:
    """Return the claim that holds for a checkout, ``None`` where there is none.

    What was rejected from the start is none: nobody learns that there is such a code.
    Neither is one of somebody who ordered before, as far as that may be told: whoever
    orders has to be new.
    """
    said = ReferralDecision.objects.filter(referral=OuterRef("pk"))
    with host.writing():
        friend = Friend.of(checkout)
        found = Referral.objects.annotate(
            is_told=Exists(said.exclude(verdict=Verdict.REJECT))
        ).filter(
            friend.claims,
            is_told=True,
            program__channel_pk=host.channel_pk(checkout),
            state=ReferralState.CLAIMED,
            ends_at__gt=timezone.now(),
        )
        referral = found.order_by("-claimed_at", "-pk").first()
        if referral is None or _is_known_to_be_old(checkout, friend):
            return None
    return referral


def _is_known_to_be_old(checkout: Checkout, friend: Friend) -> bool:
    """Tell whether a checkout's customer ordered before, where that may be told."""
    if friend.is_member or (_goes_by_address(checkout) and may_tell(checkout)):
        return friend.has_ordered
    return False


def _friend(checkout: Checkout, user_pk: int | None) -> Friend:
    """Return whose checkout it is. Raises ``ReferralError``.

    Of a guest's address nothing is told beyond the limit, nor where guests are judged
    once they are signed in: then the order decides.
    """
    friend = Friend.of(checkout, user_pk, is_told=_goes_by_address(checkout))
    if friend.email and not friend.is_member and not may_tell(checkout):
        raise refusal(ReferralErrorCode.TOO_MANY_ATTEMPTS)
    return friend


def _goes_by_address(checkout: Checkout) -> bool:
    programs = Program.objects.filter(channel_pk=host.channel_pk(checkout))
    return not programs.filter(guests=Guests.SIGNED_IN).exists()


def _outcome(
    work: Claim, tries: Tries, book: Rulebook | None
) -> Referral | ReferralError:
    """Return the claim, or why there is none; a refusal is written, not undone."""
    try:
        tries.check(work.at)
        with transaction.atomic():
            referral, is_new = work.made(_policy(book))
            if referral.verdict != Verdict.REJECT:
                tries.check_again(work.at)
    except ReferralError as error:
        return _counted(error, work, tries)
    if referral.verdict == Verdict.REJECT:
        return _counted(refusal(ReferralErrorCode.NOT_ACCEPTED), work, tries)
    if is_new and referral.verdict == Verdict.ALLOW:
        tell_accepted(referral.pk)
    return referral


def _counted(error: ReferralError, work: Claim, tries: Tries) -> ReferralError:
    """Count what a guesser could learn from; return what to answer."""
    # Members are told of themselves alone, but any code may be tried beside a claim.
    is_own = error.code is ReferralErrorCode.NOT_NEW and work.friend.is_member
    if error.code not in COUNTED or is_own:
        return error
    try:
        tries.count(work.at)
    except ReferralError as blocked:
        return blocked
    return error


def _book(checkout: Checkout, request: Any) -> Rulebook | None:
    plugin = (
        host.plugin(request, PLUGIN_ID) if request else host.loaded_plugin(PLUGIN_ID)
    )
    return rules_in_force(host.channel_pk(checkout), plugin)


def _policy(book: Rulebook | None) -> ReferralPolicy:
    policy = None
    if book is not None and book.settings["referrals"] is not None:
        policy = ReferralPolicy.objects.filter(
            program__channel_pk=book.channel_pk, program__is_active=True, is_active=True
        ).first()
    if policy is None:
        raise refusal(ReferralErrorCode.REFERRALS_OFF)
    return policy
