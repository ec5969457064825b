"""Refusals of orders, with the code that Saleor's clients know."""

from __future__ import annotations

from django.core.exceptions import ValidationError

#: What every mutation that places an order has a name for.
REFUSED = "voucher_not_applicable"


def refusal(message: str) -> ValidationError:
    """Return the error by which an order is refused."""
    return ValidationError({"rewards": ValidationError(message, code=REFUSED)})
