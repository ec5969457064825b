"""Which orders of Saleor 2.10 count as a customer's."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from saleor.order import OrderStatus
from saleor.order.models import Order
from saleor.payment.models import Payment

from .money import PENDING


def counted_orders(user_pk: Any) -> QuerySet[Order]:
    """Return the orders that were placed and came to something.

    Money was set aside or taken for them, or none is due. One that waits for its money
    counts for a while for the user who placed it, and for nobody by an address alone,
    which anybody can type in.
    """
    money = Payment.objects.filter(
        Q(captured_amount__gt=0) | Q(transactions__is_success=True),
        order_id=OuterRef("pk"),
    )
    waiting = Q(created__gt=Now() - PENDING, user_id=user_pk, user_id__isnull=False)
    return (
        Order.objects.confirmed()
        .exclude(status=OrderStatus.CANCELED)
        .annotate(has_money=Exists(money))
        .filter(Q(total_gross_amount=0) | Q(has_money=True) | waiting)
    )
