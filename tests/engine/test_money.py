"""Amounts go in and out exactly, in every currency."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.engine import (
    AmountError,
    TooManyDecimals,
    exponent,
    from_minor,
    to_minor,
)
from saleor_rewards.engine.money import Rate

whole = st.integers(-(10**14), 10**14)


@settings(deadline=None)
@given(whole, st.sampled_from(("USD", "JPY", "BHD")))
def test_minor_units_come_back_as_they_went(amount: int, currency: str) -> None:
    # when
    value = from_minor(amount, currency)

    # then
    assert to_minor(value, currency) == amount
    assert -value.as_tuple().exponent == exponent(currency)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("12", "USD", 1200),
        ("12.5", "USD", 1250),
        ("12.500", "USD", 1250),
        ("-0.01", "USD", -1),
        ("1E+3", "JPY", 1000),
        ("7.000", "JPY", 7),
        ("0.001", "BHD", 1),
        ("0E-90", "USD", 0),
        ("0E+90", "USD", 0),
    ],
)
def test_decimals_turn_into_minor_units(
    amount: str, currency: str, expected: int
) -> None:
    assert to_minor(amount, currency) == expected
    assert to_minor(Decimal(amount), currency) == expected


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("0.001", "USD"), ("0.5", "JPY"), ("0.0001", "BHD"), ("1E-99", "USD")],
)
def test_a_finer_amount_than_the_currency_has_is_refused(
    amount: str, currency: str
) -> None:
    with pytest.raises(TooManyDecimals):
        to_minor(amount, currency)


@pytest.mark.parametrize(
    "amount", ["", "ten", "NaN", "Infinity", "1E+15", None, 1, 0.5]
)
def test_what_is_no_amount_is_refused(amount: Any) -> None:
    with pytest.raises(AmountError):
        to_minor(amount, "USD")


@settings(deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_a_rate_rounds_half_up_and_never_exceeds_the_amount(
    amount: int, ten_thousandths: int
) -> None:
    # given
    rate = Rate.from_percent(Decimal(ten_thousandths).scaleb(-4))
    exact = Decimal(amount) * ten_thousandths / 10**6

    # when
    share = rate.of(amount)

    # then
    assert -Decimal("0.5") < share - exact <= Decimal("0.5")
    assert rate.floor_of(amount) == int(exact)
    assert 0 <= share <= amount
