"""Tables of the product. None of them points into Saleor's tables.

Saleor's rows are named by their primary keys, so that merchants can delete a
channel, a voucher or an order without our tables standing in the way, and a
receipt outlives what it tells about.
"""

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
    Shortage,
    TierMeasure,
)
from .programs import Program, Rule, RuleVersion, VoucherSlot
from .receipts import Quote, Receipt
from .tiers import Tier, TierChange, TierReason
from .vouchers import OwnedVoucher, OwnedVoucherValue

__all__ = [
    "Account",
    "AccountState",
    "Downgrade",
    "EarnOn",
    "Entry",
    "EntryKind",
    "EntryNote",
    "Hold",
    "HoldState",
    "Lot",
    "OwnedVoucher",
    "OwnedVoucherValue",
    "PointsBase",
    "PointsExpiry",
    "PointsPolicy",
    "Program",
    "Quote",
    "Receipt",
    "Rule",
    "RuleVersion",
    "Settlement",
    "Shortage",
    "Tier",
    "TierChange",
    "TierMeasure",
    "TierReason",
    "VoucherSlot",
]
