"""Tables of the product, none of which points into a table of Saleor.

Saleor's rows are named by their primary keys, so that merchants can delete a
channel, a voucher or an order without our tables standing in the way, and a
receipt outlives what it tells about.
"""

from .adjustments import AdjustmentState, PointsAdjustment, StaffAllowance
from .guests import NetworkLimit, TypedAddress
from .points import (
    Account,
    AccountState,
    Entry,
    EntryKind,
    EntryNote,
    Hold,
    HoldState,
    Lot,
    Settlement,
)
from .policies import (
    Downgrade,
    EarnOn,
    PointsBase,
    PointsExpiry,
    PointsPolicy,
    ReferralPolicy,
    Shortage,
    TierMeasure,
)
from .programs import Guests, Program, Rule, RuleVersion, VoucherSlot
from .receipts import Outcome, PriceAgreement, Quote, Receipt
from .referrals import (
    ClaimLimit,
    ClaimRate,
    Evidence,
    EvidenceKind,
    Referral,
    ReferralCode,
    ReferralDecision,
    ReferralInvite,
    ReferralNews,
    ReferralReward,
    ReferralState,
    RewardKind,
    Verdict,
)
from .reservations import Pledge
from .runs import BalanceImport, BalanceImportRow, ImportRowStatus, ReconcileRun
from .stripe import (
    StripeCharge,
    StripeDispute,
    StripeEvent,
    StripeEventState,
    StripeRefund,
)
from .tiers import Tier, TierChange, TierReason
from .vouchers import CheckoutVoucherSlot, OwnedVoucher, OwnedVoucherValue

__all__ = [
    "Account",
    "AccountState",
    "AdjustmentState",
    "BalanceImport",
    "BalanceImportRow",
    "CheckoutVoucherSlot",
    "ClaimLimit",
    "ClaimRate",
    "Downgrade",
    "EarnOn",
    "Entry",
    "EntryKind",
    "EntryNote",
    "Evidence",
    "EvidenceKind",
    "Guests",
    "Hold",
    "HoldState",
    "ImportRowStatus",
    "Lot",
    "NetworkLimit",
    "Outcome",
    "OwnedVoucher",
    "OwnedVoucherValue",
    "Pledge",
    "PointsBase",
    "PointsAdjustment",
    "PointsExpiry",
    "PointsPolicy",
    "PriceAgreement",
    "Program",
    "Quote",
    "Receipt",
    "ReconcileRun",
    "Referral",
    "ReferralCode",
    "ReferralDecision",
    "ReferralInvite",
    "ReferralNews",
    "ReferralPolicy",
    "ReferralReward",
    "ReferralState",
    "RewardKind",
    "Rule",
    "RuleVersion",
    "Settlement",
    "Shortage",
    "StaffAllowance",
    "StripeCharge",
    "StripeDispute",
    "StripeEvent",
    "StripeEventState",
    "StripeRefund",
    "Tier",
    "TierChange",
    "TierMeasure",
    "TierReason",
    "TypedAddress",
    "Verdict",
    "VoucherSlot",
]
