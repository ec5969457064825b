"""Judges paid carts that are no orders, and codes that were eaten."""

from __future__ import annotations

from typing import Any, Iterator

from .actors import Actor
from .journal import Act
from .run import Outcome, try_again
from .shopping import EDITS

COMPLETIONS = {"COMPLETE", "ORDER"}
NOT_PAID = "CHECKOUT_NOT_FULLY_PAID"
GATEWAY_REFUSED = "PAYMENT_ERROR"
#: So many paid carts are tried again at most.
MAX_CARTS = 200


def stranded(outcome: Outcome, tables: Any) -> Iterator[Any]:
    """Yield the refusals that paid carts met, then try to order each of them again."""
    from .judge import Difference

    actor = Actor(outcome.world, -1)
    for token in sorted(outcome.journal.acts):
        for act, why in _refusals(outcome, outcome.journal.of(token)):
            yield Difference(
                "4", f"cart {token}", f"refused at {act.begun_at}: {why}", token
            )
    for token in sorted(tables.paid_checkouts())[:MAX_CARTS]:
        cart = outcome.world.by_token.get(token)
        paid = agreement(outcome, outcome.journal.of(token), None)
        if cart is None or paid is None:
            continue
        cart.is_over = False
        try_again(actor, cart)
        acts = outcome.journal.of(token)
        why = _because_of_us(outcome, paid, acts[-1], acts)
        if not cart.is_over and why:
            held, total = tables.cover(token)
            text = f"paid {held}, total now {total}, never an order: {why}"
            yield Difference("4", f"cart {token}", text, token)
    for token in sorted(tables.charged_checkouts()):
        completions = _completions(outcome.journal.of(token))
        if completions and completions[-1].is_refused_by_us:
            text = "its payment was taken, and we refused the order"
            yield Difference("4", f"cart {token}", text, token)


def _refusals(outcome: Outcome, acts: list[Act]) -> Iterator[tuple[Act, str]]:
    for act in _completions(acts):
        paid = agreement(outcome, acts, act)
        if paid is not None and act.detail != "afterwards":
            why = _because_of_us(outcome, paid, act, acts)
            if why:
                yield act, why


def _completions(acts: list[Act]) -> list[Act]:
    return [act for act in acts if act.name in COMPLETIONS]


def agreement(outcome: Outcome, acts: list[Act], completion: Act | None) -> Act | None:
    """Return the payment of the total shown that no edit has undone since.

    An edit that overlaps the payment, or the completion, counts as one that did. What
    is paid while the merchant has all offers stopped is none.
    """
    until = completion.begun_at if completion else max(act.done_at for act in acts)
    paid = [
        act
        for act in acts
        if act.paid is not None
        and act.done_at <= until
        and act.paid >= (act.total or 0)
        and "pending" not in act.detail
    ]
    if not paid:
        return None
    last = paid[-1]
    if outcome.journal.was_stopped(last):
        return None
    end = completion.done_at if completion else until
    for act in acts:
        if is_edit(act) and act.done_at >= last.begun_at and act.begun_at <= end:
            return None
        # Money that went back, or an order of the same checkout: nothing is agreed.
        if act.detail.startswith(("REFUND", "CHARGE_FAILURE")):
            return None
        if act.name in COMPLETIONS and not act.errors and act.begun_at < until:
            return None
    return last


def is_edit(act: Act) -> bool:
    """Tell whether an act may have changed the cart: of two halves, one may have."""
    is_told = all(name for name, _code, _message in act.errors)
    was_refused = act.errors and is_told and act.name != "MOVE_POINTS"
    return act.name in EDITS and not was_refused


def _because_of_us(
    outcome: Outcome, paid: Act, completion: Act, acts: list[Act]
) -> str:
    """Return why it was refused, if the product has a part in it.

    It has none where Saleor's own offers changed since somebody paid.
    """
    if completion.is_refused_by_us:
        return "; ".join(message for _field, _code, message in completion.errors)
    typed = any(act.name == "PROMO" and not act.errors for act in acts)
    is_native = outcome.journal.native_changed(paid, completion)
    if NOT_PAID in completion.codes and not (typed or is_native):
        return "what was paid does not cover the total any more"
    return ""


def raced_a_code(outcome: Outcome, token: str, kind: str = "") -> bool:
    """Tell whether a cart with a code was edited while it became an order.

    With a ``kind``, whether a code that begins so was typed then.

    Saleor then takes off the total what the code was worth before, or with no row that
    says so, and writes down what it is worth for the cart of then.
    """
    acts = outcome.journal.of(token)
    has_code = any(act.name == "PROMO" for act in acts)
    changes = [act for act in acts if has_code and act.name in EDITS]
    if kind:
        changes = [
            act
            for act in changes
            if act.name == "PROMO" and act.detail.startswith(kind)
        ]
    return any(
        change.begun_at <= act.done_at and act.begun_at <= change.done_at
        for act in acts
        if act.name in (*COMPLETIONS, "job", "transactionCreate")
        for change in changes
    )


def raced_itself(outcome: Outcome, token: str) -> bool:
    """Tell whether a cart was edited while another tab edited or read it.

    What its promotion is worth Saleor writes down by itself, be the cart another by
    then, and the total with what it was worth for the goods of before.
    """
    acts = outcome.journal.of(token)
    return any(
        edit is not act
        and (is_edit(act) or act.name == "look")
        and edit.begun_at <= act.done_at
        and act.begun_at <= edit.done_at
        for edit in filter(is_edit, acts)
        for act in acts
    )


def codes(outcome: Outcome, tables: Any) -> Iterator[Any]:
    """Yield the codes whose counter is not the number of orders that used them."""
    from .judge import Difference

    # Saleor counts only codes that have a limit.
    for code in tables.codes(outcome.world.stage.single_codes):
        if code.used != len(code.orders):
            tries = "; ".join(str(act) for act in _tries(outcome, code.code))
            text = f"counter {code.used}, orders {len(code.orders)}; tried: {tries}"
            token = _eaten_by(outcome, code.code)
            category = "5" if token and code.used > len(code.orders) else "S"
            yield Difference(category, f"code {code.code}", text, token)
        if code.limit is not None and len(code.orders) > code.limit:
            text = f"used by {len(code.orders)} orders, limit {code.limit}"
            yield Difference("S", f"code {code.code}", text)
    for name, gone, taken in tables.cards():
        if gone != taken:
            text = f"{gone} is gone, orders took {taken}"
            yield Difference("5", f"gift card {name}", text)


def _has_second_step(acts: list[Act], completion: Act) -> bool:
    before = [act for act in acts if act.begun_at < completion.begun_at]
    paid = [act for act in before if act.name == "PAY" and not act.errors]
    return bool(paid) and paid[-1].detail.startswith("ask")


def _tries(outcome: Outcome, code: str) -> Iterator[Act]:
    """Yield the tries to order a cart into which a code was typed before."""
    for token in sorted(outcome.journal.acts):
        yield from _with_code(outcome.journal.of(token), code)


def _with_code(acts: list[Act], code: str) -> list[Act]:
    typed = [
        act.begun_at
        for act in acts
        if (act.name, act.detail) == ("PROMO", code) and not act.errors
    ]
    return [act for act in _completions(acts) if typed and act.done_at >= typed[0]]


def _eaten_by(outcome: Outcome, code: str) -> str:
    """Return a cart with the code whose order the product refused.

    None where Saleor's own ways explain it too: a refusal of a gateway leaves the code
    used up as well, and so does an exception behind the count, as where a cart of 0.00
    has no payment. Saleor 2.10 counts it for each step that a bank asks for.
    """
    refused = ""
    for token in sorted(outcome.journal.acts):
        acts = outcome.journal.of(token)
        for act in _with_code(acts, code):
            is_saleors = GATEWAY_REFUSED in act.codes or act.is_broken
            if is_saleors or _has_second_step(acts, act):
                return ""
            refused = refused or (token if act.is_refused_by_us else "")
    return refused
