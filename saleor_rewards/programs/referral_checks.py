"""What may be wrong with the referrals that a merchant sends."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Mapping
from urllib.parse import urlsplit

from ..engine import AmountError, TooManyDecimals, exponent, to_minor
from ..models import Shortage
from ..signal_codes import SignalCode
from .errors import FieldError, ProgramErrorCode
from .points_checks import LARGEST_COUNT, LARGEST_WORTH, MOST_DAYS

LINK_LENGTH = 500
LARGEST_WEIGHT = 1000

#: What stands for the code in a link.
PLACEHOLDER = "{code}"

#: Smallest and largest value of each whole number.
RANGES = {
    "claim_days": (1, MOST_DAYS),
    "hold_days": (0, MOST_DAYS),
    "most_per_month": (1, LARGEST_COUNT),
    "review_weight": (1, LARGEST_WEIGHT),
    "reject_weight": (1, LARGEST_WEIGHT),
    "evidence_days": (1, MOST_DAYS),
}

MAY_BE_NULL = ("minimum_amount", "most_per_month")

SWITCHES = ("is_active", "allows_own_codes")


def referral_errors(changes: Mapping[str, Any], currency: str) -> list[FieldError]:
    """Return what is wrong with each of the fields by itself.

    ``currency`` is that of the channel, and of the amounts.
    """
    errors: list[FieldError] = []
    for name, value in changes.items():
        if value is None:
            if name not in MAY_BE_NULL:
                errors.append(_error("REQUIRED", name, "This cannot be empty."))
        elif name in SWITCHES:
            if not isinstance(value, bool):
                errors.append(_error("INVALID_VALUE", name, "Say true or false."))
        elif name in RANGES:
            errors += _range_errors(name, value)
        elif name == "link":
            errors += _link_errors(value)
        elif name == "minimum_amount":
            errors += _amount_errors(value, currency)
        elif name == "shortage":
            if value not in Shortage.values:
                errors.append(_error("INVALID_VALUE", name, "There is no such choice."))
        elif name == "weights":
            errors += _weights_errors(value)
    return errors


def bounds_errors(review_weight: int, reject_weight: int) -> list[FieldError]:
    """Return what is wrong with the two weights beside each other."""
    if review_weight <= reject_weight:
        return []
    text = "Claims are rejected at the weight of a review or above it."
    return [_error("OUT_OF_RANGE", "reject_weight", text)]


def _range_errors(name: str, value: Any) -> list[FieldError]:
    least, most = RANGES[name]
    if _is_whole(value) and least <= value <= most:
        return []
    text = f"Give a whole number from {least} to {most}."
    return [_error("OUT_OF_RANGE", name, text)]


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _link_errors(value: str) -> list[FieldError]:
    if not value:
        return []
    if len(value) > LINK_LENGTH:
        text = f"A link has at most {LINK_LENGTH} characters."
        return [_error("TOO_LONG", "link", text)]
    if not _is_link(value):
        text = "Give a link that begins with https:// or http://."
        return [_error("INVALID_VALUE", "link", text)]
    if value.count(PLACEHOLDER) != 1:
        text = f"Write {PLACEHOLDER} once, where the code belongs."
        return [_error("INVALID_VALUE", "link", text)]
    return []


def _is_link(value: str) -> bool:
    if not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return False
    # A code in the host's name would send friends to whoever owns that name.
    return parts.scheme in ("http", "https") and bool(host) and "{" not in parts.netloc


def _amount_errors(value: Decimal, currency: str) -> list[FieldError]:
    name = "minimum_amount"
    try:
        to_minor(value, currency)
    except TooManyDecimals:
        text = f"{currency} has {exponent(currency)} decimals."
        return [_error("TOO_MANY_DECIMALS", name, text)]
    except AmountError:
        return [_error("INVALID_VALUE", name, "This is no usable number.")]
    if not 0 < value < LARGEST_WORTH:
        text = "Give an amount above 0 and below 1,000,000,000."
        return [_error("OUT_OF_RANGE", name, text)]
    return []


def _weights_errors(value: Any) -> list[FieldError]:
    if not isinstance(value, Mapping):
        return [_error("INVALID_VALUE", "weights", "Give a weight for each signal.")]
    known = {code.name for code in SignalCode}
    errors = []
    for code, weight in value.items():
        name = f"weights.{code}"
        if code not in known:
            errors.append(_error("NOT_FOUND", name, "There is no such signal."))
        elif not _is_whole(weight) or not 0 <= weight <= LARGEST_WEIGHT:
            text = f"Give a whole number from 0 to {LARGEST_WEIGHT}."
            errors.append(_error("OUT_OF_RANGE", name, text))
    return errors


def _error(code: str, name: str, message: str) -> FieldError:
    return FieldError(ProgramErrorCode[code].name, f"referrals.{name}", message)
