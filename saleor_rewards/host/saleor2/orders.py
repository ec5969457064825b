"""Reads orders of Saleor 2.10 into the ledger's facts, in five queries a chunk.

Two more where Stripe told of their payments.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Iterable, Sequence

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from saleor.core.taxes import quantize_price
from saleor.discount import VoucherType
from saleor.order import FulfillmentStatus, OrderEvents, OrderStatus
from saleor.order.models import Order, OrderLine
from saleor.payment import TransactionKind
from saleor.payment.models import Payment, Transaction
from saleor.product.models import CollectionProduct

from ...engine import to_minor
from ...engine.allocate import split_by_largest_remainder
from ...ledger.facts import (
    Charge,
    OrderFacts,
    OrderLineFacts,
    is_paid,
    paid_at,
    refunded,
)
from ..common import STRIPE_GATEWAYS, of_person
from ..stripe_payments import with_payments
from .counting import counted_orders
from .reader import CHANNEL_PK, CHANNEL_SLUG, ArraySubquery, ancestors

TAKEN = {TransactionKind.CAPTURE, TransactionKind.CONFIRM}


class Orders:
    """What the adapter tells of orders."""

    def orders(self, pks: Sequence[str]) -> dict[str, OrderFacts]:
        """Return the facts of orders by key; drafts and missing ones are left out."""
        lines = _lines(pks)
        payments = _payments(pks)
        found = {
            str(order.pk): _facts(order, lines[order.pk], payments[order.pk])
            for order in _orders().filter(pk__in=pks)
        }
        return with_payments(found)

    def orders_after(
        self, after: str, limit: int, since: datetime
    ) -> list[tuple[str, str]]:
        """Return where each order stands in the order of placing, and its key."""
        orders = Order.objects.confirmed().filter(
            pk__gt=int(after or 0), created__gte=since
        )
        pks = orders.order_by("pk").values_list("pk", flat=True)[:limit]
        return [(str(pk), str(pk)) for pk in pks]

    def orders_paid_by(
        self, references: Sequence[str], gateways: Sequence[str]
    ) -> dict[str, set[str]]:
        """Return the keys of the orders that were paid with these references."""
        # What the gateway answered: a payment's token is a text that the shopper sends.
        paid = Transaction.objects.filter(
            token__in=references,
            is_success=True,
            payment__gateway__in=[*STRIPE_GATEWAYS, *gateways],
            payment__order__isnull=False,
        )
        found = defaultdict(set)
        for name, pk in paid.values_list("token", "payment__order_id"):
            found[name].add(str(pk))
        return dict(found)

    def has_ordered(self, user_pk: int | None, email: str) -> bool:
        """Return whether somebody placed an order that came to something."""
        return bool(counted_orders().filter(of_person(user_pk, email)).exists())

    def orders_before(self, facts: OrderFacts) -> int:
        """Return how many orders the same person placed before, and came to something."""
        mine = of_person(facts.user_pk, facts.email)
        placed = counted_orders().filter(mine, created__lt=facts.ordered_at)
        return int(placed.count())


def _orders() -> QuerySet[Order]:
    cards = Order.gift_cards.through.objects.filter(order_id=OuterRef("pk"))
    fulfilled = Q(events__type=OrderEvents.FULFILLMENT_FULFILLED_ITEMS)
    return (
        Order.objects.confirmed()
        .select_related("shipping_address", "billing_address")
        .annotate(
            voucher_type=F("voucher__type"),
            has_gift_cards=Exists(cards),
            packed_at=Max("events__date", filter=fulfilled),
            sent_at=Max(
                "fulfillments__created",
                filter=Q(fulfillments__status=FulfillmentStatus.FULFILLED),
            ),
        )
        .order_by("pk")
    )


def _lines(pks: Sequence[str]) -> dict[int, list[OrderLine]]:
    collections = CollectionProduct.objects.filter(
        product_id=OuterRef("variant__product_id")
    )
    lines = (
        OrderLine.objects.filter(order_id__in=pks)
        .annotate(
            product_pk=F("variant__product_id"),
            categories=ArraySubquery(ancestors()),
            collections=ArraySubquery(collections.values("collection_id")),
        )
        .order_by("pk")
    )
    found = defaultdict(list)
    for line in lines:
        found[line.order_id].append(line)
    return found


def _payments(pks: Sequence[str]) -> dict[int, list[Payment]]:
    payments = Payment.objects.filter(order_id__in=pks)
    found = defaultdict(list)
    for payment in payments.prefetch_related("transactions").order_by("pk"):
        found[payment.order_id].append(payment)
    return found


def _facts(
    order: Order, lines: Sequence[OrderLine], payments: Sequence[Payment]
) -> OrderFacts:
    currency = order.currency
    total = _minor(order.total_gross_amount, currency)
    charged = _minor(sum((p.captured_amount for p in payments), Decimal(0)), currency)
    given = _minor(sum(_given_back(payments), Decimal(0)), currency)
    paid = is_paid(total, charged, given)
    fulfilled = order.status == OrderStatus.FULFILLED
    address = order.shipping_address or order.billing_address
    return OrderFacts(
        order_pk=str(order.pk),
        checkout_token=order.checkout_token or None,
        channel_pk=CHANNEL_PK,
        channel=CHANNEL_SLUG,
        currency=currency,
        user_pk=order.user_id,
        email=order.user_email,
        language=order.language_code,
        country=address.country.code if address else None,
        shipping_method_id=str(order.shipping_method_id or "") or None,
        ordered_at=order.created,
        total_amount=total,
        is_cancelled=order.status == OrderStatus.CANCELED,
        is_paid=paid,
        is_fulfilled=fulfilled,
        paid_at=paid_at(total, _charges(payments), order.created) if paid else None,
        fulfilled_at=_fulfilled_at(order) if fulfilled else None,
        gift_card_amount=_paid_by_gift_cards(order, lines),
        paid_amount=charged + given,
        given_back_amount=given,
        refunded_amount=refunded(total, charged, given),
        lines=tuple(_line_facts(order, lines)),
    )


def _paid_by_gift_cards(order: Order, lines: Sequence[OrderLine]) -> int:
    """Return what the total lacks of goods and shipping, after what a voucher takes."""
    if not order.has_gift_cards:
        return 0
    goods = sum(line.unit_price_gross_amount * line.quantity for line in lines)
    whole = goods + order.shipping_price_gross_amount - order.discount_amount
    return max(0, _minor(whole - order.total_gross_amount, order.currency))


def _given_back(payments: Iterable[Payment]) -> Iterable[Decimal]:
    for payment in payments:
        for transaction in payment.transactions.all():
            if transaction.kind == TransactionKind.REFUND and transaction.is_success:
                yield transaction.amount


def _charges(payments: Iterable[Payment]) -> Iterable[Charge]:
    for payment in payments:
        taken = [
            Charge(transaction.created, _minor(transaction.amount, payment.currency))
            for transaction in payment.transactions.all()
            if transaction.kind in TAKEN
            and transaction.is_success
            and not transaction.action_required
        ]
        # An order that staff marked as paid has a payment and no transaction.
        amount = _minor(payment.captured_amount, payment.currency)
        yield from taken or [Charge(payment.created, amount)]


def _fulfilled_at(order: Order) -> datetime:
    # Digital goods are fulfilled without an event.
    return max(at for at in (order.packed_at, order.sent_at, order.created) if at)


def _line_facts(order: Order, lines: Sequence[OrderLine]) -> Iterable[OrderLineFacts]:
    shares = {
        side: _paid_shares(
            order,
            [
                getattr(line, f"unit_price_{side}_amount") * line.quantity
                for line in lines
            ],
            getattr(order, f"total_{side}_amount"),
            getattr(order, f"shipping_price_{side}_amount"),
        )
        for side in ("net", "gross")
    }
    for line, net, gross in zip(lines, shares["net"], shares["gross"]):
        yield OrderLineFacts(
            id=str(line.pk),
            product_id=str(line.product_pk or ""),
            variant_id=str(line.variant_id or ""),
            quantity=line.quantity,
            net_amount=net,
            gross_amount=gross,
            category_ids=tuple(str(pk) for pk in line.categories),
            collection_ids=tuple(str(pk) for pk in line.collections),
            is_shippable=line.is_shipping_required,
        )


def _paid_shares(
    order: Order, amounts: Sequence[Decimal], total: Decimal, shipping: Decimal
) -> list[int]:
    """Split what was paid for the goods over the lines, in minor units.

    Saleor rounds the price of each unit and takes vouchers off the order as a whole,
    so the lines alone say something else than the total.
    """
    discount = order.discount_amount
    is_for_shipping = order.voucher_type == VoucherType.SHIPPING
    if order.has_gift_cards:
        # The total tells only what the gift cards did not pay.
        goods = sum(amounts, Decimal(0)) - (0 if is_for_shipping else discount)
    else:
        goods = total - shipping + (discount if is_for_shipping else 0)
    paid = max(0, _minor(goods, order.currency))
    weights = [_minor(amount, order.currency) for amount in amounts]
    if not any(weights):
        return weights
    # A share must not exceed its weight, and paid may exceed their sum by a rounding.
    return split_by_largest_remainder(paid, [weight * (paid + 1) for weight in weights])


def _minor(amount: Decimal, currency: str) -> int:
    return to_minor(quantize_price(Decimal(amount), currency), currency)
