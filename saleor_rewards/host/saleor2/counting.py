"""Which orders of Saleor 2.10 count as a customer's, and which checkouts are paid for."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from saleor.checkout.models import Checkout
from saleor.order import OrderStatus
from saleor.order.models import Order
from saleor.payment.models import Payment


def counted_orders() -> QuerySet[Order]:
    """Return the orders that were placed and came to something.

    Money was set aside or taken for them, be it given back since, or none is due. What
    waits for its money counts for nobody: anybody can place it under any address.
    """
    money = Payment.objects.filter(
        Q(captured_amount__gt=0) | Q(transactions__is_success=True),
        order_id=OuterRef("pk"),
    )
    return (
        Order.objects.confirmed()
        .exclude(status=OrderStatus.CANCELED)
        .annotate(has_money=Exists(money))
        .filter(Q(total_gross_amount=0) | Q(has_money=True))
    )


def checkouts_with_money() -> QuerySet[Checkout]:
    """Return the checkouts for which money was set aside or taken.

    ``is_firm`` says so of each, as no payment is a mere promise.
    """
    paid = Payment.objects.filter(
        checkout_id=OuterRef("pk"), is_active=True, transactions__is_success=True
    )
    return Checkout.objects.annotate(is_firm=Exists(paid)).filter(is_firm=True)
