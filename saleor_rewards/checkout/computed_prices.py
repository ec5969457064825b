"""Prices of a Saleor that stores none: evaluated once a request, when it asks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from django.utils import timezone

from ..engine import Evaluation, evaluate
from ..guard import bounded_transaction, guarded
from ..host.guests import noted
from ..host.saleor2 import memo
from ..host.saleor2.adapter import keep_quote, renew_code_of
from ..host.saleor2.reader import read
from ..host.saleor2.slots import keep_code, return_code
from ..programs.rulebook import Rulebook
from . import agreements

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout


def price_now(
    checkout_pk: Any,
    checkout_of: Callable[[], Checkout],
    book: Rulebook,
    discounts: Any,
    *,
    is_active: bool,
) -> Evaluation | None:
    """Return what the checkout gets, evaluated once a request.

    What is shown is kept for the order's gate, except while an order is being
    placed: then the gate compares with what the shopper saw before. While the plugin
    is not active that is what was agreed with somebody who paid, and nothing else.
    """

    changes: list[bool] = []
    kept: list[str] = []

    def work() -> Evaluation | None:
        if not is_active and not agreements.exists(str(checkout_pk)):
            return None
        found = _evaluate(checkout_pk, book, discounts, is_active=is_active)
        if found is not None:
            changes.append(found.is_changed)
            kept.append(found.kept_code)
        return found and found.evaluation

    def price() -> Evaluation | None:
        return guarded("REWARDS_PRICE", None, work)

    # A fault is remembered too: the prices of one answer are of one piece.
    key = str(checkout_pk)
    now = memo.remembered(key, price)
    if any(changes):
        guarded("REWARDS_PRICE", None, lambda: renew_code_of(checkout_of, discounts))
    for code in filter(None, kept[:1]):
        back = partial(_return, checkout_of, book, code, discounts)
        if guarded("REWARDS_PRICE", False, back):
            memo.forget(key)
            now = memo.remembered(key, price)
    return now


def _return(
    checkout_of: Callable[[], Checkout], book: Rulebook, code: str, discounts: Any
) -> bool:
    with bounded_transaction():
        return return_code(checkout_of(), book, code, discounts)


class _Priced(NamedTuple):
    """What a checkout gets, and what there is to do about the shopper's own code."""

    evaluation: Evaluation | None
    is_changed: bool = False
    kept_code: str = ""


def _evaluate(
    checkout_pk: Any,
    book: Rulebook,
    discounts: Any,
    *,
    is_active: bool,
) -> _Priced | None:
    with bounded_transaction():
        look = partial(read, checkout_pk, book, discounts=discounts)
        reading = noted(str(checkout_pk), look)
        if reading is None:
            return None
        at = timezone.now()
        if agreements.is_kept(str(checkout_pk), reading, at):
            return _Priced(agreements.agreed(str(checkout_pk), reading))
        if not is_active:
            return None
        now = evaluate(reading.snapshot, book.compiled, at)
        memo.note_code(reading.slot.code)
        if memo.is_completing():
            return _Priced(now)
        keep_code(checkout_pk, reading, now)
        is_changed = keep_quote(checkout_pk, reading, now)
    return _Priced(now, is_changed, reading.slot.returning_code)
