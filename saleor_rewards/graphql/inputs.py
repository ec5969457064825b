"""What merchants send: typed inputs for conditions and benefits."""

from __future__ import annotations

from typing import Any

import graphene

from .base import DOC_CATEGORY, CountryCodeEnum, DateTime, Decimal
from .enums import (
    RewardsGuests,
    RewardsLane,
    RewardsOccasion,
    RewardsPointsCounting,
    RewardsSubtotalBase,
    RewardsVoucherSlot,
    RewardsWeekday,
)
from .points.inputs import RewardsPointsInput, RewardsTierInput
from .referrals.inputs import RewardsReferralPolicyInput


def required_list(type_: Any, description: str) -> Any:
    return graphene.List(
        graphene.NonNull(type_), required=True, description=description
    )


def optional_list(type_: Any, description: str) -> Any:
    return graphene.List(graphene.NonNull(type_), description=description)


class RewardsAmountInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    currency = graphene.String(required=True, description="Currency code.")
    amount = Decimal(required=True, description="Amount in that currency.")

    class Meta:
        description = "An amount in one currency."


class RewardsIdFilterInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    include = optional_list(graphene.ID, "What is let in.")
    exclude = optional_list(graphene.ID, "What is kept out.")

    class Meta:
        description = (
            "Which lines count for a rule and get its benefit: those let in by any "
            "filter (all of them if none lets anything in) and kept out by none."
        )


class RewardsMinimumSubtotalInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    amounts = required_list(RewardsAmountInput, "The subtotal needed, per currency.")
    base = RewardsSubtotalBase(description="AFTER_ITEM_DISCOUNTS if not given.")

    class Meta:
        description = "The subtotal that the lines of the rule have to reach."


class RewardsWeeklyWindowInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    weekday = RewardsWeekday(required=True, description="Day in the program's zone.")
    start = graphene.String(required=True, description="First minute, like 09:00.")
    end = graphene.String(
        required=True, description="Minute after the last one, like 17:00 or 24:00."
    )

    class Meta:
        description = "Part of a weekday."


class RewardsNthOrderInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    number = graphene.Int(required=True, description="Which order, counted from 1.")
    repeats = graphene.Boolean(
        description="Whether each further one counts: the 5th, the 10th and so on."
    )

    class Meta:
        description = "Which of a customer's orders, with the one being placed."


class RewardsNthFriendInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    number = graphene.Int(required=True, description="Which friend, counted from 1.")
    repeats = graphene.Boolean(
        description="Whether each further one counts: the 3rd, the 6th and so on."
    )

    class Meta:
        description = "Which of a referrer's friends that the referrer is rewarded for."


class RewardsConditionsInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    minimum_subtotal = graphene.InputField(
        RewardsMinimumSubtotalInput, description="Subtotal needed."
    )
    minimum_quantity = graphene.Int(description="Items needed.")
    products = graphene.InputField(RewardsIdFilterInput, description="By product.")
    collections = graphene.InputField(
        RewardsIdFilterInput, description="By collection."
    )
    categories = graphene.InputField(
        RewardsIdFilterInput, description="By category, with all below it."
    )
    exclude_sale_items = graphene.Boolean(
        description="Leave out lines that are cheaper than their list price."
    )
    exclude_non_shippable_items = graphene.Boolean(
        description="Leave out lines that need no shipping, such as downloads."
    )
    countries = optional_list(CountryCodeEnum, "Countries that the cart may go to.")
    shipping_methods = optional_list(graphene.ID, "Delivery methods that qualify.")
    first_order = graphene.Boolean(description="Only for a customer's first order.")
    nth_order = graphene.InputField(
        RewardsNthOrderInput, description="Only for that order of a customer's."
    )
    tiers = optional_list(graphene.ID, "Levels of members that qualify.")
    has_referral = graphene.Boolean(
        description="Only for a customer whom another member brought."
    )
    nth_friend = graphene.InputField(
        RewardsNthFriendInput,
        description="Only for that friend of a referrer's. In lane REFERRAL alone.",
    )
    weekly_windows = optional_list(
        RewardsWeeklyWindowInput, "When in the week the rule is open."
    )

    class Meta:
        description = "What has to hold for a rule. All that is given has to."


class RewardsLadderStepInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    from_ = graphene.InputField(
        graphene.NonNull(graphene.List(graphene.NonNull(RewardsAmountInput))),
        name="from",
        description="The subtotal that the step starts at, per currency.",
    )
    percent = Decimal(description="Percentage off. Give this or the amount.")
    amount = optional_list(RewardsAmountInput, "Amount off, per currency.")

    class Meta:
        description = "One step of a spend ladder."


class RewardsLadderInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    steps = required_list(RewardsLadderStepInput, "The steps, lowest first.")
    base = RewardsSubtotalBase(description="AFTER_ITEM_DISCOUNTS if not given.")
    cap = optional_list(RewardsAmountInput, "The most that it gives, per currency.")

    class Meta:
        description = "The more in the cart, the more off."


class RewardsPercentOffInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    percent = Decimal(required=True, description="Percentage off.")
    cap = optional_list(RewardsAmountInput, "The most that it gives, per currency.")

    class Meta:
        description = "A percentage off."


class RewardsAmountOffInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    amounts = required_list(RewardsAmountInput, "Amount off, per currency.")

    class Meta:
        description = "A fixed amount off."


class RewardsFreeShippingInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    cap = optional_list(RewardsAmountInput, "The most that it gives, per currency.")

    class Meta:
        description = "Shipping for free."


class RewardsPointsPerAmountInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    points = graphene.Int(required=True, description="How many points.")
    per = required_list(RewardsAmountInput, "For what amount, per currency.")
    counting = RewardsPointsCounting(
        description="Whether parts of that amount count; IN_PROPORTION if not given."
    )

    class Meta:
        description = "Points for what the goods cost."


class RewardsPointsMultiplierInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    factor = Decimal(required=True, description="Above 1 and up to 100.")

    class Meta:
        description = "So many times the points that other rules give per amount."


class RewardsPointsFixedInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    points = graphene.Int(required=True, description="How many points.")
    occasion = RewardsOccasion(description="ORDER if not given.")

    class Meta:
        description = "A number of points, once for an occasion."


class RewardsReferralPointsInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    points = graphene.Int(required=True, description="How many points.")

    class Meta:
        description = "A number of points for a referrer."


class RewardsReferralVoucherInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    amounts = required_list(RewardsAmountInput, "What it is worth, per currency.")
    valid_days = graphene.Int(
        description="How long it is valid; without an end if not given."
    )

    class Meta:
        description = "A voucher or a gift card of the shop's for a referrer."


class RewardsBenefitInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    ladder = graphene.InputField(RewardsLadderInput, description="A spend ladder.")
    percent_off = graphene.InputField(
        RewardsPercentOffInput, description="A percentage off."
    )
    amount_off = graphene.InputField(
        RewardsAmountOffInput, description="An amount off."
    )
    free_shipping = graphene.InputField(
        RewardsFreeShippingInput, description="Free shipping."
    )
    shipping_percent_off = graphene.InputField(
        RewardsPercentOffInput, description="A percentage off the shipping."
    )
    shipping_amount_off = graphene.InputField(
        RewardsAmountOffInput, description="An amount off the shipping."
    )
    points_per_amount = graphene.InputField(
        RewardsPointsPerAmountInput, description="Points for what the goods cost."
    )
    points_multiplier = graphene.InputField(
        RewardsPointsMultiplierInput, description="So many times the points."
    )
    points_fixed = graphene.InputField(
        RewardsPointsFixedInput, description="A number of points."
    )
    referral_points = graphene.InputField(
        RewardsReferralPointsInput, description="A number of points for a referrer."
    )
    referral_voucher = graphene.InputField(
        RewardsReferralVoucherInput,
        description="A voucher for a referrer, for one use.",
    )
    referral_gift_card = graphene.InputField(
        RewardsReferralVoucherInput, description="A gift card for a referrer."
    )

    class Meta:
        description = "What a rule gives. Exactly one of the fields is to be given."


class RewardsRuleInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    name = graphene.String(description="What shoppers see it as.")
    is_active = graphene.Boolean(description="Whether it is in force.")
    lane = RewardsLane(description="Rules in one lane compete, lanes add up.")
    priority = graphene.Int(description="The higher one wins where two give as much.")
    exclusive = graphene.Boolean(description="Stands alone, if that is worth more.")
    starts_at = DateTime(
        description="When it starts. A time without its offset is refused."
    )
    ends_at = DateTime(
        description="When it has ended. A time without its offset is refused."
    )
    conditions = graphene.InputField(
        RewardsConditionsInput, description="What has to hold; replaces all of it."
    )
    benefit = graphene.InputField(
        RewardsBenefitInput, description="What it gives; replaces all of it."
    )

    class Meta:
        description = "A rule. An update keeps what is not given."


class RewardsProgramInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    name = graphene.String(description="Name for the merchant's own use.")
    is_active = graphene.Boolean(description="Whether its rules are in force.")
    cap_percent = Decimal(
        description="The most that an order may be discounted, in percent."
    )
    time_zone = graphene.String(description="Zone of weekly windows: Europe/Warsaw.")
    voucher_slot = RewardsVoucherSlot(
        description="What free shipping does beside a shopper's own code."
    )
    guests = RewardsGuests(
        description="How guests are judged where an offer goes by who the shopper is."
    )
    points = graphene.InputField(RewardsPointsInput, description="How points work.")
    tiers = optional_list(
        RewardsTierInput,
        "The levels of members, all of them: those that are left out go.",
    )
    referrals = graphene.InputField(
        RewardsReferralPolicyInput, description="How members bring friends."
    )

    class Meta:
        description = "Settings of a program. What is not given stays."


class RewardsRuleFilterInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    channel = graphene.String(description="Slug of the channel.")
    is_active = graphene.Boolean(description="Only those in force, or not in force.")
    lane = RewardsLane(description="Only those of the lane.")
    search = graphene.String(description="Text that the name contains.")

    class Meta:
        description = "Which rules to list."


class RewardsRuleTestInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    checkout_id = graphene.ID(description="The cart. Give this or the order.")
    order_id = graphene.ID(description="The order, as its receipt has it.")
    at = DateTime(
        description="When; now, or the time of the receipt, if not given. A time "
        "without its offset is refused."
    )
    rule_id = graphene.ID(description="A saved rule, in force or not.")
    rule = graphene.InputField(
        RewardsRuleInput, description="A draft; changes the rule if one is given."
    )

    class Meta:
        description = "What to try, on what."
