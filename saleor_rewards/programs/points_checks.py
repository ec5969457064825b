"""What may be wrong with the points and tiers that a merchant sends."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Container, Mapping, Sequence

from ..engine import AmountError, TooManyDecimals, exponent, to_minor
from ..models import (
    Downgrade,
    EarnOn,
    PointsBase,
    PointsExpiry,
    Shortage,
    TierMeasure,
)
from .errors import FieldError, ProgramErrorCode
from .texts import name_errors

LARGEST_COUNT = 2**31 - 1
MOST_DAYS = 36_500
LONGEST_HOLD = 7 * 24 * 60
MOST_TIERS = 50
KEY_LENGTH = 64
HIGHEST_PERCENT = Decimal(100)
PERCENT_DECIMALS = 2
#: What the column holds beside its decimals.
LARGEST_WORTH = Decimal(10) ** 9

CHOICES: dict[str, Any] = {
    "earn_on": EarnOn,
    "base": PointsBase,
    "expiry": PointsExpiry,
    "shortage": Shortage,
    "tier_measure": TierMeasure,
    "tier_downgrade": Downgrade,
}

#: Smallest and largest value of each whole number.
RANGES = {
    "return_days": (0, MOST_DAYS),
    "expiry_days": (1, MOST_DAYS),
    "notice_days": (0, MOST_DAYS),
    "redeem_points": (1, LARGEST_COUNT),
    "minimum_points": (1, LARGEST_COUNT),
    "step_points": (1, LARGEST_COUNT),
    "hold_minutes": (1, LONGEST_HOLD),
    "tier_window_days": (1, MOST_DAYS),
    "tier_grace_days": (0, MOST_DAYS),
    "max_staff_points_per_day": (0, LARGEST_COUNT),
}

MAY_BE_NULL = (
    "redeem_points",
    "redeem_amount",
    "tier_window_days",
    "max_staff_points_per_day",
)


def policy_errors(changes: Mapping[str, Any]) -> list[FieldError]:
    """Return what is wrong with each of the fields by itself."""
    errors: list[FieldError] = []
    for name, value in changes.items():
        if value is None:
            if name not in MAY_BE_NULL:
                errors.append(_error("REQUIRED", name, "This cannot be empty."))
        elif name == "is_active":
            if not isinstance(value, bool):
                errors.append(_error("INVALID_VALUE", name, "Say true or false."))
        elif name in CHOICES:
            if value not in CHOICES[name].values:
                errors.append(_error("INVALID_VALUE", name, "There is no such choice."))
        elif name in RANGES:
            errors += _range_errors(name, value)
        elif name == "most_percent":
            errors += _percent_errors(value)
        elif name == "birthday_key":
            errors += _key_errors(value)
    return errors


def bound_errors(known: int | None, changes: Mapping[str, Any]) -> list[FieldError]:
    """Return what is wrong with a change of the staff's bound by one whom it binds."""
    name = "max_staff_points_per_day"
    wanted = changes.get(name, known)
    if known is None or (wanted is not None and wanted <= known):
        return []
    text = "Whoever lifts the bound on the staff's points needs MANAGE_STAFF too."
    return [_error("PERMISSION_REQUIRED", name, text)]


def worth_errors(
    points: int | None, amount: Decimal | None, currency: str
) -> list[FieldError]:
    """Return what is wrong with what ``points`` are worth in that currency."""
    if points is None and amount is None:
        return []
    if points is None or amount is None:
        missing = "redeem_points" if points is None else "redeem_amount"
        text = "Give both the points and what they are worth, or neither."
        return [_error("REQUIRED", missing, text)]
    try:
        to_minor(amount, currency)
    except TooManyDecimals:
        text = f"{currency} has {exponent(currency)} decimals."
        return [_error("TOO_MANY_DECIMALS", "redeem_amount", text)]
    except AmountError:
        return [_error("INVALID_VALUE", "redeem_amount", "This is no usable number.")]
    if not 0 < amount < LARGEST_WORTH:
        text = "Give an amount above 0 and below 1,000,000,000."
        return [_error("OUT_OF_RANGE", "redeem_amount", text)]
    return []


def tier_errors(
    rows: Sequence[Mapping[str, Any]], *, known: Container[int], currency: str | None
) -> list[FieldError]:
    """Return what is wrong with the tiers.

    ``known`` are the primary keys that a tier may have, ``currency`` is that of
    thresholds in money, ``None`` where they count something.
    """
    if len(rows) > MOST_TIERS:
        text = f"At most {MOST_TIERS} of them are possible."
        return [FieldError("TOO_LONG", "tiers", text)]
    errors: list[FieldError] = []
    pks: set[int] = set()
    thresholds: set[Decimal] = set()
    for index, row in enumerate(rows):
        at = f"tiers.{index}"
        pk, threshold = row.get("id"), row["threshold"]
        if pk is not None:
            if pk not in known:
                text = "There is no such tier."
                errors.append(FieldError("NOT_FOUND", f"{at}.id", text))
            elif pk in pks:
                errors.append(FieldError("DUPLICATE", f"{at}.id", "Given twice."))
            pks.add(pk)
        errors += [
            FieldError(error.code, f"{at}.name", error.message)
            for error in name_errors(row["name"], required=True)
        ]
        wrong = _threshold_errors(threshold, f"{at}.threshold", currency)
        if not wrong and threshold in thresholds:
            text = "Another tier has this threshold."
            wrong = [FieldError("DUPLICATE", f"{at}.threshold", text)]
        if not wrong:
            thresholds.add(threshold)
        errors += wrong
    return errors


def _threshold_errors(
    threshold: Decimal, field: str, currency: str | None
) -> list[FieldError]:
    try:
        # Counts have as many decimals as yen.
        number = to_minor(threshold, currency or "JPY")
    except TooManyDecimals:
        text = (
            f"{currency} has {exponent(currency)} decimals."
            if currency
            else "Give a whole number."
        )
        return [FieldError("TOO_MANY_DECIMALS", field, text)]
    except AmountError:
        return [FieldError("INVALID_VALUE", field, "This is no usable number.")]
    if not 0 <= number <= (10**15 if currency else LARGEST_COUNT):
        return [FieldError("OUT_OF_RANGE", field, "This is too small or too large.")]
    return []


def _range_errors(name: str, value: Any) -> list[FieldError]:
    least, most = RANGES[name]
    if isinstance(value, int) and least <= value <= most:
        return []
    text = f"Give a whole number from {least} to {most}."
    return [_error("OUT_OF_RANGE", name, text)]


def _percent_errors(value: Decimal) -> list[FieldError]:
    name = "most_percent"
    if not value.is_finite() or not 0 < value <= HIGHEST_PERCENT:
        text = "Give a percentage above 0 and up to 100."
        return [_error("OUT_OF_RANGE", name, text)]
    if value != round(value, PERCENT_DECIMALS):
        text = f"Give at most {PERCENT_DECIMALS} decimals."
        return [_error("TOO_MANY_DECIMALS", name, text)]
    return []


def _key_errors(value: str) -> list[FieldError]:
    if len(value) > KEY_LENGTH:
        text = f"A key has at most {KEY_LENGTH} characters."
        return [_error("TOO_LONG", "birthday_key", text)]
    if not value.isprintable():
        text = "A key has no line breaks or control characters."
        return [_error("INVALID_VALUE", "birthday_key", text)]
    return []


def _error(code: str, name: str, message: str) -> FieldError:
    return FieldError(ProgramErrorCode[code].name, f"points.{name}", message)
