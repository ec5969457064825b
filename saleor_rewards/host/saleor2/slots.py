"""Keeps a code of the shopper's that Saleor 2.10 drops because of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.checkout.utils import add_voucher_code_to_checkout
from saleor.core.utils.promo_code import InvalidPromoCode
from saleor.discount.utils import fetch_discounts

from ...engine import Evaluation, evaluate
from ...models import CheckoutVoucherSlot
from ..port import Reading
from ..shopper_slots import remember_code
from . import memo
from .reader import read

if TYPE_CHECKING:
    from ...programs.rulebook import Rulebook

#: What is kept of a code where there is none to keep.
NOTHING = ("", False)


def keep_code(checkout_pk: Any, reading: Reading, now: Evaluation) -> None:
    """Remember the shopper's own code while Saleor may drop it because of ours."""
    slot, voucher = reading.slot, reading.snapshot.voucher
    if not slot.code:
        return
    at_risk = now.displaces_code or (voucher is not None and voucher.least_amount > 0)
    wanted = (slot.code, now.displaces_code) if at_risk else NOTHING
    if wanted != (slot.kept_code, slot.is_displaced):
        remember_code(checkout_pk, *wanted)


def return_code(checkout: Checkout, book: Rulebook, code: str, discounts: Any) -> bool:
    """Put a code that is kept on the checkout again; return whether that was done.

    It stays away while ours is worth more. One that Saleor takes no more, or that it
    would have dropped without ours, is forgotten.
    """
    if discounts is None:
        discounts = fetch_discounts(timezone.now())
    reading = read(checkout.pk, book, discounts=discounts, code=code)
    if reading is None:
        return False
    voucher, slot = reading.snapshot.voucher, reading.slot
    if voucher is None or not voucher.stands_at(reading.snapshot.goods_amount):
        if voucher is None or not slot.is_displaced:
            remember_code(checkout.pk)
        return False
    now = evaluate(reading.snapshot, book.compiled, timezone.now())
    if now.displaces_code:
        if not slot.is_displaced:
            remember_code(checkout.pk, code, is_displaced=True)
        return False
    with memo.pinned(str(checkout.pk), now):
        return give_back(checkout, code, discounts)


def give_back(checkout: Checkout, code: str, discounts: Any = None) -> bool:
    """Put a code on a checkout as Saleor does where it is typed in, if it may be."""
    try:
        add_voucher_code_to_checkout(checkout, list(checkout), code, discounts)
    except (InvalidPromoCode, ValidationError):
        remember_code(checkout.pk)
        return False
    return True


def give_all_back() -> None:
    """Put the codes that ours displaced on their checkouts again, and forget the rest."""
    discounts = fetch_discounts(timezone.now())
    for kept in CheckoutVoucherSlot.objects.exclude(shopper_code="").order_by("pk"):
        checkout = Checkout.objects.filter(pk=kept.checkout_token).first()
        if kept.is_displaced and checkout is not None and not checkout.voucher_code:
            give_back(checkout, kept.shopper_code, discounts)
        kept.delete()
