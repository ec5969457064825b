"""What the tables of Saleor 2.10 say of orders, codes, cards and money.

Nothing there keeps a discount of ours, nor what a line cost without it: the goods'
prices never change while the adversary plays, so that the catalogue tells.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Iterator

from saleor.discount.models import Voucher
from saleor.giftcard.models import GiftCard
from saleor.order.models import Order
from saleor.payment.models import Payment

from .views import CodeView, OrderView


def orders() -> Iterator[OrderView]:
    """Yield every order as its own columns and the catalogue say."""
    found = Order.objects.select_related("voucher", "shipping_method")
    for order in found.prefetch_related("lines__variant__product").order_by("pk"):
        cards = _paid_by_cards(order)
        whole = sum(
            line.quantity * line.variant.product.price_amount
            for line in order.lines.all()
        )
        if order.shipping_method is not None:
            whole += order.shipping_method.price_amount
        given = whole - order.total_gross_amount - order.discount_amount
        yield OrderView(
            pk=str(order.pk),
            token=order.checkout_token,
            given=None if cards is None else given - cards,
            total=order.total_gross_amount,
            rows=None,
            shipping=None,
            points=None,
            code=order.voucher.code if order.voucher else None,
            paid=sum((p.captured_amount for p in order.payments.all()), Decimal(0)),
            cards=cards,
        )


def _paid_by_cards(order: Any) -> Decimal | None:
    """Return what cards paid, ``None`` where other orders took from them too."""
    paid = Decimal(0)
    for card in order.gift_cards.all():
        if card.orders.count() > 1:
            return None
        paid += card.initial_balance_amount - card.current_balance_amount
    return paid


def codes(names: list[str]) -> Iterator[CodeView]:
    """Yield how often each code was used, by its counter and by the orders."""
    for voucher in Voucher.objects.filter(code__in=names):
        orders = Order.objects.filter(voucher=voucher)
        yield CodeView(
            code=voucher.code,
            used=voucher.used,
            limit=voucher.usage_limit,
            orders=tuple(str(pk) for pk in orders.values_list("pk", flat=True)),
        )


def cards() -> Iterator[tuple[str, Decimal, Decimal]]:
    """Yield nothing: only the orders' totals tell what a card paid."""
    for card in GiftCard.objects.filter(code__startswith="CARD"):
        gone = card.initial_balance_amount - card.current_balance_amount
        if not card.orders.exists():
            yield card.code, gone, Decimal(0)


def paid_checkouts() -> set[str]:
    """Return nothing: there are no transactions."""
    return set()


def charged_checkouts() -> set[str]:
    """Return the tokens of checkouts with an active payment that was taken."""
    taken = Payment.objects.filter(
        checkout__isnull=False, is_active=True, captured_amount__gt=0
    )
    return {str(pk) for pk in taken.values_list("checkout_id", flat=True)}


def cover(token: str) -> tuple[Decimal, Decimal]:
    """Return nothing: there are no transactions."""
    raise AssertionError(f"no transactions here, asked for {token}")
