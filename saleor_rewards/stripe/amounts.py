"""Stripe's smallest units of a currency, and ours."""

from __future__ import annotations

from ..engine.money import exponent

#: Currencies that Stripe counts whole.
_WHOLE = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()
)
_THOUSANDTHS = frozenset("BHD JOD KWD OMR TND".split())


def to_minor(amount: int, currency: str) -> int:
    """Return an amount of Stripe's in our minor units, rounded down.

    Stripe counts hundredths of some currencies that have none any more.

    >>> to_minor(1250, "USD"), to_minor(500, "JPY"), to_minor(5120, "KWD")
    (1250, 500, 5120)
    >>> to_minor(500, "ISK"), to_minor(500, "UGX")
    (5, 5)
    """
    theirs = 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2
    ours = exponent(currency)
    return int(amount * 10**ours // 10**theirs)
