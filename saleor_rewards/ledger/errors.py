"""What the ledger refuses to post, with a stable code."""

from __future__ import annotations

from ..described import Described


class LedgerErrorCode(Described):
    """Why nothing was posted."""

    ACCOUNT_CLOSED = (
        "ACCOUNT_CLOSED",
        "The account was merged or erased, and takes no posting.",
    )
    ACCOUNT_UNKNOWN = "ACCOUNT_UNKNOWN", "There is no such account."
    BELOW_ZERO = "BELOW_ZERO", "More is taken back than was ever earned."
    HOLD_CLOSED = "HOLD_CLOSED", "The points that were aside are spent or back."
    HOLD_ELSEWHERE = (
        "HOLD_ELSEWHERE",
        "Another account has points aside for the checkout.",
    )
    HOLD_UNKNOWN = "HOLD_UNKNOWN", "No such points are aside."
    INSUFFICIENT_POINTS = (
        "INSUFFICIENT_POINTS",
        "There are fewer points to spend or to take away.",
    )
    KEY_CONFLICT = (
        "KEY_CONFLICT",
        "The key or reference was sent before and stands for something else.",
    )
    NAIVE_TIME = "NAIVE_TIME", "The time has no zone."
    NOT_POSITIVE = "NOT_POSITIVE", "The number of points is not above zero."
    OTHER_PROGRAM = "OTHER_PROGRAM", "The accounts are of two programs."
    TOO_MANY_POINTS = (
        "TOO_MANY_POINTS",
        "The account would have more points than it can.",
    )


#: What the input of a mutation can be to blame for. All others are of the caller's code,
#: or of somebody who closed the account meanwhile.
TOLD = (
    LedgerErrorCode.INSUFFICIENT_POINTS,
    LedgerErrorCode.KEY_CONFLICT,
    LedgerErrorCode.TOO_MANY_POINTS,
)


class LedgerError(Exception):
    """Nothing was posted. ``code`` says why, ``message`` in a sentence.

    >>> LedgerError(LedgerErrorCode.NOT_POSITIVE, "Give a number above 0.").code.name
    'NOT_POSITIVE'
    """

    def __init__(self, code: LedgerErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
