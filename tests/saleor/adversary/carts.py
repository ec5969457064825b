"""What the table of carts says of one, the same on every host."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from saleor.checkout.models import Checkout, CheckoutLine


def slot(token: str) -> str | None:
    """Return the code in a cart's slot, ``None`` where the cart is gone."""
    found = Checkout.objects.filter(pk=UUID(token)).values_list(
        "voucher_code", flat=True
    )
    return found[0] or "" if found else None


def state(token: str) -> Any:
    """Return what tells that a cart is another than before."""
    found = Checkout.objects.filter(pk=UUID(token))
    lines = CheckoutLine.objects.filter(checkout_id=UUID(token)).order_by("pk")
    return (
        list(found.values_list("last_change", "voucher_code", "user", "email")),
        list(lines.values_list("pk", "quantity")),
    )
