"""GraphQL enums of referrals, each made from the Python enum that rules the code."""

from __future__ import annotations

from enum import Enum

from ...models import ReferralState, RewardKind, Verdict
from ...referrals.signals import SignalCode
from ..enums import enum_of


class ClaimState(Enum):
    """What a shopper learns of a claim, by the verdict on it."""

    ACCEPTED = Verdict.ALLOW.value
    IN_REVIEW = Verdict.REVIEW.value
    NOT_ACCEPTED = Verdict.REJECT.value


class RewardState(Enum):
    """How much is left of a reward."""

    GRANTED = "GRANTED"
    REDUCED = "REDUCED"
    REVOKED = "REVOKED"


RewardsClaimState = enum_of(
    "RewardsClaimState", "What became of a cart's invitation.", ClaimState
)
RewardsReferralState = enum_of(
    "RewardsReferralState", "How far a referral has come.", ReferralState
)
RewardsReferralVerdict = enum_of(
    "RewardsReferralVerdict", "Whether a referral counts.", Verdict
)
RewardsReferralRewardKind = enum_of(
    "RewardsReferralRewardKind", "What a referrer's reward is made of.", RewardKind
)
RewardsReferralRewardState = enum_of(
    "RewardsReferralRewardState", "How much is left of a reward.", RewardState
)
RewardsSignalCode = enum_of(
    "RewardsSignalCode", "What speaks against a referral.", SignalCode
)
