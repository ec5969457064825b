"""Amounts: decimals at the edge, whole minor units inside, never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Mapping

from babel.numbers import get_currency_precision

MAX_DIGITS = 15


class AmountError(ValueError):
    """A value that is no amount: not a number, not finite, or far too large.

    >>> to_minor("ten", "USD")
    Traceback (most recent call last):
    saleor_rewards.engine.money.AmountError: not an amount: 'ten'
    """


class TooManyDecimals(AmountError):
    """An amount finer than its currency's minor unit.

    >>> to_minor("1.5", "JPY")
    Traceback (most recent call last):
    saleor_rewards.engine.money.TooManyDecimals: JPY has 0 decimals: 1.5
    """


def exponent(currency: str) -> int:
    """Return how many decimals a currency has (ISO 4217, from CLDR).

    >>> exponent("USD"), exponent("JPY"), exponent("BHD")
    (2, 0, 3)
    """
    return int(get_currency_precision(currency))


def to_minor(amount: Decimal | str, currency: str) -> int:
    """Turn a decimal amount into whole minor units of `currency`.

    Raises `TooManyDecimals` rather than rounding, `AmountError` on all that is no
    finite number of at most 15 digits before the point.

    >>> to_minor("12.50", "USD"), to_minor(Decimal("12.500"), "BHD")
    (1250, 12500)
    """
    if not isinstance(amount, (Decimal, str)):
        raise AmountError(f"not an amount: {amount!r}")
    try:
        value = Decimal(amount)
    except InvalidOperation:
        raise AmountError(f"not an amount: {amount!r}") from None
    if not value.is_finite():
        raise AmountError(f"not an amount: {amount!r}")
    if value and value.adjusted() >= MAX_DIGITS:
        raise AmountError(f"too large: {amount!r}")
    places = exponent(currency)
    sign, digits, power = value.as_tuple()
    shift = int(power) + places
    number = int("".join(map(str, digits)))
    factor = int(10 ** min(abs(shift), MAX_DIGITS + places + len(digits)))
    if shift >= 0:
        number *= factor
    elif number % factor:
        raise TooManyDecimals(f"{currency} has {places} decimals: {amount}")
    else:
        number //= factor
    return -number if sign else number


def from_minor(amount: int, currency: str) -> Decimal:
    """Turn whole minor units into a decimal with the currency's own decimals.

    >>> from_minor(1250, "USD"), from_minor(1250, "JPY"), from_minor(5, "BHD")
    (Decimal('12.50'), Decimal('1250'), Decimal('0.005'))
    """
    sign = 1 if amount < 0 else 0
    digits = tuple(map(int, str(abs(amount))))
    return Decimal((sign, digits, -exponent(currency)))


@dataclass(frozen=True)
class Amounts:
    """One amount per currency, in minor units, sorted by currency.

    >>> limits = Amounts.from_dict({"USD": 5000, "JPY": 7000})
    >>> limits.of("JPY"), limits.of("EUR")
    (7000, None)
    >>> limits.currencies
    ('JPY', 'USD')
    """

    entries: tuple[tuple[str, int], ...]

    @classmethod
    def from_dict(cls, amounts: Mapping[str, int]) -> Amounts:
        """Build from `{currency: minor units}` in any order."""
        return cls(tuple(sorted(amounts.items())))

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies that have an amount."""
        return tuple(currency for currency, _ in self.entries)

    def of(self, currency: str) -> int | None:
        """Return the amount in `currency`, or None where none is configured."""
        for name, amount in self.entries:
            if name == currency:
                return amount
        return None


@dataclass(frozen=True)
class Rate:
    """An exact share of an amount, rounded half up to the minor unit.

    >>> Rate.from_percent(Decimal("2.5")).of(1000)
    25
    >>> Rate.from_percent(Decimal("10")).of(5), Rate.from_percent(Decimal("10")).of(4)
    (1, 0)
    """

    numerator: int
    denominator: int

    @classmethod
    def from_percent(cls, percent: Decimal) -> Rate:
        """Build from a percentage such as `Decimal("12.5")`."""
        numerator, denominator = percent.as_integer_ratio()
        return cls(numerator, denominator * 100)

    def of(self, amount: int) -> int:
        """Return the share of `amount`, half a unit rounded up."""
        return (2 * amount * self.numerator + self.denominator) // (
            2 * self.denominator
        )

    def floor_of(self, amount: int) -> int:
        """Return the share of `amount`, rounded down."""
        return amount * self.numerator // self.denominator
