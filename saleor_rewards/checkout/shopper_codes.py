"""The shopper's own codes, where ours and what they ask for cannot both stand."""

from __future__ import annotations

from typing import NamedTuple

from ..host.current import host
from ..host.shopper_slots import remember_code
from ..models import CheckoutVoucherSlot
from .service import gives_nothing, refresh_checkout


class KeptCode(NamedTuple):
    """What was remembered of a checkout's code before another one was typed in."""

    code: str
    is_displaced: bool


def make_room(checkout_token: str, code: str) -> KeptCode | None:
    """Let ours make room for a code that is about to be typed in, if it is worth it.

    Saleor looks at what the goods cost with ours. Returns what was kept before, and
    ``None`` where the code asks for nothing that ours could change.
    """
    host.forget_own_count(checkout_token)
    voucher = host.native_voucher(code)
    if voucher is None or not voucher.has_minimum or gives_nothing():
        return None
    with host.locked(checkout_token) as is_there:
        checkout = host.checkout(checkout_token)
        if not is_there or checkout is None or checkout.voucher_code == code:
            return None
        before = _kept(checkout_token)
        remember_code(checkout_token, code)
    refresh_checkout(checkout_token)
    return before


def undo_room(checkout_token: str, code: str, before: KeptCode) -> None:
    """Forget a code that Saleor did not take, and keep what was kept before."""
    with host.locked(checkout_token) as is_there:
        if not is_there or _kept(checkout_token).code not in ("", code):
            return
        remember_code(checkout_token, *before)
        host.take_code(checkout_token, code)
    refresh_checkout(checkout_token)


def take_off(
    checkout_token: str, code: str, voucher_pk: int | None = None
) -> KeptCode | None:
    """Forget a code that the shopper takes off a checkout, by itself or its voucher.

    One that made place for ours is put on it as it is, for Saleor to take it off. That
    one is returned.
    """
    with host.locked(checkout_token):
        kept = _kept(checkout_token)
        if not kept.code:
            return None
        voucher = host.native_voucher(kept.code) if voucher_pk else None
        if kept.code != code and (voucher is None or voucher.pk != voucher_pk):
            return None
        if kept.is_displaced:
            host.put_code(checkout_token, kept.code)
        remember_code(checkout_token)
    return kept if kept.is_displaced else None


def undo_take_off(checkout_token: str, kept: KeptCode) -> None:
    """Keep a code again that Saleor did not take off."""
    with host.locked(checkout_token) as is_there:
        if not is_there:
            return
        host.take_code(checkout_token, kept.code)
        remember_code(checkout_token, *kept)
    refresh_checkout(checkout_token)


def _kept(checkout_token: str) -> KeptCode:
    found = CheckoutVoucherSlot.objects.filter(checkout_token=checkout_token)
    known = found.values_list("shopper_code", "is_displaced").first()
    return KeptCode(*(known or ("", False)))
