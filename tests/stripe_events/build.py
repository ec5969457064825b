"""Stripe's events as Stripe writes them, with what else stands in them."""

from __future__ import annotations

from itertools import count
from typing import Any

NOON = 1_772_366_400
CARD = {"brand": "visa", "last4": "4242", "fingerprint": "Xt5EWLLDS7FJjR1c"}

_numbers = count(1)


def event(kind: str, source: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An event that tells of a thing."""
    return {
        "id": f"evt_{next(_numbers)}",
        "object": "event",
        "api_version": "2020-08-27",
        "created": NOON,
        "data": {"object": source},
        "livemode": True,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
        **changes,
    }


def charge(**changes: Any) -> dict[str, Any]:
    """A charge of 100.00 dollars, with the card holder's data."""
    return {
        "id": "ch_1",
        "object": "charge",
        "amount": 10000,
        "amount_refunded": 0,
        "billing_details": {
            "address": {"city": "Cork", "line1": "1 Quay"},
            "email": "ann@example.com",
            "name": "Ann Example",
        },
        "currency": "usd",
        "payment_intent": "pi_1",
        "payment_method_details": {"type": "card", "card": CARD},
        "status": "succeeded",
        **changes,
    }


def refund(**changes: Any) -> dict[str, Any]:
    """A refund of 30.00 that came to nothing."""
    return {
        "id": "re_1",
        "object": "refund",
        "amount": 3000,
        "charge": "ch_1",
        "created": NOON,
        "currency": "usd",
        "payment_intent": "pi_1",
        "status": "failed",
        **changes,
    }


def dispute(**changes: Any) -> dict[str, Any]:
    """A dispute of all of a charge."""
    return {
        "id": "dp_1",
        "object": "dispute",
        "amount": 10000,
        "charge": "ch_1",
        "currency": "usd",
        "evidence": {"customer_name": "Ann Example"},
        "payment_intent": "pi_1",
        "status": "needs_response",
        **changes,
    }


def intent(**changes: Any) -> dict[str, Any]:
    """A payment intent that succeeded, as the newest interface writes it."""
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "amount": 10000,
        "amount_received": 10000,
        "currency": "usd",
        "latest_charge": "ch_1",
        "receipt_email": "ann@example.com",
        **changes,
    }
