"""What comes back to the merchant once offers are stopped, and what is left of it.

One busy checkout keeps nothing else on: each is looked at by itself, and one that
somebody changes is left to the next run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Sequence

from django.core.exceptions import ValidationError
from django.db.utils import OperationalError
from django.utils.translation import gettext as _

from ..guard import bounded_transaction, guarded, is_lock_timeout
from ..host.current import host
from ..models import PriceAgreement
from ..refusals import refusal
from ..reservations import UNDER_WAY, open_pledge
from . import agreements
from .gate import Settle

#: Longer than any promise of money keeps a price.
LATER = timedelta(days=30)


@dataclass(frozen=True)
class PaidCart:
    """A checkout that keeps the price at which it was paid, or is being paid.

    ``ends_at`` is when that is over though nobody does anything: when a gateway that
    was asked, or money that was promised, is not waited for any more. It is ``None``
    where the money is there: that ends with the order, or when the money goes back.
    """

    checkout_token: str
    total_amount: int
    currency: str
    ends_at: datetime | None


@dataclass(frozen=True)
class Left:
    """What still carries offers after a pass over everything."""

    paid: tuple[PaidCart, ...]
    busy: tuple[str, ...]
    codes: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether the shop is as if there had been no offers."""
        return not (self.paid or self.busy or self.codes)


def end_unpaid(at: datetime, settle: Settle) -> None:
    """End the agreements whose checkouts are not paid, and not being paid, any more.

    What was agreed on for a checkout that is an order by now is that order's: no hook
    may have told of it.
    """
    tokens = list(PriceAgreement.objects.order_by("pk").values_list("pk", flat=True))
    orders = host.ordered_checkouts(tokens)
    for token in tokens:
        work = partial(_end_unpaid, token, orders.get(token, ()), at, settle)
        guarded("REWARDS_END_AGREEMENT", None, work)


def _end_unpaid(
    token: str, order_pks: Sequence[str], at: datetime, settle: Settle
) -> None:
    for order_pk in order_pks:
        settle(order_pk, at)
    with bounded_transaction():
        if not host.lock_if_free(token):
            return
        found = PriceAgreement.objects.filter(checkout_token=token).first()
        if found is None or agreements.is_paid_or_asked(found, at):
            return
        # An order that came meanwhile takes it.
        if order_pks or not host.ordered_checkouts([token]):
            agreements.end(token)


def withdraw(
    after: str, limit: int, at: datetime, settle: Settle, *, ends_vouchers: bool
) -> str | None:
    """Take what is not paid back, up to ``limit`` checkouts from the key ``after`` on.

    Returns the last one's key, ``None`` where no more are left. Safe to run twice.
    """
    if not after:
        end_unpaid(at, settle)
        guarded("REWARDS_WITHDRAW", None, partial(_forget_receipts, limit))
        if ends_vouchers:
            guarded("REWARDS_WITHDRAW", None, host.end_vouchers)
    return host.withdraw(after, limit)


def _forget_receipts(limit: int) -> None:
    while host.forget_receipts(limit) == limit:
        pass


def refused_while_off(checkout_token: str, at: datetime) -> ValidationError | None:
    """Return why there is to be no order of a checkout that carries offers still.

    They are taken off first, so that it shows the new total. A checkout that was paid
    before is ordered at its price.
    """
    if not host.carrying_checkouts([checkout_token]):
        return None
    try:
        with host.locked(checkout_token):
            found = PriceAgreement.objects.filter(checkout_token=checkout_token).first()
            if found is not None:
                if agreements.is_paid_or_asked(found, at):
                    return None
                agreements.end(checkout_token)
            host.withdraw_from(checkout_token)
    except OperationalError as error:
        if is_lock_timeout(error):
            return refusal(_("The cart is being changed. Please try again."))
        raise
    return refusal(_("Please check the new total and order again."))


def left(at: datetime) -> Left:
    """Return what still carries offers, and why."""
    carrying = host.carrying_checkouts()
    rows = PriceAgreement.objects.filter(checkout_token__in=carrying).order_by("pk")
    paid = tuple(_paid_cart(row, at) for row in rows)
    kept = {one.checkout_token for one in paid}
    return Left(
        paid=paid,
        busy=tuple(token for token in carrying if token not in kept),
        codes=tuple(host.live_vouchers()),
    )


def _paid_cart(row: PriceAgreement, at: datetime) -> PaidCart:
    return PaidCart(
        checkout_token=row.checkout_token,
        total_amount=row.total_amount,
        currency=row.currency,
        ends_at=_ends_at(row, at),
    )


def _ends_at(row: PriceAgreement, at: datetime) -> datetime | None:
    if agreements.is_paid_or_asked(row, at + LATER):
        return None
    pledged = open_pledge(row.checkout_token)
    if pledged is None or agreements.is_paid_or_asked(row, at + UNDER_WAY):
        return row.created_at + host.promises_last()
    return pledged.gate_at + UNDER_WAY
