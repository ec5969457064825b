"""The points ledger: append-only, exact, and never below zero.

Begin at :func:`posting`, the only way to write.
"""

from .accounts import find, guest, member
from .balances import balance, expiring_soon
from .book import Book
from .earning import earn
from .errors import LedgerError, LedgerErrorCode
from .lots import Balance
from .posting import posting

__all__ = [
    "Balance",
    "Book",
    "LedgerError",
    "LedgerErrorCode",
    "balance",
    "earn",
    "expiring_soon",
    "find",
    "guest",
    "member",
    "posting",
]
