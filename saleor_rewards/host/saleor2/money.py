"""What checkouts of Saleor 2.10 cost, and what was paid for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Sequence

from django.db.models import Q, Sum
from django.utils import timezone
from saleor.checkout import calculations
from saleor.checkout.models import Checkout
from saleor.discount.utils import fetch_discounts
from saleor.payment.models import Payment, Transaction

from ...engine import to_minor
from ...reservations import is_fresh
from ..bindings import Binding, CheckoutMoney, GivenRewards
from . import memo

if TYPE_CHECKING:
    from ...engine import Evaluation
    from ..port import Reading

#: How long a payment that waits for the shopper's bank counts as paid.
PENDING = timedelta(hours=6)


class Money:
    """What the adapter tells of the money for checkouts, and does about it."""

    def money(
        self, checkout_token: str, at: datetime, binding: Binding | None = None
    ) -> CheckoutMoney | None:
        """Return what was paid for a checkout, ``None`` where it is gone.

        No price of it is stored: what was agreed on is what it costs.
        """
        checkout = Checkout.objects.filter(pk=checkout_token).first()
        if checkout is None:
            return None
        payment = checkout.payments.filter(is_active=True).order_by("-pk").first()
        active = checkout.gift_cards.active(at.date())
        cards = active.aggregate(sum=Sum("current_balance_amount"))["sum"]
        currency = checkout.currency
        binding = binding or Binding()
        since = at - PENDING
        if binding.agreed_at is not None and binding.agreed_at < since:
            # A price that was agreed on waits no longer for promises made anew.
            since = at
        offered = to_minor(payment.total, currency) if payment else None
        is_taken = payment is not None and _is_taken(payment, since)
        return CheckoutMoney(
            total_amount=0,
            gift_card_amount=to_minor(cards or Decimal(0), currency),
            failed_count=_failed(checkout, binding.agreed_at or at),
            covered_amount=(offered or 0) if is_taken else 0,
            is_current=False,
            offered_amount=offered,
            is_under_way=_is_under_way(payment, at, binding.pledged_at),
        )

    def promises_last(self) -> timedelta:
        """Return for how long money that was only promised keeps a price."""
        return PENDING

    def payments_begun(
        self, checkout_token: str, since: datetime
    ) -> list[tuple[datetime, int]]:
        """Return none: every payment goes by the gate before it is taken."""
        return []

    def is_completing(self, checkout_token: str, at: datetime) -> bool:
        """Return ``False``: Saleor 2.10 does not say."""
        return False

    def price(self, attempt: Checkout, now: Evaluation) -> int:
        """Return what an order that gets ``now`` would cost, gift cards not taken off."""
        with memo.pinned(str(attempt.pk), now):
            total = calculations.checkout_total(
                checkout=attempt,
                lines=list(attempt),
                discounts=fetch_discounts(timezone.now()),
            )
        return to_minor(total.gross.amount, attempt.currency)

    def charges_as_evaluated(self, attempt: Checkout, now: Evaluation) -> bool:
        """Return whether each evaluation that priced the order is the one of now.

        Before Saleor priced it there is none to compare with.
        """
        priced = memo.priced(str(attempt.pk))
        return all(one.effects == now.effects for one in priced if one is not None)

    def is_as_read(self, attempt: Checkout, reading: Reading) -> bool:
        """Return whether Saleor is about to order the goods that were read."""
        bought = {str(line.pk): line.quantity for line in attempt.lines.all()}
        known = {line.id: line.quantity for line in reading.snapshot.lines}
        return bought == known

    def undo_attempt(self, attempt: Checkout) -> None:
        """Leave it to Saleor, which takes back what it counted."""

    def compute_prices(self, checkout: Checkout) -> None:
        """Leave the checkout alone: no price of it is stored."""

    def hold_prices(self, checkout_token: str, until: datetime) -> None:
        """Leave the checkout alone: no price of it is stored."""

    def given(self, order_pk: str) -> GivenRewards | None:
        """Return ``None``: an order's rows do not say what it got."""
        return None

    def rewarded_orders(self, pks: Sequence[str]) -> set[str]:
        """Return none: an order's rows do not say what it got."""
        return set()


def _failed(checkout: Checkout, until: datetime) -> int:
    """Count what a gateway declined of payments that were there at a moment."""
    answers = Transaction.objects.filter(
        payment__checkout_id=checkout.pk,
        payment__created__lte=until,
        is_success=False,
    )
    return int(answers.count())


def _is_taken(payment: Payment, since: datetime) -> bool:
    done = payment.transactions.filter(
        Q(action_required=False) | Q(created__gt=since), is_success=True
    )
    return bool(done.exists())


def _is_under_way(payment: Any, at: datetime, gate_at: datetime | None) -> bool:
    if payment is None or gate_at is None or not is_fresh(gate_at, at):
        return False
    if payment.created > gate_at:
        # It is a promise of later; the one that was asked is not active any more.
        return False
    return not payment.transactions.filter(created__gte=gate_at).exists()
