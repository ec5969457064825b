"""What checkouts of Saleor 3 cost and were paid with, and what orders were given."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Iterable, Mapping, Sequence

from django.conf import settings
from django.db import DatabaseError
from django.db.models import F, Max, Q, Sum
from django.db.models.functions import Greatest
from django.utils import timezone
from promise import Promise
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.models import Checkout
from saleor.discount.models import OrderLineDiscount
from saleor.discount.utils.voucher import get_customer_email_for_voucher_usage
from saleor.order.models import Order
from saleor.payment import TransactionEventType
from saleor.payment.models import (
    Payment,
    Transaction,
    TransactionEvent,
    TransactionItem,
)
from saleor.plugins.manager import get_plugins_manager

from ...models import OwnedVoucher
from ...reservations import is_fresh
from ..bindings import Binding, CheckoutMoney, GivenDiscount, GivenRewards
from .lines import minor, ours, rule_of

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo

    from ...engine import Evaluation
    from ..port import Reading


class Money:
    """What the adapter tells of the money for checkouts, and does about it."""

    def money(
        self, checkout_token: str, at: datetime, binding: Binding | None = None
    ) -> CheckoutMoney | None:
        """Return what a checkout costs and what was paid, ``None`` where it is gone."""
        checkout = Checkout.objects.filter(pk=checkout_token).first()
        if checkout is None:
            return None
        currency = checkout.currency
        payment = _active_payment(checkout)
        active = checkout.gift_cards.active(at.date())
        cards = active.aggregate(sum=Sum("current_balance_amount"))["sum"]
        binding = binding or Binding()
        since = _promised_since(at, binding.agreed_at)
        covered, firm, returned = _by_transactions(checkout, since)
        covered += _by_payment(payment, since)
        firm += _by_payment(payment, None)
        is_there = minor(firm + (cards or 0), currency) >= (binding.agreed_amount or 0)
        return CheckoutMoney(
            total_amount=minor(checkout.total_gross_amount, currency),
            gift_card_amount=minor(cards or Decimal(0), currency),
            covered_amount=minor(covered, currency),
            returned_amount=minor(returned, currency),
            failed_count=_failed(checkout, binding.agreed_at or at, is_there=is_there),
            is_current=checkout.price_expiration > at,
            offered_amount=minor(payment.total, currency) if payment else None,
            is_under_way=_is_under_way(payment, at, binding.pledged_at),
        )

    def promises_last(self) -> timedelta:
        """Return for how long money that was only promised keeps a price."""
        lasting: timedelta = settings.CHECKOUT_TTL_BEFORE_RELEASING_FUNDS
        return lasting

    def payments_begun(
        self, checkout_token: str, since: datetime
    ) -> list[tuple[datetime, int]]:
        """Return when an app was asked to take or set aside money, and how much."""
        asked = TransactionEvent.objects.filter(
            transaction__checkout_id=checkout_token,
            type__in=(
                TransactionEventType.CHARGE_REQUEST,
                TransactionEventType.AUTHORIZATION_REQUEST,
            ),
            created_at__gt=since,
        )
        return [
            (event.created_at, minor(event.amount_value, event.currency))
            for event in asked.order_by("created_at", "pk")
        ]

    def is_completing(self, checkout_token: str, at: datetime) -> bool:
        """Return whether Saleor says that an order of a checkout is on its way."""
        checkout = Checkout.objects.filter(pk=checkout_token).first()
        return checkout is not None and checkout.is_checkout_locked()

    def price(self, attempt: CheckoutInfo, now: Evaluation) -> int:
        """Return what an order would cost, gift cards not taken off."""
        checkout = attempt.checkout
        return minor(checkout.total_gross_amount, checkout.currency)

    def charges_as_evaluated(self, attempt: CheckoutInfo, now: Evaluation) -> bool:
        """Return whether the total is that with which Saleor compared the payment."""
        known = attempt.checkout
        fresh = Checkout.objects.get(pk=known.pk)
        moment = timezone.now()
        if fresh.total_gross_amount != known.total_gross_amount:
            return False
        # Prices that expired are computed anew, from rows that are right; where they
        # held a moment ago, that was another total.
        return bool(fresh.price_expiration > moment or known.price_expiration <= moment)

    def undo_attempt(self, attempt: CheckoutInfo) -> None:
        """Give back the use of a voucher that Saleor counted before it asked the gate.

        It does so on the way to an older payment, of which it keeps when it began. A
        use that is counted elsewhere is that of an order under way.
        """
        if attempt.checkout.completing_started_at is None:
            return
        # It imports half of Saleor, which has not started when plugins are loaded.
        from saleor.checkout.complete_checkout import _release_checkout_voucher_usage

        _release_checkout_voucher_usage(
            attempt.checkout,
            attempt.voucher_code,
            attempt.voucher,
            get_customer_email_for_voucher_usage(attempt),
        )

    def is_as_read(self, attempt: CheckoutInfo, reading: Reading) -> bool:
        """Return whether Saleor is about to order the goods that were read."""
        given = {str(one.line.pk): one.line.quantity for one in attempt.lines}
        known = {line.id: line.quantity for line in reading.snapshot.lines}
        return given == known

    def compute_prices(self, checkout: Checkout) -> None:
        """Let Saleor compute stored prices that expired, and what is paid of them."""
        # It imports half of Saleor, which has not started when plugins are loaded.
        from saleor.checkout.calculations import fetch_checkout_data

        manager = get_plugins_manager(allow_replica=False)
        lines, _ = fetch_checkout_lines(checkout)
        info = fetch_checkout_info(checkout, lines, manager)
        # Nobody asks: Saleor 3.23 takes it as who does, earlier ones as "no force".
        try:
            Promise.resolve(fetch_checkout_data(info, manager, lines, None)).get()
        except DatabaseError:
            # It may have become an order meanwhile: then there is nothing to save to.
            if Checkout.objects.filter(pk=checkout.pk).exists():
                raise

    def hold_prices(self, checkout_token: str, until: datetime) -> None:
        """Let stored prices that hold now hold at least ``until`` then.

        Not all who place an order have computed expired prices anew before the gate.
        """
        current = Checkout.objects.filter(
            pk=checkout_token, price_expiration__gt=timezone.now()
        )
        current.update(price_expiration=Greatest(F("price_expiration"), until))

    def given(self, order_pk: str) -> GivenRewards | None:
        """Return what an order's rows say that it got."""
        order = Order.objects.filter(pk=order_pk).first()
        if order is None:
            return None
        rows = OrderLineDiscount.objects.filter(ours(), line__order_id=order_pk)
        discounts = [
            _discount_given(row) for row in rows.select_related("line").order_by("pk")
        ]
        return GivenRewards(tuple(discounts), _shipping_given(order))

    def rewarded_orders(self, pks: Sequence[str]) -> set[str]:
        """Return those of the orders whose rows say that they got something."""
        rows = OrderLineDiscount.objects.filter(ours(), line__order_id__in=pks)
        return {str(pk) for pk in rows.values_list("line__order_id", flat=True)}


def _active_payment(checkout: Checkout) -> Payment | None:
    return checkout.payments.filter(is_active=True).order_by("-pk").first()


def _promised_since(at: datetime, agreed_at: datetime | None) -> datetime | None:
    """Return since when money that was only promised counts, ``None`` for no more.

    A price that was agreed on waits no longer for promises that are made anew.
    """
    since: datetime = at - settings.CHECKOUT_TTL_BEFORE_RELEASING_FUNDS
    return None if agreed_at is not None and agreed_at < since else since


def _by_transactions(
    checkout: Checkout, since: datetime | None
) -> tuple[Decimal, Decimal, Decimal]:
    """Return what transactions have of a checkout's money, firmly, and what went back.

    What is about to be taken counts for a while, what is about to go back at once.
    """
    young = Q(modified_at__gt=since) if since else Q(pk=None)
    covered = {
        "authorized": Sum("authorized_value"),
        "charged": Sum("charged_value"),
        "authorizing": Sum("authorize_pending_value", filter=young),
        "charging": Sum("charge_pending_value", filter=young),
    }
    returned = {
        "refunded": Sum("refunded_value"),
        "refunding": Sum("refund_pending_value"),
        "cancelled": Sum("canceled_value"),
        "cancelling": Sum("cancel_pending_value"),
    }
    items = TransactionItem.objects.filter(checkout_id=checkout.pk)
    sums = items.aggregate(**covered, **returned)
    firm = _total(sums, ("authorized", "charged"))
    return _total(sums, covered), firm, _total(sums, returned)


def _failed(checkout: Checkout, agreed_at: datetime, *, is_there: bool) -> int:
    """Count what did not come of payments that were there when a price was agreed on.

    Where all of the money ``is_there``, no other payment that fails later counts.
    """
    known = TransactionEvent.objects.filter(transaction__checkout_id=checkout.pk)
    events = known.filter(
        transaction__created_at__lte=agreed_at,
        type__in=(
            TransactionEventType.AUTHORIZATION_FAILURE,
            TransactionEventType.CHARGE_FAILURE,
        ),
    )
    if is_there:
        came = known.filter(
            type__in=(
                TransactionEventType.AUTHORIZATION_SUCCESS,
                TransactionEventType.CHARGE_SUCCESS,
            )
        ).aggregate(at=Max("created_at"))["at"]
        events = events.filter(created_at__lte=max(came or agreed_at, agreed_at))
    answers = Transaction.objects.filter(
        payment__checkout_id=checkout.pk,
        payment__created_at__lte=agreed_at,
        is_success=False,
    )
    return int(events.count() + answers.count())


def _total(sums: Mapping[str, Decimal | None], names: Iterable[str]) -> Decimal:
    return sum((sums[name] or Decimal(0) for name in names), Decimal(0))


def _by_payment(payment: Payment | None, since: datetime | None) -> Decimal:
    """Return what an older payment has taken or set aside."""
    if payment is None:
        return Decimal(0)
    young = Q(created_at__gt=since) if since else Q(pk=None)
    done = payment.transactions.filter(
        Q(action_required=False) | young, is_success=True
    )
    return payment.total if done.exists() else Decimal(0)


def _is_under_way(
    payment: Payment | None, at: datetime, gate_at: datetime | None
) -> bool:
    if payment is None or gate_at is None or not is_fresh(gate_at, at):
        return False
    if payment.created_at > gate_at:
        # It is a promise of later; the one that was asked is not active any more.
        return False
    answers = Transaction.objects.filter(payment=payment, created_at__gte=gate_at)
    return not answers.exists()


def _discount_given(row: OrderLineDiscount) -> GivenDiscount:
    rule_id, version = rule_of(row.reason) or (None, None)
    return GivenDiscount(
        rule_id,
        version,
        name=row.name,
        variant_id=str(row.line.variant_id or ""),
        amount=minor(row.amount_value, row.currency),
    )


def _shipping_given(order: Order) -> GivenDiscount | None:
    owned = OwnedVoucher.objects.select_related("rule__current")
    voucher = owned.filter(code=order.voucher_code).first()
    amount = minor(
        order.undiscounted_base_shipping_price_amount
        - order.base_shipping_price_amount,
        order.currency,
    )
    if voucher is None or amount <= 0:
        return None
    version = voucher.rule.current
    return GivenDiscount(
        rule_id=voucher.rule_id,
        rule_version=version.number if version else 0,
        name=version.name if version else "",
        variant_id="",
        amount=amount,
    )
