"""Which orders of Saleor 3 count as a customer's, and which checkouts are paid for."""

from __future__ import annotations

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
)
from saleor.checkout import CheckoutAuthorizeStatus
from saleor.checkout.models import Checkout
from saleor.order import (
    OrderAuthorizeStatus,
    OrderChargeStatus,
    OrderOrigin,
    OrderStatus,
)
from saleor.order.models import Order
from saleor.payment.models import Transaction, TransactionItem

UNDONE = {OrderStatus.CANCELED, OrderStatus.EXPIRED}


def counted_orders() -> QuerySet[Order]:
    """Return the orders that were placed and came to something.

    Money was set aside or taken for them, be it given back since, or none is due. What
    waits for its money, and what costs nothing in the first place, counts for nobody:
    anybody can place it under any address. What replaces goods of another order is none
    of its own.
    """
    no_money = Q(
        charge_status=OrderChargeStatus.NONE, authorize_status=OrderAuthorizeStatus.NONE
    )
    refunded = TransactionItem.objects.filter(
        order_id=OuterRef("pk"), refunded_value__gt=0
    )
    taken = Transaction.objects.filter(
        payment__order_id=OuterRef("pk"), is_success=True
    )
    return (
        Order.objects.non_draft()
        .exclude(Q(status__in=UNDONE) | Q(origin=OrderOrigin.REISSUE))
        .exclude(total_gross_amount=0, undiscounted_total_gross_amount=0)
        .annotate(is_refunded=Exists(refunded), was_taken=Exists(taken))
        .filter(
            Q(total_gross_amount=0)
            | ~no_money
            | Q(is_refunded=True)
            | Q(was_taken=True)
        )
    )


def checkouts_with_money() -> QuerySet[Checkout]:
    """Return the checkouts for which money was set aside, taken or promised.

    ``is_firm`` says that it was no mere promise.
    """
    paid = Transaction.objects.filter(
        payment__checkout_id=OuterRef("pk"), payment__is_active=True, is_success=True
    )
    held = TransactionItem.objects.filter(
        Q(charged_value__gt=0) | Q(authorized_value__gt=0), checkout_id=OuterRef("pk")
    )
    known = Checkout.objects.annotate(is_taken=Exists(paid), is_held=Exists(held))
    return known.annotate(
        is_firm=ExpressionWrapper(
            Q(is_taken=True) | Q(is_held=True), output_field=BooleanField()
        )
    ).filter(~Q(authorize_status=CheckoutAuthorizeStatus.NONE) | Q(is_taken=True))
