"""Orders with receipts, as placed carts leave them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.utils import timezone
from saleor.order.models import Order

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.models import Receipt

from .world import HOST


def make_order(user: Any = None, **fields: Any) -> Order:
    """Make an order with a receipt, as a placed cart leaves them."""
    token = str(uuid4())
    order = Order.objects.create(
        user=user,
        user_email=user.email if user else "guest@example.com",
        checkout_token=token,
        status="unfulfilled",
        **{**HOST.order_columns(), **fields},
    )
    Receipt.objects.create(
        checkout_token=token,
        order_pk=str(order.pk),
        channel_pk=1,
        currency="USD",
        at=timezone.now(),
        snapshot={"lines": [{"id": "7", "variant_id": "3"}]},
        settings={"cap_percent": None, "time_zone": "UTC", "points": None},
        effects=[
            {
                "type": "LINE_DISCOUNT",
                "rule_id": 5,
                "rule_version": 2,
                "rule_name": "Spring",
                "line_id": "7",
                "amount": 400,
                "currency": "USD",
            }
        ],
    )
    return order


def token_of(order: Order) -> str:
    return str(order.pk if capabilities.order_numbers else order.token)
