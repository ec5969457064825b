"""Taking back what is stopped, and ending what no order can come of any more."""

from __future__ import annotations

from datetime import datetime

from ..checkout import completions, withdrawing
from ..checkout.service import are_offers_stopped, is_switched_off
from ..guard import bounded_transaction, guarded
from ..host.current import host
from ..jobs import CHUNK, enqueue
from .settling import settle_order


def withdraw_offers(after: str, *, limit: int, at: datetime) -> str | None:
    """Take our offers off up to ``limit`` checkouts, while they are stopped.

    ``after`` is the key of the last checkout that was looked at. With the offers goes
    the receipt of a gate that was closed and came to no order. Vouchers end where the
    plugin is off; the kill switch leaves them to the hooks.
    """
    if not are_offers_stopped():
        return None
    return withdraw(after, limit, at, ends_vouchers=is_switched_off())


def withdraw(
    after: str, limit: int, at: datetime, *, ends_vouchers: bool
) -> str | None:
    """Take our offers off checkouts, settling what became an order meanwhile."""
    return withdrawing.withdraw(
        after, limit, at, settle_order, ends_vouchers=ends_vouchers
    )


def end_stale_pledges(after: int, *, limit: int, at: datetime) -> int | None:
    """End what is bound to up to ``limit`` completions that came to no order.

    ``after`` is the key of the last pledge that was looked at. Prices that were agreed
    on and never paid end with the last of them, and vouchers of ours that no row names,
    or no rule asks for.
    """
    last = completions.end_stale_pledges(after, limit, at)
    if last is not None:
        return last
    withdrawing.end_unpaid(at, settle_order)
    guarded("REWARDS_WITHDRAW", None, host.end_strays)
    guarded("REWARDS_END_VOUCHERS", None, lambda: _end_unasked_vouchers(at))
    if are_offers_stopped():
        enqueue("withdraw_offers")
    return None


def _end_unasked_vouchers(at: datetime) -> None:
    last: int | None = 0
    while last is not None:
        with bounded_transaction():
            last = host.end_unasked_vouchers(last, CHUNK, at)
