"""Fingerprints of all that a shopper could change about a checkout."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Iterable

_ADDRESS_FIELDS = (
    "first_name last_name company_name street_address_1 street_address_2 city "
    "postal_code"
).split()


def fingerprint_of(
    checkout: Any,
    *,
    lines: Iterable[tuple[Any, Any, int]],
    method: str | None,
    code: str | None,
    gift_card_pks: Iterable[Any],
) -> str:
    """Return a hash of lines, delivery, addresses, person, code and gift cards.

    :param lines: key, variant and quantity of each.
    :param code: the shopper's own code, none of ours.
    """
    known = {
        "lines": sorted(
            (str(pk), str(variant), number) for pk, variant, number in lines
        ),
        "method": method,
        "shipping": _address(checkout.shipping_address),
        "billing": _address(checkout.billing_address),
        "user": checkout.user_id,
        "email": (checkout.email or "").lower(),
        "code": code,
        "gift_cards": sorted(map(str, gift_card_pks)),
    }
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def _address(address: Any) -> list[str]:
    """Return what an address says, however Saleor's clean-up writes it."""
    if address is None:
        return []
    values = [getattr(address, name) for name in _ADDRESS_FIELDS]
    return [
        str(address.country.code if address.country else ""),
        *("".join(str(value).lower().split()) for value in values),
    ]
