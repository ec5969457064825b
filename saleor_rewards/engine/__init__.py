"""The rules engine: pure, exact, and the same for every host.

A host reads a `Snapshot`, `evaluate` answers with effects to write and offers to show.
Nothing here knows a clock, a database or a setting; the same input gives the same
output.
"""

from .benefits import (
    AmountOff,
    Benefit,
    FreeShipping,
    Ladder,
    LadderStep,
    PercentOff,
    PointsFixed,
    PointsMultiplier,
    PointsPerAmount,
    ReferralBenefit,
    ReferralGiftCard,
    ReferralPoints,
    ReferralVoucher,
    ShippingAmountOff,
    ShippingPercentOff,
)
from .compile import CompiledProgram, compile_program
from .conditions import (
    ActiveDates,
    Condition,
    Countries,
    Eligibility,
    EligibleItems,
    Facts,
    FirstOrder,
    HasReferral,
    MinimumQuantity,
    MinimumSubtotal,
    NthFriend,
    NthOrder,
    ShippingMethods,
    Tiers,
    WeeklyWindows,
    Window,
)
from .dump import dump_rule
from .effects import (
    Effect,
    LineDiscount,
    PointsDiscount,
    PointsEarned,
    ShippingDiscount,
    effect_from_json,
)
from .errors import RuleError, RuleErrorCode, RuleErrors
from .evaluate import Evaluation, evaluate
from .host_offers import HostOffer, HostOfferKind
from .kinds import (
    BenefitType,
    Lane,
    Occasion,
    PointsBase,
    PointsCounting,
    ReferralKind,
    ShippingCarrier,
    SubtotalBase,
)
from .lint import Warning, WarningCode, lint_rule
from .money import (
    AmountError,
    Amounts,
    TooManyDecimals,
    exponent,
    from_minor,
    to_minor,
)
from .offers import Offer, OfferCode, OfferState
from .parse import parse_rule
from .points import grant_points, occasion_points
from .redeem import points_paid, points_worth
from .referral import ReferralGrant, referral_grants
from .rules import Conditions, PointsTerms, ProgramSettings, RuleDefinition
from .scope import IdFilter, Scope
from .snapshot import CustomerSnapshot, LineSnapshot, ShippingSnapshot, Snapshot

__all__ = [
    "ActiveDates",
    "AmountError",
    "AmountOff",
    "Amounts",
    "Benefit",
    "BenefitType",
    "CompiledProgram",
    "Condition",
    "Conditions",
    "Countries",
    "CustomerSnapshot",
    "Effect",
    "Eligibility",
    "EligibleItems",
    "Evaluation",
    "Facts",
    "FirstOrder",
    "FreeShipping",
    "HasReferral",
    "HostOffer",
    "HostOfferKind",
    "IdFilter",
    "Ladder",
    "LadderStep",
    "Lane",
    "LineDiscount",
    "LineSnapshot",
    "MinimumQuantity",
    "MinimumSubtotal",
    "NthFriend",
    "NthOrder",
    "Occasion",
    "Offer",
    "OfferCode",
    "OfferState",
    "PercentOff",
    "PointsBase",
    "PointsCounting",
    "PointsDiscount",
    "PointsEarned",
    "PointsFixed",
    "PointsMultiplier",
    "PointsPerAmount",
    "PointsTerms",
    "ProgramSettings",
    "ReferralBenefit",
    "ReferralGiftCard",
    "ReferralGrant",
    "ReferralKind",
    "ReferralPoints",
    "ReferralVoucher",
    "RuleDefinition",
    "RuleError",
    "RuleErrorCode",
    "RuleErrors",
    "Scope",
    "ShippingAmountOff",
    "ShippingCarrier",
    "ShippingDiscount",
    "ShippingMethods",
    "ShippingPercentOff",
    "ShippingSnapshot",
    "Snapshot",
    "SubtotalBase",
    "Tiers",
    "TooManyDecimals",
    "Warning",
    "WarningCode",
    "WeeklyWindows",
    "Window",
    "compile_program",
    "dump_rule",
    "effect_from_json",
    "evaluate",
    "exponent",
    "from_minor",
    "grant_points",
    "lint_rule",
    "occasion_points",
    "parse_rule",
    "points_paid",
    "points_worth",
    "referral_grants",
    "to_minor",
]
