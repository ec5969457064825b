"""Orders with receipts, as placed carts leave them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.utils import timezone
from saleor.order.models import Order

from saleor_rewards.models import Receipt
from saleor_rewards.plugin.host import MAJOR


def make_order(user: Any = None, **fields: Any) -> Order:
    """Make an order with a receipt, as a placed cart leaves them."""
    token = str(uuid4())
    if MAJOR >= 3:
        from saleor.channel.models import Channel

        fields.setdefault("channel", Channel.objects.get())
        fields.setdefault("currency", "USD")
        fields.setdefault("lines_count", 0)
    order = Order.objects.create(
        user=user,
        user_email=user.email if user else "guest@example.com",
        checkout_token=token,
        status="unfulfilled",
        **fields,
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
    return str(order.pk) if MAJOR >= 3 else order.token
