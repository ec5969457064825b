"""What the ledger refuses to post, with a stable code."""

from __future__ import annotations

from enum import Enum


class LedgerErrorCode(Enum):
    """Why nothing was posted."""

    ACCOUNT_CLOSED = "ACCOUNT_CLOSED"
    ACCOUNT_UNKNOWN = "ACCOUNT_UNKNOWN"
    BELOW_ZERO = "BELOW_ZERO"
    HOLD_CLOSED = "HOLD_CLOSED"
    HOLD_ELSEWHERE = "HOLD_ELSEWHERE"
    HOLD_UNKNOWN = "HOLD_UNKNOWN"
    INSUFFICIENT_POINTS = "INSUFFICIENT_POINTS"
    KEY_CONFLICT = "KEY_CONFLICT"
    NAIVE_TIME = "NAIVE_TIME"
    NOT_POSITIVE = "NOT_POSITIVE"
    OTHER_PROGRAM = "OTHER_PROGRAM"
    TOO_MANY_POINTS = "TOO_MANY_POINTS"


class LedgerError(Exception):
    """Nothing was posted. ``code`` says why, ``message`` in a sentence.

    >>> LedgerError(LedgerErrorCode.NOT_POSITIVE, "Give a number above 0.").code.name
    'NOT_POSITIVE'
    """

    def __init__(self, code: LedgerErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
