"""Tables of the product. None of them points into Saleor's tables.

Saleor's rows are named by their primary keys, so that merchants can delete a
channel, a voucher or an order without our tables standing in the way, and a
receipt outlives what it tells about.
"""

from .programs import Program, Rule, RuleVersion, VoucherSlot
from .receipts import Quote, Receipt
from .vouchers import OwnedVoucher, OwnedVoucherValue

__all__ = [
    "OwnedVoucher",
    "OwnedVoucherValue",
    "Program",
    "Quote",
    "Receipt",
    "Rule",
    "RuleVersion",
    "VoucherSlot",
]
