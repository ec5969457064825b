"""Takes one referral as far as its order allows."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from ..locks import lock_referrer
from ..models import (
    Referral,
    ReferralReward,
    ReferralState,
    RewardKind,
    Verdict,
)
from .cases import ReferralCase
from .evidence import review
from .grants import first_free_number, grant
from .notices import keep_told, tell_revoked
from .payouts import change_payout
from .points import change_points
from .reasons import Reason, note


class Course:
    """One case, under the locks of its order and of its row."""

    def __init__(self, case: ReferralCase, at: datetime) -> None:
        self.case = case
        self.referral: Referral = case.referral
        self.at = at

    def run(self) -> bool:
        """Bring rows, ledger, vouchers and gift cards to where they should be.

        Returns whether anything changed.
        """
        if self.referral.rewarded_at is not None:
            return self._follow()
        has_moved = self._move()
        if self._is_due:
            return grant(self.case, self.at) or has_moved
        return has_moved

    # Before the rewards are granted

    def _move(self) -> bool:
        """Bring the referral to where its order is, no rewards granted yet."""
        referral, wanted = self.referral, self.case.state
        if referral.state == wanted:
            return False
        if referral.state == ReferralState.LAPSED and self._is_outdone:
            return False
        referral.state = wanted
        if wanted == ReferralState.PAID and referral.paid_at is None:
            referral.paid_at = self.case.targets.paid_at
            referral.due_at = self.case.targets.due_at
        referral.save()
        if wanted == ReferralState.PAID:
            review(referral, self.at)
        elif wanted == ReferralState.LAPSED:
            is_too_small = self.case.targets.is_too_small
            reason = Reason.BELOW_MINIMUM if is_too_small else Reason.ORDER_UNDONE
            note([referral], reason, self.at)
        return True

    @property
    def _is_outdone(self) -> bool:
        """Whether the friend is somebody else's by now, or nobody knows who it is."""
        mine = self.referral
        same = Q()
        if mine.referee_user_pk is not None:
            same |= Q(referee_user_pk=mine.referee_user_pk)
        if mine.referee_email:
            same |= Q(referee_email=mine.referee_email, paid_at__isnull=False)
        if mine.checkout_token:
            same |= Q(checkout_token=mine.checkout_token)
        if not same:
            return True
        others = Referral.objects.filter(same, program=mine.program_id)
        others = others.exclude(pk=mine.pk).exclude(state=ReferralState.LAPSED)
        return others.exists()

    @property
    def _is_due(self) -> bool:
        referral = self.referral
        return (
            referral.state == ReferralState.PAID
            and referral.verdict == Verdict.ALLOW
            and referral.due_at is not None
            and referral.due_at <= self.at
        )

    # Once they are granted

    def _follow(self) -> bool:
        """Take rewards back, or give them again, as the order stands."""
        if self.case.is_settled:
            return False
        referral, wanted = self.referral, self.case.state
        if referral.referrer_user_pk is not None:
            lock_referrer(referral.program_id, referral.referrer_user_pk)
        referral.step += 1
        if self._takes:
            tell_revoked(referral.pk)
        else:
            keep_told(referral)
        self._change_state(wanted)
        self._change_rewards()
        return True

    @property
    def _takes(self) -> bool:
        """Whether the order earns less than it did."""
        return any(
            self.case.kept(reward.worth) < reward.worth_kept
            for reward in self.case.rewards
        )

    def _change_state(self, wanted: ReferralState) -> None:
        referral = self.referral
        if referral.state != wanted:
            is_revoked = wanted == ReferralState.REVOKED
            referral.state = wanted
            referral.revoked_at = self.at if is_revoked else None
            # A friend who no longer counts makes room for the next.
            referral.number = None if is_revoked else first_free_number(referral)
        referral.save()

    def _change_rewards(self) -> None:
        rewards = ReferralReward.objects.filter(referral=self.referral).order_by("pk")
        by_kind = {reward.kind: reward for reward in rewards}
        points = by_kind.pop(RewardKind.POINTS, None)
        for reward in by_kind.values():
            change_payout(self.case, reward, self.at)
        # Whoever pays with a voucher and with points takes the voucher's lock first.
        if points is not None:
            change_points(self.case, points, self.at)
