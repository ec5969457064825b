"""Judges who saw and typed which code, what a cart cost, and what switches ended."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Iterator

from saleor_rewards.models import CheckoutVoucherSlot, Hold

from .codes import OURS
from .journal import Act
from .judge_carts import COMPLETIONS, agreement, is_edit, raced_a_code
from .run import Outcome
from .views import OrderView
from .watcher import AUDIT, own_code

#: Acts by which a shopper takes a code off.
TAKING_OFF = {"UNPROMO", "UNPROMO_ID"}


def secrets(outcome: Outcome) -> Iterator[Any]:
    """Yield live codes of ours that no row names, and those that were told."""
    from .judge import Difference

    for code, seen_at in sorted(outcome.journal.strays.items()):
        yield Difference("8", f"code {code}", f"live and in no row at {seen_at}")
    for (name, code), times in sorted(outcome.journal.leaks.items()):
        yield Difference("9", f"answer to {name}", f"it told {code}, {times} times")


def dearer(outcome: Outcome) -> Iterator[Any]:
    """Yield the carts that cost more than they would without the plugin."""
    from .judge import Difference

    for token, text in sorted(outcome.journal.dearer.items()):
        yield Difference("12", f"cart {token}", text, token)


def prices(outcome: Outcome, order: OrderView) -> Iterator[Any]:
    """Yield an order whose price is not the one that was shown before it was paid.

    Where nothing of the shopper's, and nothing of Saleor's own offers, changed between
    the look and the order. Cheaper is not judged where an offer began in between.
    """
    from .judge import Difference

    acts = outcome.journal.of(order.token)
    made = _made(acts)
    if made is None:
        return
    paid = _paid(outcome, acts, made)
    if paid is None or paid.shown is None or order.total == paid.shown:
        return
    if outcome.journal.native_changed(paid, made):
        return
    text = f"{order.total}, shown {paid.shown} at {paid.begun_at} before it was paid"
    # What began between the look and the payment makes it cheaper.
    category = "10" if order.total > paid.shown else "N"
    yield Difference(category, f"order {order.pk}", text, order.token)


def _paid(outcome: Outcome, acts: list[Act], made: Act) -> Act | None:
    agreed = agreement(outcome, acts, made)
    if agreed is not None:
        return agreed
    paid = [
        act
        for act in acts
        if act.name == "PAY" and not act.errors and act.done_at <= made.begun_at
    ]
    if not paid:
        return None
    last = paid[-1]
    later = [
        a for a in acts if a.begun_at >= last.begun_at and a.done_at <= made.done_at
    ]
    if any(act.name == "hold ends" for act in later):
        # Until when its points are kept the shopper was told.
        return None
    if outcome.journal.was_stopped(last, made):
        # No money was taken yet, and nothing of ours is asked while the plugin is off.
        return None
    # Who looked again, or was refused and ordered again, saw another total.
    saw_another = any(a.total not in (None, last.shown) for a in later)
    is_edited = any(
        is_edit(act)
        for act in acts
        if act.done_at >= last.begun_at and act.begun_at <= made.done_at
    )
    return None if saw_another or is_edited else last


def _made(acts: list[Act]) -> Act | None:
    """Return the request that made the one order of a cart."""
    made = [act for act in acts if act.name in COMPLETIONS and act.has_order]
    return made[0] if len(made) == 1 else None


def while_off(outcome: Outcome, order: OrderView) -> Iterator[Any]:
    """Yield an order that got something of ours though the plugin was off.

    Not where it was paid, or an order of it begun, before that.
    """
    from .judge import Difference

    acts = outcome.journal.of(order.token)
    made = _made(acts)
    if made is None:
        return
    for off in outcome.journal.offs:
        began = [
            act
            for act in acts
            if (act.paid is not None or act.name in COMPLETIONS)
            and act.begun_at < off.begun_at
        ]
        if began or made.begun_at < off.begun_at or made.done_at > off.ended_at:
            continue
        given = _given(order, with_points=not off.is_kill_switch)
        if given:
            what = "kill switch" if off.is_kill_switch else "plugin off"
            text = f"it got {given} at {made.begun_at}, {what} since {off.begun_at}"
            yield Difference("11", f"order {order.pk}", text, order.token)


def _given(order: OrderView, *, with_points: bool) -> Decimal:
    if order.rows is None:
        holds = Hold.objects.filter(order_pk=order.pk)
        points = Decimal(sum(hold.points_captured for hold in holds)) / 100
        whole = order.given or Decimal(0)
    else:
        points, whole = order.points or Decimal(0), order.rows + (order.shipping or 0)
    return whole if with_points else whole - points


def kept_codes(outcome: Outcome, orders: list[OrderView]) -> Iterator[Any]:
    """Yield carts and orders that lost a code which their shopper typed and kept."""
    from .judge import Difference

    by_token = {order.token: order for order in orders}
    for token in sorted(outcome.journal.acts):
        acts = outcome.journal.of(token)
        typed = _code_in_cart(outcome, acts)
        if typed is None:
            continue
        order = by_token.get(token)
        if order is not None:
            made = _made(acts)
            is_kept = order.code == typed.detail or bool(order.shipping)
            is_raced = raced_a_code(outcome, token)
            if made is None or typed.done_at > made.begun_at or is_kept or is_raced:
                continue
            is_refused = any(
                act.done_at > typed.done_at and act.is_code_refused_by_saleor
                for act in acts
            )
            if is_refused or _was_being_paid(outcome, acts, typed, made):
                continue
            text = f"{typed.detail}, typed at {typed.begun_at}, is not on the order"
            yield Difference("13", f"order {order.pk}", text, token)
        elif _is_lost(token, typed.detail):
            waiting = CheckoutVoucherSlot.objects.filter(pk=token).first()
            text = f"{typed.detail}, typed at {typed.begun_at}, is gone"
            yield Difference("13", f"cart {token}", f"{text} ({waiting})", token)


def _was_being_paid(outcome: Outcome, acts: list[Act], typed: Act, made: Act) -> bool:
    """Tell whether Saleor's own offers changed while a cart was paid as it was shown.

    A code that had made place for one of these comes back once nobody is paying.
    """
    payments = [
        act for act in acts if act.paid is not None and act.begun_at > typed.done_at
    ]
    return bool(payments) and outcome.journal.native_changed(payments[0], made)


def _is_lost(token: str, code: str) -> bool:
    found = own_code(token)
    if found is None or found == code:
        return False
    plain = AUDIT.plain(token, code)
    return plain is not None and plain.keeps_code


def _code_in_cart(outcome: Outcome, acts: list[Act]) -> Act | None:
    """Return the act by which a shopper typed the code that has to be there still.

    A code that asks for something counts only as long as nothing in the cart changed.
    """
    steady = outcome.world.stage.shop_codes
    codes = {*steady, *outcome.world.stage.codes}
    typed = [
        act
        for act in acts
        if act.name == "PROMO" and not act.errors and not act.detail.startswith("CARD")
    ]
    if not typed or typed[-1].detail not in codes or OURS.fullmatch(typed[-1].detail):
        return None
    last = typed[-1]
    later = [a for a in acts if a is not last and a.done_at >= last.begun_at]
    if any(is_edit(a) and a.begun_at <= last.done_at for a in later):
        # Saleor writes the slot of before with an edit that loaded the cart before.
        return None
    if any(a.name in {"PROMO", *TAKING_OFF} and not a.came_too_late for a in later):
        return None
    one = steady.get(last.detail)
    if one is not None and not one.is_steady:
        if one.code == "ENDING" or any(is_edit(act) for act in later):
            return None
    return last
