"""GraphQL enums, each made from the Python enum that rules the code."""

from __future__ import annotations

from functools import partial
from typing import Any, Iterable, Mapping

import graphene

from ..checkout.redeeming import PointsErrorCode
from ..described import Described
from ..engine import (
    BenefitType,
    Lane,
    Occasion,
    OfferCode,
    OfferState,
    PointsCounting,
    RuleErrorCode,
    SubtotalBase,
    WarningCode,
)
from ..ledger.errors import TOLD
from ..models import Guests, VoucherSlot
from ..programs import ProgramErrorCode, RuleStateCode
from ..referrals.errors import ReferralErrorCode
from .base import DOC_CATEGORY


class Weekday(Described):
    """Days of the week, by the number that a rule's definition has for them."""

    MONDAY = 0, "Monday, in the program's time zone."
    TUESDAY = 1, "Tuesday, in the program's time zone."
    WEDNESDAY = 2, "Wednesday, in the program's time zone."
    THURSDAY = 3, "Thursday, in the program's time zone."
    FRIDAY = 4, "Friday, in the program's time zone."
    SATURDAY = 5, "Saturday, in the program's time zone."
    SUNDAY = 6, "Sunday, in the program's time zone."


def _described(description: str, sentences: Mapping[str, str], value: Any) -> str:
    return description if value is None else sentences[value.name]


def enum_of(name: str, description: str, *sources: Iterable[Any]) -> Any:
    """Return a GraphQL enum with the names of members of one or more Python enums.

    Its values are those names too: resolvers give and inputs arrive as text. What each
    means is the sentence that the Python enum has for it.
    """
    members = [member for source in sources for member in source]
    sentences = {member.name: member.description for member in members}
    enum = graphene.Enum(
        name,
        [(member, member) for member in sentences],
        description=partial(_described, description, sentences),
    )
    enum.doc_category = DOC_CATEGORY
    return enum


RewardsLane = enum_of("RewardsLane", "Rules in one lane compete, lanes add up.", Lane)
RewardsBenefitType = enum_of(
    "RewardsBenefitType", "What a rule gives once it is met.", BenefitType
)
RewardsOccasion = enum_of(
    "RewardsOccasion", "What a fixed number of points is given for.", Occasion
)
RewardsPointsCounting = enum_of(
    "RewardsPointsCounting",
    "How points per amount count what is paid: IN_PROPORTION, each part of the amount "
    "gives its part of the points, rounded down once an order; FULL_STEPS, only each "
    "full amount gives points.",
    PointsCounting,
)
RewardsOfferState = enum_of(
    "RewardsOfferState", "Whether a shopper has an offer, or can get it.", OfferState
)
RewardsOfferCode = enum_of(
    "RewardsOfferCode", "Why an offer is in its state.", OfferCode
)
RewardsSubtotalBase = enum_of(
    "RewardsSubtotalBase", "The subtotal that a threshold reads.", SubtotalBase
)
RewardsErrorCode = enum_of(
    "RewardsErrorCode",
    "What is wrong with an input.",
    ProgramErrorCode,
    RuleErrorCode,
    TOLD,
    PointsErrorCode,
    ReferralErrorCode,
)
RewardsWarningCode = enum_of(
    "RewardsWarningCode",
    "What a merchant may not have meant, or what became of a rule.",
    WarningCode,
    RuleStateCode,
)
RewardsVoucherSlot = enum_of(
    "RewardsVoucherSlot",
    "What free shipping does while the shopper's own code is in the voucher slot.",
    VoucherSlot,
)
RewardsGuests = enum_of(
    "RewardsGuests",
    "How guests are judged where an offer goes by who the shopper is.",
    Guests,
)
RewardsWeekday = enum_of("RewardsWeekday", "A day of the week.", Weekday)
