"""One try to claim: looks in an order in which no refusal tells whether a code exists.

All that is looked at before the code is looked up says the same for every code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.functional import cached_property

from ...models import (
    Referral,
    ReferralCode,
    ReferralInvite,
    ReferralPolicy,
    ReferralState,
    Verdict,
)
from ...referrals.codes import lookup_of
from ...referrals.digests import digest
from ...referrals.emails import normal_email
from ...referrals.errors import ReferralErrorCode
from ..footprints import Footprint
from ..guests import is_member
from ..host import host
from .evidence import judge
from .reasons import Reason, note
from .refusals import refusal
from .trails import checkout_footprint, trail_left

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout


@dataclass(frozen=True)
class Friend:
    """Whose checkout it is, as far as that is known.

    ``email`` is in lower case. It is typed in, and may be anybody's, unless
    ``is_member`` says that it is that of a confirmed account. It is empty before the
    shopper gave one, which ``has_email`` tells, and where nothing is to be told of it.
    """

    checkout_token: str
    user_pk: int | None
    email: str
    has_email: bool
    is_member: bool

    @classmethod
    def of(
        cls, checkout: Checkout, user_pk: int | None = None, *, is_told: bool = True
    ) -> Friend:
        """Return whose checkout it is; ``user_pk`` is who is logged in.

        ``is_told`` says whether something may be told of the address of a guest.
        """
        owner = checkout.user
        has_account = is_member(owner)
        email = (owner.email if has_account else checkout.email) or ""
        return cls(
            checkout_token=str(checkout.pk),
            user_pk=owner.pk if owner is not None else user_pk,
            email=email.lower() if has_account or is_told else "",
            has_email=bool(email),
            is_member=has_account,
        )

    @property
    def claims(self) -> Q:
        """What claims of theirs are found by."""
        found = self.own_claims
        if self.email:
            found |= Q(referee_email=self.email)
        return found

    @property
    def own_claims(self) -> Q:
        """What claims are theirs, whoever typed in an address."""
        found = Q(checkout_token=self.checkout_token)
        if self.user_pk is not None:
            found |= Q(referee_user_pk=self.user_pk)
        return found


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

        What the signals reject is kept for staff and returned like every other.
        """
        self._check_new()
        # Somebody else may claim for the same friend between the look and the write.
        for _attempt in range(2):
            standing = self._standing(policy)
            if standing is not None:
                return standing, False
            invitation = self._invitation(policy)
            try:
                with transaction.atomic():
                    return self._written(policy, invitation), True
            except IntegrityError:
                continue
        raise refusal(ReferralErrorCode.ALREADY_CLAIMED)

    def _check_new(self) -> None:
        friend = self.friend
        if friend.user_pk is None and not friend.has_email:
            raise refusal(ReferralErrorCode.EMAIL_REQUIRED)
        if self._left.order_pks:
            raise refusal(ReferralErrorCode.NOT_NEW)

    @cached_property
    def _left(self) -> Footprint:
        return host.footprint(self.friend.user_pk, self.friend.email)

    def _standing(self, policy: ReferralPolicy) -> Referral | None:
        """Return the claim that won, if there is one; another one is refused."""
        for referral in self._found(policy):
            if self._is_over(referral):
                continue
            if referral.verdict == Verdict.REJECT or self._is_same(referral):
                return referral
            raise refusal(ReferralErrorCode.ALREADY_CLAIMED)
        return None

    def _found(self, policy: ReferralPolicy) -> list[Referral]:
        found = Referral.objects.filter(
            self.friend.claims, program_id=policy.program_id
        ).exclude(state=ReferralState.LAPSED)
        return list(found.order_by("pk"))

    def _is_over(self, referral: Referral) -> bool:
        """Tell whether a claim makes place for this one.

        One that the signals rejected holds no place against another member's code.
        """
        if referral.state != ReferralState.CLAIMED:
            return False
        is_rejected = referral.verdict == Verdict.REJECT and not referral.is_decided
        return referral.ends_at <= self.at or (
            is_rejected and not self._is_same(referral)
        )

    def _is_same(self, referral: Referral) -> bool:
        if self.lookup is None:
            # Who has a claim that counts asks for nothing more.
            return referral.code_id is None or referral.verdict != Verdict.REJECT
        mine = ReferralCode.objects.filter(
            program_id=referral.program_id,
            user_pk=referral.referrer_user_pk,
            lookup=self.lookup,
        )
        return mine.exists()

    def _invitation(self, policy: ReferralPolicy) -> Invitation:
        if self.lookup is None and not self.friend.email:
            raise refusal(ReferralErrorCode.CUSTOMER_UNKNOWN, "checkoutId")
        found = (
            self._by_address(policy) if self.lookup is None else self._by_code(policy)
        )
        if found is None or not host.people([found.referrer_user_pk]):
            raise refusal(ReferralErrorCode.NOT_ACCEPTED)
        return found

    def _by_code(self, policy: ReferralPolicy) -> Invitation | None:
        code = ReferralCode.objects.filter(
            program_id=policy.program_id,
            lookup=self.lookup,
            retired_at=None,
            user_pk__isnull=False,
        ).first()
        return Invitation(code.user_pk, code) if code is not None else None

    def _by_address(self, policy: ReferralPolicy) -> Invitation | None:
        invite = ReferralInvite.objects.filter(
            program_id=policy.program_id,
            email_digest=digest("email", normal_email(self.friend.email)),
            ends_at__gt=self.at,
        ).first()
        return Invitation(invite.user_pk, None) if invite is not None else None

    def _written(self, policy: ReferralPolicy, invitation: Invitation) -> Referral:
        stale = [row for row in self._found(policy) if self._is_over(row)]
        mine = Referral.objects.filter(pk__in=[row.pk for row in stale])
        mine.update(state=ReferralState.LAPSED)
        note(stale, Reason.OTHER_CLAIM, self.at)
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
        typed = trail_left(checkout_footprint(self.checkout), self.ip)
        judge(referral, typed.joined(trail_left(self._left)), policy, self.at)
        return referral
