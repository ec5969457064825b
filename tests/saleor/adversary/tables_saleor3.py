"""What the tables of Saleor 3 say of orders, codes, cards and money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Iterator

from django.db.models import Q, Sum
from saleor.checkout.models import Checkout
from saleor.discount.models import VoucherCode
from saleor.giftcard.models import GiftCard, GiftCardEvent
from saleor.order.models import Order
from saleor.payment.models import Payment, TransactionItem

from saleor_rewards.models import OwnedVoucher

from .views import CodeView, OrderView


def orders() -> Iterator[OrderView]:
    """Yield every order as its own rows and columns say."""
    owned = set(OwnedVoucher.objects.values_list("code", flat=True))
    found = Order.objects.prefetch_related("lines__discounts", "discounts")
    for order in found.order_by("created_at"):
        rows = [row for line in order.lines.all() for row in line.discounts.all()]
        mine = [row for row in rows if _is_ours(row.reason)]
        others = sum(row.amount_value for row in rows if not _is_ours(row.reason))
        slots = sum(row.amount_value for row in order.discounts.all())
        is_owned = order.voucher_code in owned
        given = order.undiscounted_total_gross_amount - order.total_gross_amount
        own = others + (0 if is_owned else slots)
        cards = _paid_by_cards(order)
        yield OrderView(
            pk=str(order.pk),
            token=str(order.checkout_token),
            given=given - own - cards,
            total=order.total_gross_amount,
            rows=sum((row.amount_value for row in mine), Decimal(0)),
            shipping=slots if is_owned else Decimal(0),
            points=sum(
                (r.amount_value for r in mine if r.name == "Points"), Decimal(0)
            ),
            code=None if is_owned else order.voucher_code,
            paid=order.total_charged_amount + order.total_authorized_amount,
            cards=cards,
            has_promotion=any(
                row.type == "order_promotion" for row in order.discounts.all()
            ),
        )


def _is_ours(reason: str | None) -> bool:
    return reason == "Rewards" or (reason or "").startswith("Rewards: ")


def _paid_by_cards(order: Any) -> Decimal:
    paid = Decimal(0)
    for event in GiftCardEvent.objects.filter(order=order, type="used_in_order"):
        balance = event.parameters["balance"]
        old, new = balance["old_current_balance"], balance["current_balance"]
        paid += Decimal(str(old)) - Decimal(str(new))
    return paid


def codes(names: list[str]) -> Iterator[CodeView]:
    """Yield how often each code was used, by its counter and by the orders."""
    for code in VoucherCode.objects.filter(code__in=names).select_related("voucher"):
        orders = Order.objects.filter(voucher_code=code.code)
        yield CodeView(
            code=code.code,
            used=code.used,
            limit=code.voucher.usage_limit,
            orders=tuple(str(pk) for pk in orders.values_list("pk", flat=True)),
        )


def cards() -> Iterator[tuple[str, Decimal, Decimal]]:
    """Yield each card's code, what is gone from it, and what orders took."""
    for card in GiftCard.objects.filter(code__startswith="CARD"):
        taken = Decimal(0)
        for event in card.events.filter(type="used_in_order"):
            balance = event.parameters["balance"]
            taken += Decimal(str(balance["old_current_balance"]))
            taken -= Decimal(str(balance["current_balance"]))
        gone = card.initial_balance_amount - card.current_balance_amount
        yield card.code, gone, taken


def paid_checkouts() -> set[str]:
    """Return the tokens of checkouts that hold money and are no order."""
    money = Q(charged_value__gt=0) | Q(authorized_value__gt=0)
    items = TransactionItem.objects.filter(money, checkout__isnull=False)
    return {str(pk) for pk in items.values_list("checkout_id", flat=True)}


def charged_checkouts() -> set[str]:
    """Return the tokens of checkouts with an active legacy payment that was taken."""
    taken = Payment.objects.filter(
        checkout__isnull=False, is_active=True, captured_amount__gt=0
    )
    return {str(pk) for pk in taken.values_list("checkout_id", flat=True)}


def cover(token: str) -> tuple[Decimal, Decimal]:
    """Return what a checkout's transactions hold and what its total is now."""
    sums = TransactionItem.objects.filter(checkout_id=token).aggregate(
        charged=Sum("charged_value"), authorized=Sum("authorized_value")
    )
    total = Checkout.objects.get(pk=token).total_gross_amount
    return (sums["charged"] or 0) + (sums["authorized"] or 0), total
