"""What shoppers did with the voucher slot of their checkouts."""

from __future__ import annotations

from saleor.checkout.models import Checkout
from saleor.discount.models import VoucherCode

from ...models import CheckoutVoucherSlot
from ..guard import bounded_transaction
from .vouchers import is_stray


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
