"""Saleor's own shipping vouchers that belong to the plugin."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Any

from django.db.models import UUIDField
from django.db.models.functions import Cast, Now
from saleor.checkout.models import Checkout
from saleor.discount import DiscountValueType, VoucherType
from saleor.discount.models import Voucher, VoucherChannelListing, VoucherCode

from ...engine import ShippingDiscount, from_minor
from ...models import OwnedVoucher, PriceAgreement

WHOLE_PRICE = Decimal(100)


def owned_voucher(
    effect: ShippingDiscount, *, covers_all: bool, channel_pk: int
) -> OwnedVoucher:
    """Return the voucher that takes the effect's amount off the shipping.

    It is made when first needed, and mended where staff renamed, ended or
    deleted it.
    """
    worth = {
        "rule_id": effect.rule_id,
        "channel_pk": channel_pk,
        "value_type": DiscountValueType.FIXED,
        "value": from_minor(effect.amount, effect.currency),
    }
    if covers_all:
        worth.update(value_type=DiscountValueType.PERCENTAGE, value=WHOLE_PRICE)
    live = VoucherCode.objects.filter(
        is_active=True, voucher__end_date=None, voucher__name=effect.rule_name
    )
    known = OwnedVoucher.objects.filter(**worth, code__in=live.values("code")).first()
    return known or _mended(worth, effect) or _made(worth, effect)


def end_all() -> None:
    """End our vouchers, so that a code kept by a shopper is worth nothing.

    Those that a paid checkout has, whose price was agreed on, go on.
    """
    agreed = PriceAgreement.objects.annotate(pk_=Cast("pk", UUIDField()))
    paid = Checkout.objects.filter(pk__in=agreed.values("pk_"), voucher_code__gt="")
    owned = OwnedVoucher.objects.exclude(code__in=paid.values("voucher_code")).values(
        "voucher_pk"
    )
    Voucher.objects.filter(pk__in=owned, end_date=None).update(end_date=Now())


def _mended(worth: dict[str, Any], effect: ShippingDiscount) -> OwnedVoucher | None:
    owned = OwnedVoucher.objects.filter(**worth).first()
    codes = VoucherCode.objects.filter(code=owned.code if owned else None)
    if owned is None or not codes.update(is_active=True):
        return None
    Voucher.objects.filter(pk=owned.voucher_pk).update(
        name=effect.rule_name, end_date=None
    )
    return owned


def _made(worth: dict[str, Any], effect: ShippingDiscount) -> OwnedVoucher:
    voucher = Voucher.objects.create(
        type=VoucherType.SHIPPING,
        name=effect.rule_name,
        discount_value_type=worth["value_type"],
    )
    VoucherChannelListing.objects.create(
        voucher=voucher,
        channel_id=worth["channel_pk"],
        discount_value=worth["value"],
        currency=effect.currency,
    )
    # A code that can be guessed would be free shipping for anybody.
    code = f"REWARDS-{secrets.token_hex(8).upper()}"
    VoucherCode.objects.create(voucher=voucher, code=code)
    owned, _ = OwnedVoucher.objects.update_or_create(
        **worth, defaults={"voucher_pk": voucher.pk, "code": code}
    )
    return owned
