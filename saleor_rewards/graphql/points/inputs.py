"""What merchants send about points and tiers."""

from __future__ import annotations

import graphene

from ..base import DOC_CATEGORY, DateTime, Decimal, IntRangeInput, OrderDirection
from .enums import (
    RewardsAccountSortField,
    RewardsAccountState,
    RewardsEarnOn,
    RewardsPointsBase,
    RewardsPointsExpiry,
    RewardsShortage,
    RewardsTierDowngrade,
    RewardsTierMeasure,
)


class RewardsPointsInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    is_active = graphene.Boolean(description="Whether points are earned and spent.")
    earn_on = RewardsEarnOn(description="When an order earns its points.")
    base = RewardsPointsBase(description="The prices that points are earned on.")
    return_days = graphene.Int(description="Days for which earned points stay pending.")
    expiry = RewardsPointsExpiry(description="When points expire.")
    expiry_days = graphene.Int(description="After how many days points expire.")
    notice_days = graphene.Int(
        description="How many days before points expire their owner is told."
    )
    redeem_points = graphene.Int(
        description="So many points are worth the amount. Null: none can be spent."
    )
    redeem_amount = Decimal(
        description="What they are worth, in the channel's currency."
    )
    minimum_points = graphene.Int(description="The least that can be spent at once.")
    step_points = graphene.Int(description="Points are spent in steps of so many.")
    most_percent = Decimal(
        description="The most of a cart's goods that points pay, in percent."
    )
    hold_minutes = graphene.Int(
        description="How long points stay put aside for a checkout."
    )
    shortage = RewardsShortage(
        description="What to do where points to take back are spent already."
    )
    birthday_key = graphene.String(
        description="Key of the customer's metadata that has the date of birth. "
        "Empty: no birthdays."
    )
    tier_measure = RewardsTierMeasure(
        description="What the thresholds of tiers count. Another one takes new tiers."
    )
    tier_window_days = graphene.Int(
        description="How many days back it counts. Null: all of the time."
    )
    tier_grace_days = graphene.Int(
        description="Days for which a tier is kept below its threshold."
    )
    tier_downgrade = RewardsTierDowngrade(
        description="Where a member below a tier's threshold goes."
    )
    max_staff_points_per_day = graphene.Int(
        description="Points that one member of staff, or app, may give by hand a day; "
        "what is beyond waits for a second one. Null: any number. To lift it takes "
        "MANAGE_STAFF too."
    )

    class Meta:
        description = "How points work. What is not given stays."


class RewardsTierInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    id = graphene.ID(description="ID of a tier that is there already.")
    name = graphene.String(required=True, description="What members see it as.")
    threshold = Decimal(
        required=True,
        description="Reached at so much: an amount in the channel's currency where "
        "the measure is SPEND, else a whole number.",
    )

    class Meta:
        description = "A level of members."


class RewardsAccountFilterInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    channel = graphene.String(description="Slug of the channel.")
    search = graphene.String(
        description="Part of the e-mail address, or the ID of the user."
    )
    tier = graphene.ID(description="Only members of the tier.")
    available = graphene.InputField(
        IntRangeInput, description="Points available, as posted last."
    )
    state = RewardsAccountState(description="OPEN if not given.")

    class Meta:
        description = "Which accounts to list."


class RewardsAccountSortInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    field = RewardsAccountSortField(required=True, description="What to sort by.")
    direction = OrderDirection(required=True, description="Up or down.")

    class Meta:
        description = "How to sort accounts."


class RewardsPointsAdjustInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    account_id = graphene.ID(
        description="ID of the account. Give this, or the channel and the person."
    )
    channel = graphene.String(
        description="Slug of the channel. The account is made if there is none yet."
    )
    user_id = graphene.ID(description="ID of the customer.")
    email = graphene.String(
        description="E-mail address of the customer, or of a guest."
    )
    points = graphene.Int(
        required=True, description="Points to add; below zero to take away."
    )
    reason = graphene.String(required=True, description="Why; for staff to read.")
    expires_at = DateTime(
        description="When added points expire; never if not given. A time without its "
        "offset is refused."
    )
    key = graphene.String(
        description="Your own name for this change. Sent twice, it is made once."
    )

    class Meta:
        description = "A change of a balance by hand."
