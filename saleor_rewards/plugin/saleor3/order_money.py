"""Adds up what was taken and given back for one order of Saleor 3."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Iterable, Sequence

from saleor.payment import TransactionKind
from saleor.payment.models import Payment, TransactionItem

from ...ledger.facts import Charge
from .lines import minor

#: Kinds of transactions by which Saleor's older payments take money.
TAKEN = {TransactionKind.CAPTURE, TransactionKind.CONFIRM, TransactionKind.EXTERNAL}

#: What an older payment gives back, and what of it the bank returned.
GIVEN = {TransactionKind.REFUND: 1, TransactionKind.REFUND_REVERSED: -1}


class OrderMoney:
    """What was taken and given back for one order, by both of Saleor's ways to pay."""

    def __init__(
        self,
        currency: str,
        payments: Sequence[Payment],
        transactions: Sequence[TransactionItem],
    ) -> None:
        self.currency = currency
        self.payments = payments
        self.transactions = transactions

    @property
    def charged(self) -> int:
        """What the shop has of it now, in minor units."""
        taken = [payment.captured_amount for payment in self.payments]
        taken += map(_kept, self.transactions)
        return minor(sum(taken, Decimal(0)), self.currency)

    @property
    def given_back(self) -> int:
        """What went back in all, in minor units."""
        given = [item.refunded_value for item in self.transactions]
        for payment in self.payments:
            for entry in payment.transactions.all():
                if entry.is_success:
                    given.append(GIVEN.get(entry.kind, 0) * entry.amount)
        return minor(max(sum(given, Decimal(0)), Decimal(0)), self.currency)

    @property
    def charges(self) -> Iterable[Charge]:
        """When money was taken."""
        for payment in self.payments:
            for entry in payment.transactions.all():
                if (
                    entry.kind in TAKEN
                    and entry.is_success
                    and not entry.action_required
                ):
                    yield self._charge(entry.created_at, entry.amount)
        for item in self.transactions:
            for event in item.charge_events:
                yield self._charge(event.created_at, event.amount_value)

    def _charge(self, at: datetime, amount: Decimal) -> Charge:
        return Charge(at, minor(amount, self.currency))


def _kept(item: TransactionItem) -> Decimal:
    """Return what the shop has of one transaction, below 0 where it only gave back.

    Apps may tell of a refund without taking it off what they charged, or as a
    transaction of its own.
    """
    # Saleor counts a refund that was asked for as charged no more.
    charged = item.charged_value + item.refund_pending_value
    told = sum((event.amount_value for event in item.charge_events), Decimal(0))
    if not told:
        told = charged and charged + item.refunded_value
    return Decimal(min(charged, told - item.refunded_value))
