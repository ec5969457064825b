"""What is remembered of the voucher slot of a checkout."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, UUIDField
from django.db.models.functions import Cast
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.models import Checkout
from saleor.checkout.utils import add_voucher_to_checkout
from saleor.core.utils.promo_code import InvalidPromoCode
from saleor.discount.models import NotApplicable, VoucherCode
from saleor.discount.utils.voucher import get_voucher_code_instance
from saleor.plugins.manager import get_plugins_manager

from ...guard import bounded_transaction
from ...models import CheckoutVoucherSlot
from ..shopper_slots import remember_code
from .vouchers import CODE_PATTERN, is_stray

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo, CheckoutLineInfo

    from ...engine import HostOffer
    from .reader import Slot

#: The columns of a checkout that its slot is made of.
COLUMNS = (
    "voucher_code",
    "discount_name",
    "translated_discount_name",
    "discount_amount",
    "last_change",
)

#: What is kept of a code where there is none to keep.
NOTHING = ("", False)


class CodeRefused(Exception):
    """Saleor no longer takes a code of the shopper's that was kept."""


def decline(checkout_token: str, *, code: str = "", voucher_pk: int | None) -> None:
    """Keep our vouchers out of a checkout's slot from now on.

    Changes nothing where the slot holds no voucher of ours, or another than the one
    that the shopper names by ``code`` or ``voucher_pk``.
    """
    slots = Checkout.objects.filter(pk=checkout_token)
    held = slots.values_list("voucher_code", flat=True).first()
    if not is_stray(held):
        return
    named = VoucherCode.objects.filter(code=held, voucher_id=voucher_pk)
    if held != code and not named.exists():
        return
    with bounded_transaction():
        CheckoutVoucherSlot.objects.update_or_create(
            checkout_token=checkout_token, defaults={"is_declined": True}
        )


def keep_code(
    checkout: Checkout, slot: Slot, voucher: HostOffer | None, *, displaces: bool
) -> None:
    """Remember the shopper's own code while Saleor may drop it because of ours.

    What Saleor dropped by itself is forgotten. Ask under the lock of the checkout.
    """
    kept = (slot.kept_code, slot.is_displaced)
    wanted = kept
    if slot.is_foreign:
        at_risk = displaces or (voucher is not None and voucher.least_amount > 0)
        wanted = (slot.code or "", displaces) if at_risk else NOTHING
    elif slot.may_stand:
        wanted = (slot.kept_code, displaces)
    elif not slot.is_displaced:
        wanted = NOTHING
    if wanted != kept:
        remember_code(checkout.pk, *wanted)


def note_count(attempt: CheckoutInfo, slot: Slot) -> None:
    """Remember the code whose use Saleor is about to count for a try to order.

    After an order that failed Saleor remembers that it counted, and not what: whatever
    is in the slot by then would be good without being counted.
    """
    checkout = attempt.checkout
    if slot.is_miscounted:
        forget_count(checkout)
    code = attempt.voucher_code.code if attempt.voucher_code else ""
    if code and code != slot.counted_code:
        CheckoutVoucherSlot.objects.update_or_create(
            checkout_token=str(checkout.pk), defaults={"counted_code": code}
        )


def forget_count(checkout: Checkout) -> None:
    """Let Saleor count the next code of a checkout."""
    Checkout.objects.filter(pk=checkout.pk, is_voucher_usage_increased=True).update(
        is_voucher_usage_increased=False
    )
    checkout.is_voucher_usage_increased = False


def forget_counts() -> None:
    """Let Saleor count the next code of all checkouts that it counted ours for."""
    token = Cast(OuterRef("pk"), CharField())
    counted = CheckoutVoucherSlot.objects.filter(
        checkout_token=token, counted_code__regex=CODE_PATTERN
    )
    found = Checkout.objects.filter(Exists(counted), is_voucher_usage_increased=True)
    others = Q(voucher_code=None) | ~Q(voucher_code__regex=CODE_PATTERN)
    found.filter(others).update(is_voucher_usage_increased=False)


def displaced_checkouts() -> QuerySet[CheckoutVoucherSlot]:
    """Return the keys of checkouts whose shopper's own code makes place."""
    displaced = CheckoutVoucherSlot.objects.filter(is_displaced=True)
    return displaced.annotate(pk_of=Cast("checkout_token", UUIDField())).values("pk_of")


def forget_own_count(checkout_token: str) -> None:
    """Let Saleor count what comes into a slot in which a voucher of ours is."""
    counted = Checkout.objects.filter(
        pk=checkout_token,
        is_voucher_usage_increased=True,
        voucher_code__regex=CODE_PATTERN,
    )
    counted.update(is_voucher_usage_increased=False)


def _checkout_info(checkout: Checkout) -> tuple[CheckoutInfo, list[CheckoutLineInfo]]:
    manager = get_plugins_manager(allow_replica=False)
    lines, _ = fetch_checkout_lines(checkout)
    return fetch_checkout_info(checkout, lines, manager), lines


def put_back(checkout: Checkout, code: str) -> None:
    """Put the shopper's own code into the slot, as Saleor does where it is typed in.

    Raises :class:`CodeRefused`, and forgets the code, where Saleor takes it no more.
    """
    fresh = Checkout.objects.get(pk=checkout.pk)
    if not fresh.voucher_code or is_stray(fresh.voucher_code):
        # What was counted is there no more.
        forget_count(fresh)
    info, lines = _checkout_info(fresh)
    try:
        if not lines:
            # Saleor looks for the cheapest of them.
            raise NotApplicable(code)
        found = get_voucher_code_instance(code, info.channel.slug)
        add_voucher_to_checkout(info.manager, info, lines, found.voucher, found)
    except (InvalidPromoCode, NotApplicable) as error:
        remember_code(checkout.pk)
        raise CodeRefused(code) from error
    for name in COLUMNS:
        setattr(checkout, name, getattr(fresh, name))


def give_back_code(checkout: Checkout) -> None:
    """Put a code that ours displaced into the slot, and forget all about the slot."""
    found = CheckoutVoucherSlot.objects.filter(checkout_token=str(checkout.pk))
    kept = found.first()
    if kept is None:
        return
    found.delete()
    if kept.shopper_code and not checkout.voucher_code:
        # It may have ended meanwhile.
        with suppress(CodeRefused):
            put_back(checkout, kept.shopper_code)
