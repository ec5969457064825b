"""What merchants and staff send about referrals."""

from __future__ import annotations

import graphene

from ..base import DOC_CATEGORY, Decimal
from ..points.enums import RewardsShortage
from .enums import (
    RewardsReferralState,
    RewardsReferralVerdict,
    RewardsSignalCode,
)


class RewardsSignalWeightInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    code = RewardsSignalCode(required=True, description="The signal.")
    weight = graphene.Int(required=True, description="What it weighs; 0 for nothing.")

    class Meta:
        description = "What a signal weighs."


class RewardsReferralPolicyInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    is_active = graphene.Boolean(description="Whether members can bring friends.")
    link = graphene.String(
        description="Page of the shop to share, with {code} where the code belongs. "
        "Empty: members share the code alone."
    )
    allows_own_codes = graphene.Boolean(
        description="Whether members may choose their codes."
    )
    claim_days = graphene.Int(description="Days within which a friend has to order.")
    hold_days = graphene.Int(description="Days from the payment to the rewards.")
    minimum_amount = Decimal(
        description="What the order has to be worth after all that is taken off, in "
        "the channel's currency. Null: anything."
    )
    most_per_month = graphene.Int(
        description="For how many friends a month a member is rewarded at most. Null: "
        "for all of them."
    )
    shortage = RewardsShortage(
        description="What to do where a reward to take back is spent already."
    )
    review_weight = graphene.Int(
        description="From this weight on a referral waits for staff."
    )
    reject_weight = graphene.Int(
        description="From this weight on a referral does not count."
    )
    weights = graphene.List(
        graphene.NonNull(RewardsSignalWeightInput),
        description="Signals that weigh other than by default, all of them.",
    )
    evidence_days = graphene.Int(
        description="Days for which hashes of personal data are kept."
    )

    class Meta:
        description = "How referrals work. What is not given stays."


class RewardsReferralFilterInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    channel = graphene.String(description="Slug of the channel.")
    state = RewardsReferralState(description="Only those that have come so far.")
    verdict = RewardsReferralVerdict(description="Only those with the verdict.")
    is_review_asked = graphene.Boolean(
        description="Only those whose friend asked for a review, or did not."
    )
    search = graphene.String(
        description="Part of an e-mail address of friend or referrer, the ID of "
        "either user, or the whole code."
    )

    class Meta:
        description = "Which referrals to list."
