"""What is refused about a referral, with a stable code."""

from __future__ import annotations

from ..described import Described


class ReferralErrorCode(Described):
    """Why nothing was changed."""

    NOT_ACCEPTED = (
        "NOT_ACCEPTED",
        "This code, or this address, does not count here, for whatever reason: the "
        "one answer, so that nobody can try out codes.",
    )
    TOO_MANY_ATTEMPTS = (
        "TOO_MANY_ATTEMPTS",
        "Too many tries of late, by the cart, the account or the network; later ones "
        "are looked at again.",
    )
    ALREADY_CLAIMED = (
        "ALREADY_CLAIMED",
        "An order was placed by another invitation, and is not paid yet.",
    )
    NOT_NEW = "NOT_NEW", "Not the customer's first order."
    EMAIL_REQUIRED = (
        "EMAIL_REQUIRED",
        "The cart has no e-mail address yet; or what was given is none.",
    )
    CUSTOMER_UNKNOWN = (
        "CUSTOMER_UNKNOWN",
        "Without a code, only who is logged in is told of an invitation here.",
    )
    REFERRALS_OFF = "REFERRALS_OFF", "The channel takes no friends."
    CODE_TAKEN = "CODE_TAKEN", "Somebody has, or had, this code."
    CODE_INVALID = (
        "CODE_INVALID",
        "The code is too short or too long, or has other signs than letters and "
        "digits.",
    )
    OWN_CODES_OFF = "OWN_CODES_OFF", "Members cannot choose codes in this shop."
    REFERRAL_UNKNOWN = "REFERRAL_UNKNOWN", "There is no such referral."
    REASON_REQUIRED = "REASON_REQUIRED", "A decision needs a reason."
    TOO_MANY_INVITES = "TOO_MANY_INVITES", "Enough friends were named today."
    ORDER_IN_PROGRESS = (
        "ORDER_IN_PROGRESS",
        "An order of this cart is being placed. If nothing comes of it, the cart is "
        "free again after ten minutes.",
    )
    UNAVAILABLE = (
        "UNAVAILABLE",
        "It cannot be done at this moment: something that it needs cannot be read or "
        "written.",
    )


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
