"""Finds the orders of Saleor 2.10 that may have changed since a moment."""

from __future__ import annotations

from saleor.order.models import Fulfillment, Order, OrderEvent
from saleor.payment.models import Payment, Transaction

from ..bindings import ChangeSigns
from ..common import first_orders, orders_of_ours

#: Whether a transaction wrote the row that is not older than a given one. Both ages go
#: by one moment, whoever else is writing then.
WRITTEN = "age(order_order.xmin) <= age(mod(%s, 4294967296)::text::xid)"


class ChangedOrders:
    """What the adapter tells of orders that changed."""

    def orders_changed(self, after: str, limit: int, signs: ChangeSigns) -> list[str]:
        """Return up to ``limit`` orders that may have changed, by key ``after`` one.

        Saleor 2.10 does not note when an order changed, and makes no event of another
        way to ship it. The database knows which transaction wrote a row last.
        """
        at = signs.since.at
        written = Order.objects.extra(
            where=[WRITTEN], params=[signs.since.transaction_id]
        )
        return first_orders(
            [
                (written, "pk"),
                (OrderEvent.objects.filter(date__gte=at), "order_id"),
                (Fulfillment.objects.filter(created__gte=at), "order_id"),
                (Payment.objects.filter(modified__gte=at), "order_id"),
                (Transaction.objects.filter(created__gte=at), "payment__order_id"),
                *orders_of_ours(signs),
            ],
            after,
            limit,
        )
