"""GraphQL enums, each made from the Python enum that rules the code."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import Any

import graphene

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
from ..ledger import LedgerErrorCode
from ..models import Guests, VoucherSlot
from ..plugin.points.redeeming import PointsErrorCode
from ..programs import ProgramErrorCode, RuleStateCode
from ..referrals.errors import ReferralErrorCode
from .base import DOC_CATEGORY


class Weekday(Enum):
    """Days of the week, by the number that a rule's definition has for them."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


def _described(description: str, value: Any) -> str | None:
    return description if value is None else None


def enum_of(name: str, description: str, *sources: type[Enum]) -> Any:
    """Return a GraphQL enum with the names of one or more Python enums.

    Its values are those names too: resolvers give and inputs arrive as text.
    """
    names = dict.fromkeys(member.name for source in sources for member in source)
    enum = graphene.Enum(
        name,
        [(member, member) for member in names],
        description=partial(_described, description),
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
    LedgerErrorCode,
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
