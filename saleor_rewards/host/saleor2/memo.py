"""What was evaluated in this request, for as long as nothing relevant is written.

Saleor 2.10 asks for a price once a line, once a subtotal and once a total. A
request evaluates once and again only after it wrote something that could
change the outcome.
"""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from typing import Any, Callable, Iterator

from django.db import connection

_state = threading.local()

_WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_QUOTE = re.compile(r'"saleor_rewards_quote"')
_CHECKOUT = re.compile(r'\s*UPDATE "checkout_checkout" SET (.*?) WHERE', re.DOTALL)
_COLUMN = re.compile(r'"(\w+)" =')

_CODE = re.compile(r'"voucher_code" = (%s|NULL)')

#: Columns of a checkout that no condition reads. Saleor writes the voucher's
#: in every mutation, between one look at the total and the next; the code counts where
#: it is another one.
INDIFFERENT = {
    "currency",
    "discount_amount",
    "discount_name",
    "last_change",
    "note",
    "quantity",
    "translated_discount_name",
    "voucher_code",
}


@contextmanager
def opened() -> Iterator[None]:
    """Remember evaluations until the block ends."""
    _state.values, _state.codes = {}, set()
    try:
        with connection.execute_wrapper(_forget_on_write):
            yield
    finally:
        _state.values = None
        _state.is_completing = False


def remembered(key: str, evaluate: Callable[[], Any]) -> Any:
    """Return the evaluation of this request, making it where there is none."""
    values = getattr(_state, "values", None)
    if values is None:
        return evaluate()
    if key not in values:
        value = evaluate()
        values[key] = value
        if is_completing():
            _state.priced.append((key, value))
    return values[key]


def note_code(code: str) -> None:
    """Remember which code of the shopper's this request went by."""
    if getattr(_state, "values", None) is not None:
        _state.codes.add(code)


def forget(key: str) -> None:
    """Let the next one who asks for a checkout's evaluation make it."""
    values = getattr(_state, "values", None)
    if values:
        values.pop(key, None)


@contextmanager
def pinned(key: str, value: Any) -> Iterator[None]:
    """Let prices go by one evaluation until the block ends, whatever a new one gives."""
    before = getattr(_state, "values", None)
    _state.values = {key: value}
    try:
        yield
    finally:
        _state.values = before


def priced(key: str) -> list[Any]:
    """Return all that this request evaluated while its order is priced.

    Saleor writes in between: total and lines may go by different ones.
    """
    found = _state.priced if is_completing() else []
    return [value for one, value in found if one == key]


@contextmanager
def completing(*, is_active: bool) -> Iterator[None]:
    """Mark that an order is being placed: what was shown stays what was shown.

    So does whether the plugin is active: Saleor asks for its settings in each function.
    """
    _state.is_completing, _state.priced = True, []
    _state.is_active = is_active
    if getattr(_state, "values", None):
        _state.values.clear()
    try:
        yield
    finally:
        _state.is_completing = False


def is_active(now: bool) -> bool:
    """Return whether the plugin is active, or was when its order began."""
    return _state.is_active if is_completing() else now


def is_completing() -> bool:
    """Return whether an order is being placed in this thread."""
    return getattr(_state, "is_completing", False)


def _forget_on_write(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    result = execute(sql, params, many, context)
    values = getattr(_state, "values", None)
    if values and (_is_relevant_write(sql) or _is_other_code(sql, params)):
        values.clear()
    return result


def _is_other_code(sql: str, params: Any) -> bool:
    """Return whether a statement puts a code on a checkout that nobody went by."""
    update = _CHECKOUT.match(sql)
    code = _CODE.search(update[1]) if update else None
    if update is None or code is None:
        return False
    place = update[1][: code.start()].count("%s")
    value = None if code[1] == "NULL" else params[place]
    return (value or "") not in _state.codes


def _is_relevant_write(sql: str) -> bool:
    """Return whether a statement may change what a checkout gets."""
    if not _WRITE.match(sql) or _QUOTE.search(sql):
        return False
    update = _CHECKOUT.match(sql)
    return update is None or not INDIFFERENT.issuperset(_COLUMN.findall(update[1]))
