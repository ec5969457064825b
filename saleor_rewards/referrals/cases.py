"""Referrals with all that their settlement goes by, read a chunk at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Iterator, Mapping

from ..ledger.facts import OrderFacts
from ..models import (
    Referral,
    ReferralPolicy,
    ReferralReward,
    ReferralState,
    Verdict,
)
from .settle import Stage, Targets, Terms, targets

#: Where a referral is before its rewards are granted, by how far its order is.
WAITING = {
    Stage.OPEN: ReferralState.ORDERED,
    Stage.PAID: ReferralState.PAID,
    Stage.UNDONE: ReferralState.LAPSED,
}


@dataclass(frozen=True)
class ReferralCase:
    """One referral: how its order stands, what was agreed, what was granted."""

    facts: OrderFacts
    referral: Referral
    policy: ReferralPolicy
    rewards: tuple[ReferralReward, ...]

    @cached_property
    def targets(self) -> Targets:
        """Where the referral should be with its order."""
        terms = Terms(self.policy.hold_days, self.referral.minimum_amount)
        return targets(self.facts, terms)

    @property
    def state(self) -> ReferralState:
        """The state that the referral should have, were nothing granted now."""
        if self.referral.rewarded_at is None:
            return WAITING[self.targets.stage]
        return ReferralState.REWARDED if self.earns else ReferralState.REVOKED

    @property
    def earns(self) -> bool:
        """Whether anything is left of what the order earns the referrer."""
        is_rejected = self.referral.verdict == Verdict.REJECT
        return self.targets.stage is Stage.PAID and not is_rejected

    def kept(self, worth: int) -> int:
        """Return what is left of a reward that was worth so much."""
        return self.targets.kept(worth) if self.earns else 0

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do, but for what only time brings."""
        return self.referral.state == self.state and all(
            reward.worth_kept == self.kept(reward.worth) for reward in self.rewards
        )


def referral_cases(orders: Mapping[str, OrderFacts]) -> Iterator[ReferralCase]:
    """Yield the referrals that belong to these orders, in three queries."""
    referrals = Referral.objects.filter(order_pk__in=list(orders))
    found = list(referrals.select_related("program").order_by("pk"))
    policies = {
        policy.program_id: policy
        for policy in ReferralPolicy.objects.filter(
            program__in={referral.program_id for referral in found}
        )
    }
    rewards: dict[int, list[ReferralReward]] = {}
    for reward in ReferralReward.objects.filter(referral__in=found).order_by("pk"):
        rewards.setdefault(reward.referral_id, []).append(reward)
    for referral in found:
        yield ReferralCase(
            facts=orders[referral.order_pk],
            referral=referral,
            policy=policies[referral.program_id],
            rewards=tuple(rewards.get(referral.pk, ())),
        )
