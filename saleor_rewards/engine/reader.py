"""Reads JSON values one by one and collects every error instead of the first."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Collection, Mapping, TypeVar

from babel import Locale
from babel.numbers import list_currencies

from .errors import RuleError, RuleErrorCode
from .money import Amounts, TooManyDecimals, exponent, to_minor

EnumType = TypeVar("EnumType", bound=Enum)

MAX_WHOLE = 2**31 - 1
#: The most points that one rule gives at once, or for each amount.
MAX_POINTS = 10**9
MAX_AMOUNT_DIGITS = 12
MAX_PERCENT_DECIMALS = 4
MAX_FACTOR_DECIMALS = 2

DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2})?(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})\Z"
)
CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})\Z")


@lru_cache(maxsize=1)
def known_currencies() -> frozenset[str]:
    """Return all currency codes of ISO 4217 that CLDR knows.

    >>> "USD" in known_currencies(), "usd" in known_currencies()
    (True, False)
    """
    return frozenset(list_currencies())


@lru_cache(maxsize=1)
def known_countries() -> frozenset[str]:
    """Return all country codes of two letters that CLDR knows.

    >>> "PL" in known_countries(), "pl" in known_countries()
    (True, False)
    """
    codes = map(str, Locale("en").territories)
    return frozenset(code for code in codes if code.isalpha())


def join(field: str, key: object) -> str:
    """Return the dotted path of `key` inside `field`.

    >>> join("benefit.steps", 1), join("", "lane")
    ('benefit.steps.1', 'lane')
    """
    return f"{field}.{key}" if field else str(key)


class Reader:
    """Reads values and remembers in `errors` what is wrong with them.

    Each method answers None for what it could not read, and also for null, which
    stands for a key that is left out.

    >>> reader = Reader()
    >>> reader.percent("5", "benefit.percent")
    Decimal('5')
    >>> reader.percent("500", "benefit.percent")
    >>> reader.errors[0].code
    <RuleErrorCode.OUT_OF_RANGE: 'OUT_OF_RANGE'>
    """

    def __init__(self) -> None:
        self.errors: list[RuleError] = []

    def fail(self, code: RuleErrorCode, field: str, message: str) -> None:
        """Remember an error."""
        self.errors.append(RuleError(code, field, message))

    def mapping(
        self,
        value: object,
        field: str,
        known: Collection[str],
        required: Collection[str] = (),
    ) -> Mapping[str, Any] | None:
        """Read an object with none but the known keys and all the required ones."""
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fail(RuleErrorCode.WRONG_TYPE, field, "An object is needed.")
            return None
        for key in value:
            if key not in known:
                self.fail(
                    RuleErrorCode.UNKNOWN_KEY, join(field, key), "This key is unknown."
                )
        for key in required:
            self.require(value.get(key), join(field, key))
        return value

    def require(self, value: object, field: str) -> None:
        """Refuse a value that is not there."""
        if value is None:
            self.fail(RuleErrorCode.REQUIRED, field, "This is needed.")

    def items(self, value: object, field: str) -> list[Any] | None:
        """Read a list with at least one entry."""
        if value is None:
            return None
        if not isinstance(value, list):
            self.fail(RuleErrorCode.WRONG_TYPE, field, "A list is needed.")
            return None
        if not value:
            self.fail(RuleErrorCode.EMPTY_LIST, field, "The list is empty.")
            return None
        return value

    def text(self, value: object, field: str) -> str | None:
        """Read a text that is not blank."""
        if value is None:
            return None
        if not isinstance(value, str):
            self.fail(RuleErrorCode.WRONG_TYPE, field, "A text is needed.")
            return None
        if not value.strip():
            self.fail(RuleErrorCode.INVALID_VALUE, field, "The text is blank.")
            return None
        return value

    def texts(self, value: object, field: str) -> frozenset[str]:
        """Read a list of texts, each there once."""
        found: set[str] = set()
        for number, item in enumerate(self.items(value, field) or ()):
            path = join(field, number)
            self.require(item, path)
            text = self.text(item, path)
            if text in found:
                self.fail(RuleErrorCode.DUPLICATE, path, "This is there twice.")
            if text is not None:
                found.add(text)
        return frozenset(found)

    def choice(
        self,
        value: object,
        field: str,
        choices: type[EnumType],
        code: RuleErrorCode = RuleErrorCode.INVALID_VALUE,
    ) -> EnumType | None:
        """Read one of the values of an enum."""
        text = self.text(value, field)
        if text is None:
            return None
        try:
            return choices(text)
        except ValueError:
            names = ", ".join(str(choice.value) for choice in choices)
            self.fail(code, field, f"One of these is needed: {names}.")
            return None

    def boolean(self, value: object, field: str) -> bool:
        """Read true or false; null is false."""
        if value is not None and not isinstance(value, bool):
            self.fail(RuleErrorCode.WRONG_TYPE, field, "True or false is needed.")
            return False
        return bool(value)

    def whole(
        self, value: object, field: str, least: int, most: int = MAX_WHOLE
    ) -> int | None:
        """Read a whole number between two bounds, both included."""
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.fail(RuleErrorCode.WRONG_TYPE, field, "A whole number is needed.")
            return None
        if not least <= value <= most:
            self.fail(
                RuleErrorCode.OUT_OF_RANGE,
                field,
                f"It must be between {least} and {most}.",
            )
            return None
        return value

    def decimal(self, value: object, field: str) -> Decimal | None:
        """Read a number written as a text, such as `"12.50"`."""
        if value is None:
            return None
        if not isinstance(value, str):
            message = 'A number in quotes is needed, such as "12.50".'
            self.fail(RuleErrorCode.WRONG_TYPE, field, message)
            return None
        if not DECIMAL.match(value):
            message = 'Digits with at most one point are needed, such as "12.50".'
            self.fail(RuleErrorCode.INVALID_VALUE, field, message)
            return None
        if len(value.split(".")[0].lstrip("-0")) > MAX_AMOUNT_DIGITS:
            message = f"At most {MAX_AMOUNT_DIGITS} digits may precede the point."
            self.fail(RuleErrorCode.OUT_OF_RANGE, field, message)
            return None
        return Decimal(value)

    def percent(self, value: object, field: str) -> Decimal | None:
        """Read a percentage above 0 and up to 100, of at most 4 decimals."""
        percent = self.decimal(value, field)
        if percent is None:
            return None
        if not 0 < percent <= 100:
            message = "It must be above 0 and at most 100."
            self.fail(RuleErrorCode.OUT_OF_RANGE, field, message)
            return None
        if percent != percent.quantize(Decimal(1).scaleb(-MAX_PERCENT_DECIMALS)):
            message = f"At most {MAX_PERCENT_DECIMALS} decimals are possible."
            self.fail(RuleErrorCode.TOO_MANY_DECIMALS, field, message)
            return None
        return percent

    def factor(self, value: object, field: str) -> Decimal | None:
        """Read a factor above 1 and up to 100, of at most 2 decimals."""
        factor = self.decimal(value, field)
        if factor is None:
            return None
        if not 1 < factor <= 100:
            message = "It must be above 1 and at most 100."
            self.fail(RuleErrorCode.OUT_OF_RANGE, field, message)
            return None
        if factor != factor.quantize(Decimal(1).scaleb(-MAX_FACTOR_DECIMALS)):
            message = f"At most {MAX_FACTOR_DECIMALS} decimals are possible."
            self.fail(RuleErrorCode.TOO_MANY_DECIMALS, field, message)
            return None
        return factor

    def amounts(
        self, value: object, field: str, *, may_be_zero: bool = False
    ) -> Amounts | None:
        """Read amounts by currency, such as `{"USD": "12.50"}`, into minor units."""
        if value is None:
            return None
        if not isinstance(value, dict):
            message = 'Amounts by currency are needed, such as {"USD": "12.50"}.'
            self.fail(RuleErrorCode.WRONG_TYPE, field, message)
            return None
        if not value:
            self.fail(RuleErrorCode.EMPTY_LIST, field, "At least one is needed.")
            return None
        count = len(self.errors)
        found = {
            currency: self._amount(amount, join(field, currency), currency, may_be_zero)
            for currency, amount in value.items()
        }
        return Amounts.from_dict(found) if len(self.errors) == count else None

    def _amount(
        self, value: object, field: str, currency: str, may_be_zero: bool
    ) -> int:
        if currency not in known_currencies():
            message = "This is no currency code such as USD."
            self.fail(RuleErrorCode.UNKNOWN_CURRENCY, field, message)
            return 0
        self.require(value, field)
        amount = self.decimal(value, field)
        if amount is None:
            return 0
        if amount < 0 or (amount == 0 and not may_be_zero):
            least = "be negative" if may_be_zero else "be zero or negative"
            self.fail(RuleErrorCode.OUT_OF_RANGE, field, f"It must not {least}.")
            return 0
        try:
            return to_minor(amount, currency)
        except TooManyDecimals:
            message = f"{currency} has {exponent(currency)} decimals."
            self.fail(RuleErrorCode.TOO_MANY_DECIMALS, field, message)
            return 0

    def timestamp(self, value: object, field: str) -> datetime | None:
        """Read a time of ISO 8601 with its offset, and turn it into UTC."""
        text = self.text(value, field)
        if text is None:
            return None
        match = TIMESTAMP.match(text)
        if match:
            day, seconds, fraction, offset = match.groups()
            zone = "+00:00" if offset == "Z" else offset
            micros = (fraction or ".").ljust(7, "0")
            try:
                local = datetime.fromisoformat(f"{day}{seconds or ':00'}{micros}{zone}")
                return local.astimezone(timezone.utc)
            except (ValueError, OverflowError):
                pass
        message = 'A time with its offset is needed, such as "2024-05-01T09:00:00Z".'
        self.fail(RuleErrorCode.INVALID_VALUE, field, message)
        return None

    def minute(self, value: object, field: str) -> int | None:
        """Read a time of day such as `"09:30"` into minutes since midnight."""
        text = self.text(value, field)
        if text is None:
            return None
        match = CLOCK.match(text)
        hour, minute = map(int, match.groups()) if match else (99, 0)
        if (hour < 24 and minute < 60) or text == "24:00":
            return hour * 60 + minute
        message = "A time of day between 00:00 and 24:00 is needed."
        self.fail(RuleErrorCode.INVALID_VALUE, field, message)
        return None
