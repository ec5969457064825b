"""What a payment has come to, whatever the order in which Stripe's events arrive.

Each thing of Stripe's keeps what the newest event said of it, by Stripe's own clock.
So events may come late and twice: the state after all of them is the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Iterable, NamedTuple

#: Refunds that came to nothing.
UNDONE = frozenset(["failed", "canceled"])

#: A dispute that is only a question of the bank's moves no money.
TAKING = frozenset(["needs_response", "under_review", "lost"])

CLOSED = frozenset(["won", "lost", "warning_closed", "prevented", "charge_refunded"])


@dataclass(frozen=True)
class RefundState:
    """A refund that was made at ``made_at`` and came to nothing ``at``."""

    amount: int
    made_at: datetime
    at: datetime

    def after(self, other: RefundState) -> RefundState:
        """Return what is known of it once another event told of the same end."""
        return replace(self, at=min(self.at, other.at))


@dataclass(frozen=True)
class DisputeState:
    """A dispute as the newest event has it."""

    amount: int
    status: str
    at: datetime

    @property
    def is_closed(self) -> bool:
        """Whether the bank decided."""
        return self.status in CLOSED

    @property
    def taken_amount(self) -> int:
        """What the bank holds, or took."""
        return self.amount if self.status in TAKING else 0

    def after(self, other: DisputeState) -> DisputeState:
        """Return the newer of both; within one second, the one that is closed."""
        return max(self, other, key=DisputeState._rank)

    def _rank(self) -> tuple[datetime, bool, str, int]:
        return self.at, self.is_closed, self.status, self.amount


@dataclass(frozen=True)
class ChargeState:
    """A charge: what was refunded in all by ``refunded_at``, and what happened since.

    ``amount`` is 0 while no event told it.
    """

    amount: int = 0
    refunded_amount: int = 0
    refunded_at: datetime | None = None
    refunds: tuple[RefundState, ...] = ()
    disputes: tuple[DisputeState, ...] = ()

    def after(self, other: ChargeState) -> ChargeState:
        """Return what is known of the charge itself once another event told of it."""
        newest = max(self, other, key=ChargeState._rank)
        return replace(
            self,
            amount=max(self.amount, other.amount),
            refunded_amount=newest.refunded_amount,
            refunded_at=newest.refunded_at,
        )

    @property
    def given_back(self) -> int:
        """What was refunded, less what came to nothing after it was counted in."""
        undone = sum(
            refund.amount
            for refund in self.refunds
            if self.refunded_at is not None
            and refund.made_at <= self.refunded_at <= refund.at
        )
        return max(0, self._within(self.refunded_amount - undone))

    @property
    def disputed_amount(self) -> int:
        """What banks took or hold of what was not refunded."""
        disputed = sum(dispute.taken_amount for dispute in self.disputes)
        return self._within(self.given_back + disputed) - self.given_back

    def _within(self, amount: int) -> int:
        return min(amount, self.amount) if self.amount else amount

    def _rank(self) -> tuple[bool, datetime | None, int]:
        return self.refunded_at is not None, self.refunded_at, self.refunded_amount


class Taken(NamedTuple):
    """How much of an order's total went back, and how much banks took or hold."""

    refunded_amount: int
    disputed_amount: int


def taken(charges: Iterable[ChargeState], total: int, paid: int = 0) -> Taken:
    """Return what is gone of an order that was to cost ``total`` minor units.

    What was paid beyond the total is not gone from it when it goes back. ``paid`` is
    what is known to have been paid in all, by other ways to pay too.

    >>> taken([ChargeState(1000, 300), ChargeState(500)], total=1500)
    Taken(refunded_amount=300, disputed_amount=0)
    >>> taken([ChargeState(1000, 1000), ChargeState(1000)], total=1000)
    Taken(refunded_amount=0, disputed_amount=0)
    >>> taken([ChargeState(1000, 1000)], total=1000, paid=2000)
    Taken(refunded_amount=0, disputed_amount=0)
    """
    charges = list(charges)
    paid = max(paid, sum(charge.amount for charge in charges))
    surplus = max(0, paid - total)
    refunded = sum(charge.given_back for charge in charges)
    disputed = sum(charge.disputed_amount for charge in charges)
    left = max(0, surplus - refunded)
    return Taken(
        refunded_amount=min(total, max(0, refunded - surplus)),
        disputed_amount=min(total, max(0, disputed - left)),
    )
