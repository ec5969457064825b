"""Which orders of Saleor 3 count as a customer's."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from saleor.order import (
    OrderAuthorizeStatus,
    OrderChargeStatus,
    OrderOrigin,
    OrderStatus,
)
from saleor.order.models import Order

UNDONE = {OrderStatus.CANCELED, OrderStatus.EXPIRED}


def counted_orders(user_pk: Any) -> QuerySet[Order]:
    """Return the orders that were placed and came to something.

    Money was set aside or taken for them, or none is due. One that waits for its money
    counts for a while for the user who placed it, and for nobody by an address alone,
    which anybody can type in. What replaces goods of another order is none of its own.
    """
    no_money = Q(
        charge_status=OrderChargeStatus.NONE, authorize_status=OrderAuthorizeStatus.NONE
    )
    young = Now() - settings.CHECKOUT_TTL_BEFORE_RELEASING_FUNDS
    waiting = Q(created_at__gt=young, user_id=user_pk, user_id__isnull=False)
    return (
        Order.objects.non_draft()
        .exclude(Q(status__in=UNDONE) | Q(origin=OrderOrigin.REISSUE))
        .filter(Q(total_gross_amount=0) | ~no_money | waiting)
    )
