"""One try to claim: looks in an order in which no refusal tells whether a code exists.

All that is looked at before the code is looked up says the same for every code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Iterable

from django.db.models import Q
from django.utils.functional import cached_property

from ..emails import normal_email
from ..host.current import host
from ..identity import digest
from ..locks import lock_claims
from ..models import (
    Referral,
    ReferralCode,
    ReferralInvite,
    ReferralPolicy,
    ReferralState,
    Verdict,
)
from .codes import lookup_of
from .errors import ReferralErrorCode
from .evidence import judge, keep
from .friends import Friend
from .identifiers import checkout_footprint, trail_left
from .reasons import Reason, note
from .refusals import refusal

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout


@dataclass(frozen=True)
class Invitation:
    """Who brings a friend; ``code`` is none where they named the friend's address."""

    referrer_user_pk: int
    code: ReferralCode | None


class Claim:
    """What a shopper asks for, with all that it is judged by.

    A ``code`` of ``None`` asks for what somebody promised the shopper's address.
    """

    def __init__(
        self,
        checkout: Checkout,
        friend: Friend,
        code: str | None,
        ip: str,
        at: datetime,
    ) -> None:
        self.checkout = checkout
        self.friend = friend
        self.lookup = None if code is None else lookup_of(code)
        self.ip = ip
        self.at = at

    def made(self, policy: ReferralPolicy) -> tuple[Referral, bool]:
        """Return the claim, and whether it is new. Raises ``ReferralError``.

        It takes the place of those that were made before it for the same cart and
        account. What the signals reject is kept for staff and returned like every
        other, unless there is one that counts.
        """
        self._check_new()
        lock_claims(self.friend.checkout_token, self.friend.user_pk)
        found = self._found(policy)
        standing = self._standing([row for row in found if self.friend.owns(row)])
        if standing is not None:
            if standing.verdict != Verdict.REJECT:
                self._bind(standing, found)
            return standing, False
        invitation = self._invitation(policy)
        refused = {row.referrer_user_pk for row in found if _is_refused(row)}
        if invitation.referrer_user_pk in refused:
            raise refusal(ReferralErrorCode.NOT_ACCEPTED)
        return self._written(policy, invitation, found), True

    def _check_new(self) -> None:
        friend = self.friend
        if friend.user_pk is None and not friend.has_email:
            raise refusal(ReferralErrorCode.EMAIL_REQUIRED)
        if friend.has_ordered:
            raise refusal(ReferralErrorCode.NOT_NEW)

    def _found(self, policy: ReferralPolicy) -> list[Referral]:
        """Return the claims of the cart and its customer, locked.

        Those beside it that staff refused to the same person, wherever they tried.
        """
        friend = self.friend
        refused = Q(is_decided=True, verdict=Verdict.REJECT)
        same = friend.cart_and_account
        if friend.email:
            same |= Q(referee_email=friend.email)
        mine = friend.cart_and_account & ~Q(state=ReferralState.LAPSED)
        rows = Referral.objects.filter(
            mine | same & refused, program_id=policy.program_id
        )
        return list(rows.order_by("pk").select_for_update())

    def _standing(self, own: list[Referral]) -> Referral | None:
        """Return the claim that this one is again, or that nothing takes the place of.

        Raises ``ReferralError`` where the friend ordered by another one.
        """
        without = (ReferralState.CLAIMED, ReferralState.LAPSED)
        for referral in own:
            if referral.state not in without:
                if referral.verdict == Verdict.REJECT or self._is_same(referral):
                    return referral
                raise refusal(ReferralErrorCode.ALREADY_CLAIMED)
        for referral in own:
            is_open = referral.state == ReferralState.CLAIMED
            if is_open and referral.ends_at > self.at:
                if _is_refused(referral) or self._is_same(referral):
                    return referral
        return None

    def _is_same(self, referral: Referral) -> bool:
        if self.lookup is None:
            # Who has a claim that counts asks for nothing more.
            return referral.code_id is None or referral.verdict != Verdict.REJECT
        code = self._code
        return code is not None and code.user_pk == referral.referrer_user_pk

    def _invitation(self, policy: ReferralPolicy) -> Invitation:
        if self.lookup is None and not self.friend.email:
            raise refusal(ReferralErrorCode.CUSTOMER_UNKNOWN, "checkoutId")
        found = self._by_address(policy) if self.lookup is None else self._by_code()
        if found is None or not host.people([found.referrer_user_pk]):
            raise refusal(ReferralErrorCode.NOT_ACCEPTED)
        return found

    def _by_code(self) -> Invitation | None:
        code = self._code
        if code is None or code.retired_at is not None or code.user_pk is None:
            return None
        return Invitation(code.user_pk, code)

    @cached_property
    def _code(self) -> ReferralCode | None:
        """Return the code that was given, if it is or was a member's."""
        found = ReferralCode.objects.filter(
            program__channel_pk=host.channel_pk(self.checkout), lookup=self.lookup
        )
        return found.first()

    def _by_address(self, policy: ReferralPolicy) -> Invitation | None:
        named = digest("email", normal_email(self.friend.email))
        if not named:
            return None
        invite = ReferralInvite.objects.filter(
            program_id=policy.program_id, email_digest=named, ends_at__gt=self.at
        ).first()
        return Invitation(invite.user_pk, None) if invite is not None else None

    def _written(
        self, policy: ReferralPolicy, invitation: Invitation, found: list[Referral]
    ) -> Referral:
        referral = Referral(
            program_id=policy.program_id,
            code=invitation.code,
            referrer_user_pk=invitation.referrer_user_pk,
            referee_user_pk=self.friend.user_pk,
            referee_email=self.friend.email,
            checkout_token=self.friend.checkout_token,
            claimed_at=self.at,
            ends_at=self.at + timedelta(days=policy.claim_days),
        )
        trail = trail_left(checkout_footprint(self.checkout), self.ip)
        trail = trail.joined(trail_left(self.friend.footprint))
        judge(referral, trail, policy, self.at)
        if referral.verdict == Verdict.REJECT and any(map(self._counts, found)):
            # What does not count takes no place of what does.
            raise refusal(ReferralErrorCode.NOT_ACCEPTED)
        self._replace(found)
        keep(referral, trail, policy, self.at)
        return referral

    def _counts(self, referral: Referral) -> bool:
        is_open = referral.state == ReferralState.CLAIMED
        is_own = is_open and self.friend.owns(referral) and referral.ends_at > self.at
        return is_own and referral.verdict != Verdict.REJECT

    def _replace(self, found: Iterable[Referral]) -> None:
        """Let other claims of the same cart and account go, the latest code counts."""
        open_ones = [row for row in found if row.state == ReferralState.CLAIMED]
        own = [row for row in open_ones if self.friend.owns(row)]
        # An account keeps its claim where somebody else has its cart by now.
        strange = [row.pk for row in open_ones if self._is_left_on_cart(row)]
        if strange:
            Referral.objects.filter(pk__in=strange).update(checkout_token="")
        if own:
            mine = Referral.objects.filter(pk__in=[row.pk for row in own])
            mine.update(state=ReferralState.LAPSED, updated_at=self.at)
            note(own, Reason.OTHER_CLAIM, self.at)

    def _is_left_on_cart(self, referral: Referral) -> bool:
        is_here = referral.checkout_token == self.friend.checkout_token
        return is_here and not self.friend.owns(referral)

    def _bind(self, referral: Referral, found: list[Referral]) -> None:
        """Let a claim that is made again hold where it is made, and for who signed in."""
        if referral.state != ReferralState.CLAIMED:
            return
        friend = self.friend
        self._replace([row for row in found if row != referral])
        user_pk = referral.referee_user_pk or friend.user_pk
        wanted = (friend.checkout_token, user_pk)
        known = (referral.checkout_token, referral.referee_user_pk)
        if wanted != known:
            referral.checkout_token, referral.referee_user_pk = wanted
            referral.save(
                update_fields=["checkout_token", "referee_user_pk", "updated_at"]
            )


def _is_refused(referral: Referral) -> bool:
    """Tell whether staff rejected a claim."""
    return bool(referral.is_decided) and referral.verdict == Verdict.REJECT
