"""Saleor's money out of what the engine and the definitions hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Mapping

from prices import Money

from ..engine import from_minor


def money_of(amount: int, currency: str) -> Money:
    """Return whole minor units as Saleor's money."""
    return Money(from_minor(amount, currency), currency)


def monies(amounts: Mapping[str, str] | None) -> list[Money] | None:
    """Return ``{"USD": "50.00"}`` as a list of money, ``None`` as ``None``."""
    if amounts is None:
        return None
    return [
        Money(Decimal(amount), currency) for currency, amount in sorted(amounts.items())
    ]
