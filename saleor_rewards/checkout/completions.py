"""Completions that are under way, and what they keep from being changed."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from functools import partial

from ..guard import guarded
from ..host.current import host
from ..host.port import Reading
from ..models import Pledge, Receipt
from ..reservations import give_up, is_fresh, open_pledge, stale_pledges
from . import agreements
from .service import refresh_checkout


class Bound(Enum):
    """Why what is set aside for a checkout cannot be changed."""

    ORDER_IN_PROGRESS = "ORDER_IN_PROGRESS"
    CART_IS_PAID = "CART_IS_PAID"


def bound_by(checkout_token: str, reading: Reading, at: datetime) -> Bound | None:
    """Return what binds a checkout, ``None`` where it is free.

    Ask under the lock of the checkout's row. A completion of which nothing can come
    any more is ended, and so is a price agreement that holds no longer.
    """
    if reading.binding.pledged_at is not None and is_under_way(checkout_token, at):
        return Bound.ORDER_IN_PROGRESS
    if agreements.is_kept(checkout_token, reading, at):
        return Bound.CART_IS_PAID
    if reading.binding.agreed_fingerprint is not None:
        agreements.end(checkout_token)
    return None


def is_under_way(checkout_token: str, at: datetime) -> bool:
    """Return whether an order may still come of what the gate let through.

    Ask under the lock of the checkout's row. Where none can, the pledge ends.
    """
    found = open_pledge(checkout_token)
    if found is None:
        return False
    if may_come(found, at):
        return True
    give_up(checkout_token)
    return False


def may_come(found: Pledge, at: datetime) -> bool:
    """Return whether an order may still come of a completion; write nothing."""
    token = found.checkout_token
    if is_fresh(found.gate_at, at):
        return True
    orders = host.ordered_checkouts([token]).get(token, [])
    bound = Receipt.objects.filter(order_pk__in=orders)
    if bound.count() < len(orders):
        return True
    money = host.money(token, at)
    if money is None:
        return False
    return money.covered_amount > 0 or host.is_completing(token, at)


def end_stale_pledges(after: int, limit: int, at: datetime) -> int | None:
    """End pledges by which no order came about, up to ``limit`` from a key on.

    Returns the last one's key, ``None`` where no more are left.
    """
    found = stale_pledges(after, limit, at)
    for one in found:
        work = partial(_end_stale, one.checkout_token, at)
        guarded("REWARDS_END_PLEDGE", None, work)
    return found[-1].pk if len(found) == limit else None


def _end_stale(checkout_token: str, at: datetime) -> None:
    with host.locked(checkout_token):
        is_ended = not is_under_way(checkout_token, at)
    if is_ended and agreements.exists(checkout_token):
        # What was agreed on with it ends too, if it does not hold any more.
        refresh_checkout(checkout_token)
