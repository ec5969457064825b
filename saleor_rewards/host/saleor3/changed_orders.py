"""Finds the orders of Saleor 3 that may have changed since a moment."""

from __future__ import annotations

from saleor.giftcard.models import GiftCardEvent
from saleor.order.models import Fulfillment, Order, OrderEvent, OrderGrantedRefund
from saleor.payment.models import (
    Payment,
    Transaction,
    TransactionEvent,
    TransactionItem,
)

from ..bindings import ChangeSigns
from ..common import first_orders, orders_of_ours


class ChangedOrders:
    """What the adapter tells of orders that changed."""

    def orders_changed(self, after: str, limit: int, signs: ChangeSigns) -> list[str]:
        """Return up to ``limit`` orders that may have changed, by key ``after`` one.

        Saleor changes some without a new ``updated_at``: those that expire have an
        event, and payments rows of their own.
        """
        at = signs.since.at
        events = TransactionEvent.objects.filter(created_at__gte=at)
        return first_orders(
            [
                (Order.objects.filter(updated_at__gte=at), "pk"),
                (OrderEvent.objects.filter(date__gte=at), "order_id"),
                (Fulfillment.objects.filter(created_at__gte=at), "order_id"),
                (OrderGrantedRefund.objects.filter(updated_at__gte=at), "order_id"),
                (GiftCardEvent.objects.filter(date__gte=at), "order_id"),
                (Payment.objects.filter(modified_at__gte=at), "order_id"),
                (Transaction.objects.filter(created_at__gte=at), "payment__order_id"),
                (TransactionItem.objects.filter(modified_at__gte=at), "order_id"),
                (events, "transaction__order_id"),
                *orders_of_ours(signs),
            ],
            after,
            limit,
        )
