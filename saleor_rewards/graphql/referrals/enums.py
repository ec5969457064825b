"""GraphQL enums of referrals, each made from the Python enum that rules the code."""

from __future__ import annotations

from ...described import Described
from ...models import ReferralState, RewardKind, Verdict
from ...signal_codes import SignalCode
from ..enums import enum_of


class ClaimState(Described):
    """What a shopper learns of a claim, by the verdict on it."""

    ACCEPTED = Verdict.ALLOW.value, "It counts; the friend's offers are in the prices."
    IN_REVIEW = (
        Verdict.REVIEW.value,
        "Staff will look at it first. The offers follow if they let it count.",
    )
    NOT_ACCEPTED = (
        Verdict.REJECT.value,
        "It counted before, or waited, and does not count.",
    )


class RewardState(Described):
    """How much is left of a reward."""

    GRANTED = (
        "GRANTED",
        "All of it is the referrer's. Whether there is a code to show, `codeState` "
        "says.",
    )
    REDUCED = "REDUCED", "Part of it was taken back, as part of the order went back."
    REVOKED = "REVOKED", "All of it was taken back."


class RewardCodeState(Described):
    """Whether a reward has a code to show, and why not."""

    SHOWN = "SHOWN", "`code` has it."
    HIDDEN = "HIDDEN", "It is told to the referrer alone, and not to staff or apps."
    NO_CODE = "NO_CODE", "Points have none: they are on the account."
    OFFSET = (
        "OFFSET",
        "There is none: all of it paid for earlier rewards that were taken back, as "
        "`amountOffset` says.",
    )
    NOTHING_LEFT = (
        "NOTHING_LEFT",
        "There is none: the order was given back before anything was made.",
    )


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
RewardsReferralRewardCodeState = enum_of(
    "RewardsReferralRewardCodeState",
    "Whether a reward has a code to show, and why not.",
    RewardCodeState,
)
RewardsSignalCode = enum_of(
    "RewardsSignalCode", "What speaks against a referral.", SignalCode
)
