"""Lets the shopper's own codes be typed in and taken off beside our offers."""

from __future__ import annotations

from functools import partial, wraps
from typing import Any, Callable

from ..guard import guarded
from ..host.tokens import token_in
from .ids import pk_of

Resolver = Callable[..., Any]

FAULT = "REWARDS_SHOPPER_CODE"


def keep_codes(mutations: Any) -> None:
    """Let ours make room for a code that is typed in, and forget one taken off."""
    fields = mutations._meta.fields
    for name, wrap in (
        ("checkout_add_promo_code", _adding),
        ("checkout_remove_promo_code", _removing),
    ):
        fields[name].resolver = wrap(fields[name].resolver)


def _adding(resolver: Resolver) -> Resolver:
    @wraps(resolver)
    def resolve(root: Any, info: Any, **args: Any) -> Any:
        # They need the plugin's tables, which are not there yet when the schema is built.
        from ..checkout.shopper_codes import make_room, undo_room

        token, code = token_in(args), args.get("promo_code") or ""
        before = _guarded(lambda: make_room(token, code)) if token and code else None
        work = partial(resolver, root, info, **args)
        if not token or before is None:
            return work()
        return _or_undo(work, partial(undo_room, token, code, before))

    return resolve


def _removing(resolver: Resolver) -> Resolver:
    @wraps(resolver)
    def resolve(root: Any, info: Any, **args: Any) -> Any:
        from ..checkout.shopper_codes import take_off, undo_take_off

        token, code = token_in(args), args.get("promo_code") or ""
        pk = pk_of(args.get("promo_code_id") or "", "Voucher", column="integer")
        taken = None
        if token and bool(code) is not bool(pk):
            taken = _guarded(lambda: take_off(token, code, pk and int(pk)))
        work = partial(resolver, root, info, **args)
        if not token or taken is None:
            return work()
        return _or_undo(work, partial(undo_take_off, token, taken))

    return resolve


def _or_undo(work: Callable[[], Any], undo: Callable[[], None]) -> Any:
    """Return a mutation's payload, and undo what went before it where it did nothing."""
    is_done = False
    try:
        payload = work()
        is_done = not getattr(payload, "errors", None)
        return payload
    finally:
        if not is_done:
            _guarded(undo)


def _guarded(work: Callable[[], Any]) -> Any:
    from ..host.current import host

    def writing() -> Any:
        with host.writing():
            return work()

    return guarded(FAULT, None, writing)
