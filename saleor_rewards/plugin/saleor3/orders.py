"""Reads orders of Saleor 3 into the ledger's facts, in at most seven queries a chunk.

Two more where Stripe told of their payments.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any, Iterable, Sequence

import graphene
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    CharField,
    DecimalField,
    F,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from saleor.discount.models import OrderLineDiscount
from saleor.giftcard import GiftCardEvents
from saleor.giftcard.models import GiftCardEvent
from saleor.order import FulfillmentStatus, OrderEvents, OrderOrigin, OrderStatus
from saleor.order.models import FulfillmentLine, Order, OrderLine
from saleor.payment import TransactionEventType
from saleor.payment.models import (
    Payment,
    Transaction,
    TransactionEvent,
    TransactionItem,
)
from saleor.product.models import CollectionProduct

from ...ledger.facts import (
    OrderFacts,
    OrderLineFacts,
    is_paid,
    paid_at,
    refunded,
)
from ...models import Receipt
from ...stripe_events.tables import with_payments
from ..common import STRIPE_GATEWAYS, of_person
from ..shown import POINTS
from .counting import UNDONE, counted_orders
from .lines import POINTS_REASON, REASON, ancestors, minor, ours
from .order_money import OrderMoney

#: Of goods that came back and were not exchanged.
RETURNED = [FulfillmentStatus.RETURNED, FulfillmentStatus.REFUNDED_AND_RETURNED]

AMOUNT = DecimalField(max_digits=20, decimal_places=3)


class Orders:
    """What the adapter tells of orders."""

    def orders(self, pks: Sequence[str]) -> dict[str, OrderFacts]:
        """Return the facts of orders by key; drafts and missing ones are left out."""
        lines = _by_order(_lines(pks))
        payments = _by_order(_payments(pks))
        transactions = _by_order(_transactions(pks))
        found = {
            str(order.pk): _facts(
                order,
                lines[order.pk],
                OrderMoney(order.currency, payments[order.pk], transactions[order.pk]),
            )
            for order in _orders().filter(pk__in=pks)
        }
        return with_payments(found)

    def orders_after(
        self, after: str, limit: int, since: datetime
    ) -> list[tuple[str, str]]:
        """Return where each order stands in the order of placing, and its key."""
        orders = Order.objects.non_draft().filter(
            number__gt=int(after or 0), created_at__gte=since
        )
        found = orders.order_by("number").values_list("number", "pk")[:limit]
        return [(str(number), str(pk)) for number, pk in found]

    def orders_paid_by(
        self, references: Sequence[str], gateways: Sequence[str]
    ) -> dict[str, set[str]]:
        """Return the keys of the orders that were paid with these references."""
        found = defaultdict(set)
        for rows, field, order in _payers(gateways):
            paid = rows.filter(
                **{f"{field}__in": references, f"{order}__isnull": False}
            )
            for name, pk in paid.values_list(field, order):
                found[name].add(str(pk))
        return dict(found)

    def has_ordered(self, user_pk: int | None, email: str) -> bool:
        """Return whether somebody placed an order that came to something."""
        return bool(counted_orders().filter(of_person(user_pk, email)).exists())

    def orders_before(self, facts: OrderFacts) -> int:
        """Return how many orders the same person placed before, and came to something."""
        mine = of_person(facts.user_pk, facts.email)
        placed = counted_orders().filter(mine, created_at__lt=facts.ordered_at)
        return placed.count()


def _payers(gateways: Sequence[str]) -> list[tuple[QuerySet, str, str]]:
    """Return where a provider's reference may stand, and how its order is reached.

    Only what the gateway itself or an app answered: a payment's token is a text that
    the shopper sends.
    """
    older = [*STRIPE_GATEWAYS, *gateways]
    succeeded = Transaction.objects.filter(is_success=True, payment__gateway__in=older)
    items, events = TransactionItem.objects.all(), TransactionEvent.objects.all()
    if gateways:
        items = items.filter(_reported_by(gateways))
        events = events.filter(_reported_by(gateways, "transaction__"))
    return [
        (items, "psp_reference", "order_id"),
        (Payment.objects.filter(gateway__in=older), "psp_reference", "order_id"),
        (succeeded, "token", "payment__order_id"),
        (events, "psp_reference", "transaction__order_id"),
    ]


def _reported_by(apps: Sequence[str], path: str = "") -> Q:
    """Return which transactions are of these apps, or of no app: staff made them."""
    of_staff = Q(**{f"{path}app": None}) & (
        Q(**{f"{path}app_identifier": None}) | Q(**{f"{path}app_identifier": ""})
    )
    return of_staff | Q(**{f"{path}app_identifier__in": apps})


def _orders() -> QuerySet[Order]:
    packed = Q(events__type=OrderEvents.FULFILLMENT_FULFILLED_ITEMS)
    sent = Q(fulfillments__status=FulfillmentStatus.FULFILLED)
    return (
        Order.objects.non_draft()
        .select_related(
            "channel__tax_configuration", "shipping_address", "billing_address"
        )
        .annotate(
            packed_at=Max("events__date", filter=packed),
            sent_at=Max("fulfillments__created_at", filter=sent),
            card_amount=Subquery(_paid_by_gift_cards()),
            entered_with_tax=Subquery(_entered_with_tax()),
        )
        .order_by("number")
    )


def _entered_with_tax() -> QuerySet[Receipt]:
    """Return whether prices were entered with tax when an order was placed.

    Its receipt knows; Saleor keeps what the channel does today alone.
    """
    return (
        Receipt.objects.filter(order_pk=Cast(OuterRef("pk"), CharField()))
        .order_by()
        .annotate(told=KeyTransform("prices_with_tax", "snapshot"))
        .values("told")
    )


def _paid_by_gift_cards() -> QuerySet[GiftCardEvent]:
    """Return what gift cards took off the total; others pay by transactions."""
    before, after = (
        Cast(KeyTextTransform(key, KeyTransform("balance", "parameters")), AMOUNT)
        for key in ("old_current_balance", "current_balance")
    )
    return (
        GiftCardEvent.objects.filter(
            order_id=OuterRef("pk"),
            type=GiftCardEvents.USED_IN_ORDER,
            gift_card__orders=F("order_id"),
        )
        .order_by()
        .values("order_id")
        .annotate(amount=Sum(before - after, output_field=AMOUNT))
        .values("amount")
    )


def _paid_in_points() -> QuerySet[OrderLineDiscount]:
    return (
        OrderLineDiscount.objects.filter(
            # The second is what an older release wrote.
            Q(reason=POINTS_REASON) | Q(reason=REASON, name=POINTS),
            ours(),
            line_id=OuterRef("pk"),
        )
        .order_by()
        .values("line_id")
        .annotate(amount=Sum("amount_value"))
        .values("amount")
    )


def _returned() -> QuerySet[FulfillmentLine]:
    return (
        FulfillmentLine.objects.filter(
            order_line_id=OuterRef("pk"), fulfillment__status__in=RETURNED
        )
        .order_by()
        .values("order_line_id")
        .annotate(all=Sum("quantity"))
        .values("all")
    )


def _lines(pks: Sequence[str]) -> QuerySet[OrderLine]:
    collections = CollectionProduct.objects.filter(
        product_id=OuterRef("variant__product_id")
    )
    return (
        OrderLine.objects.filter(order_id__in=pks)
        .annotate(
            product_pk=F("variant__product_id"),
            categories=ArraySubquery(ancestors()),
            collections=ArraySubquery(collections.values("collection_id")),
            points_amount=Subquery(_paid_in_points()),
            returned=Subquery(_returned()),
        )
        .order_by("created_at", "pk")
    )


def _payments(pks: Sequence[str]) -> QuerySet[Payment]:
    payments = Payment.objects.filter(order_id__in=pks).order_by("pk")
    return payments.prefetch_related("transactions")


def _transactions(pks: Sequence[str]) -> QuerySet[TransactionItem]:
    # What an app corrects downwards is an event with a negative amount.
    charged = TransactionEvent.objects.filter(
        type=TransactionEventType.CHARGE_SUCCESS,
        include_in_calculations=True,
        amount_value__gt=0,
    )
    return (
        TransactionItem.objects.filter(order_id__in=pks)
        .prefetch_related(Prefetch("events", charged, to_attr="charge_events"))
        .order_by("pk")
    )


def _by_order(rows: Iterable[Any]) -> dict[Any, list[Any]]:
    found = defaultdict(list)
    for row in rows:
        found[row.order_id].append(row)
    return found


def _facts(order: Order, lines: Sequence[OrderLine], money: OrderMoney) -> OrderFacts:
    total = minor(order.total_gross_amount, order.currency)
    paid = is_paid(total, money.charged, money.given_back)
    fulfilled = _is_fulfilled(order, lines)
    address = order.shipping_address or order.billing_address
    with_tax = order.entered_with_tax
    if with_tax is None:
        taxes = getattr(order.channel, "tax_configuration", None)
        with_tax = taxes is None or taxes.prices_entered_with_tax
    return OrderFacts(
        order_pk=str(order.pk),
        checkout_token=order.checkout_token or None,
        channel_pk=order.channel_id,
        channel=order.channel.slug,
        currency=order.currency,
        user_pk=order.user_id,
        email=order.user_email,
        language=order.language_code,
        country=address.country.code if address else None,
        shipping_method_id=str(order.shipping_method_id or "") or None,
        is_picked_up=bool(order.collection_point_id or order.collection_point_name),
        prices_with_tax=with_tax,
        tells_points=True,
        ordered_at=order.created_at,
        total_amount=total,
        is_confirmed=order.status != OrderStatus.UNCONFIRMED,
        is_cancelled=order.status in UNDONE,
        is_exchange=order.origin == OrderOrigin.REISSUE,
        is_paid=paid,
        is_fulfilled=fulfilled,
        paid_at=paid_at(total, money.charges, order.created_at) if paid else None,
        fulfilled_at=_fulfilled_at(order) if fulfilled else None,
        gift_card_amount=minor(order.card_amount or Decimal(0), order.currency),
        paid_amount=money.charged + money.given_back,
        given_back_amount=money.given_back,
        refunded_amount=refunded(total, money.charged, money.given_back),
        lines=tuple(_line_facts(line, with_tax) for line in lines),
    )


def _is_fulfilled(order: Order, lines: Iterable[OrderLine]) -> bool:
    if order.status == OrderStatus.PARTIALLY_RETURNED:
        # Saleor calls an order so also while some of it was never sent.
        return all(line.quantity_fulfilled >= line.quantity for line in lines)
    return order.status in (OrderStatus.FULFILLED, OrderStatus.RETURNED)


def _fulfilled_at(order: Order) -> datetime:
    return max(at for at in (order.packed_at, order.sent_at, order.created_at) if at)


def _sold_id(line: OrderLine) -> str:
    """Return the key of the variant that a line sold, also where it is gone."""
    if line.variant_id:
        return str(line.variant_id)
    known = line.product_variant_id
    return str(graphene.Node.from_global_id(known)[1]) if known else ""


def _line_facts(line: OrderLine, with_tax: bool) -> OrderLineFacts:
    listed = line.undiscounted_total_price_gross_amount
    gross = line.total_price_gross_amount
    in_points = line.points_amount or Decimal(0)
    if not with_tax:
        in_points *= 1 + (line.tax_rate or Decimal(0))
    return OrderLineFacts(
        id=str(line.pk),
        product_id=str(line.product_pk or ""),
        variant_id=str(line.variant_id or ""),
        quantity=line.quantity,
        net_amount=minor(line.total_price_net_amount, line.currency),
        gross_amount=minor(gross, line.currency),
        category_ids=tuple(str(pk) for pk in line.categories),
        collection_ids=tuple(str(pk) for pk in line.collections),
        sale_amount=minor(max(listed - gross, Decimal(0)), line.currency)
        if line.sale_id
        else 0,
        is_gift_card=line.is_gift_card,
        is_gift=line.is_gift,
        points_amount=minor(in_points, line.currency),
        returned_quantity=line.returned or 0,
        sold_id=_sold_id(line),
        is_shippable=line.is_shipping_required,
    )
