"""What is refused about a referral, with a stable code."""

from __future__ import annotations

from enum import Enum


class ReferralErrorCode(Enum):
    """Why nothing was changed."""

    #: The one answer to every code that does not count, whatever the reason.
    NOT_ACCEPTED = "NOT_ACCEPTED"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"
    ALREADY_CLAIMED = "ALREADY_CLAIMED"
    NOT_NEW = "NOT_NEW"
    EMAIL_REQUIRED = "EMAIL_REQUIRED"
    CUSTOMER_UNKNOWN = "CUSTOMER_UNKNOWN"
    REFERRALS_OFF = "REFERRALS_OFF"
    CODE_TAKEN = "CODE_TAKEN"
    CODE_INVALID = "CODE_INVALID"
    OWN_CODES_OFF = "OWN_CODES_OFF"
    REFERRAL_UNKNOWN = "REFERRAL_UNKNOWN"
    REASON_REQUIRED = "REASON_REQUIRED"
    TOO_MANY_INVITES = "TOO_MANY_INVITES"
    ORDER_IN_PROGRESS = "ORDER_IN_PROGRESS"
    UNAVAILABLE = "UNAVAILABLE"


class ReferralError(Exception):
    """Nothing was changed. `code` says why, `message` in a sentence.

    `field` is the path of the input that is wrong, None where no single one is.

    >>> error = ReferralError(ReferralErrorCode.CODE_TAKEN, "code", "It is taken.")
    >>> error.code.name, error.field, str(error)
    ('CODE_TAKEN', 'code', 'It is taken.')
    """

    def __init__(
        self, code: ReferralErrorCode, field: str | None, message: str
    ) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message
