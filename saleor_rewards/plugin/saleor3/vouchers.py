"""Saleor's own shipping vouchers that belong to the plugin."""

from __future__ import annotations

import re
import secrets
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, UUIDField
from django.db.models.functions import Cast, Now
from saleor.checkout.models import Checkout
from saleor.discount import DiscountValueType, VoucherType
from saleor.discount.models import Voucher, VoucherChannelListing, VoucherCode

from ...engine import ShippingDiscount, from_minor
from ...models import OwnedVoucher, PriceAgreement, Rule

WHOLE_PRICE = Decimal(100)

PREFIX = "REWARDS-"
#: A code of ours, and none that a merchant would make up.
CODE = re.compile(PREFIX + "[0-9A-F]{16}")


def owned_voucher(
    effect: ShippingDiscount, *, covers_all: bool, channel_pk: int
) -> OwnedVoucher:
    """Return the voucher that takes the effect's amount off the shipping.

    It is made when first needed, and mended where staff renamed, ended or
    deleted it. The caller opens a transaction.
    """
    worth = {
        "rule_id": effect.rule_id,
        "channel_pk": channel_pk,
        "value_type": DiscountValueType.FIXED,
        "value": from_minor(effect.amount, effect.currency),
    }
    if covers_all:
        worth.update(value_type=DiscountValueType.PERCENTAGE, value=WHOLE_PRICE)
    known = _live(worth, effect)
    if known is not None:
        return known
    # Whoever comes second finds the one of the first.
    Rule.objects.select_for_update(no_key=True).get(pk=effect.rule_id)
    return _live(worth, effect) or _mended(worth, effect) or _made(worth, effect)


def is_stray(code: str | None) -> bool:
    """Return whether a code that no row of ours names was made by us all the same.

    >>> is_stray("REWARDS-0123456789ABCDEF"), is_stray("REWARDS-SPRING"), is_stray(None)
    (True, False, False)
    """
    return bool(code and CODE.fullmatch(code))


def end_strays() -> None:
    """End vouchers of ours that no row names; nobody would ever ask for them."""
    known = OwnedVoucher.objects.values("code")
    found = VoucherCode.objects.filter(
        code__startswith=PREFIX, voucher__end_date=None
    ).exclude(code__in=known)
    pks = [pk for pk, code in found.values_list("voucher_id", "code") if is_stray(code)]
    _end(Voucher.objects.filter(pk__in=pks))


def end_all() -> None:
    """End our vouchers, so that a code kept by a shopper is worth nothing.

    Those that a paid checkout has, whose price was agreed on, go on.
    """
    agreed = PriceAgreement.objects.annotate(pk_=Cast("pk", UUIDField()))
    paid = Checkout.objects.filter(pk__in=agreed.values("pk_"), voucher_code__gt="")
    owned = OwnedVoucher.objects.exclude(code__in=paid.values("voucher_code"))
    _end(Voucher.objects.filter(pk__in=owned.values("voucher_pk")))


def _end(vouchers: QuerySet[Voucher]) -> None:
    vouchers.filter(end_date=None).update(end_date=Now())


def _live(worth: dict[str, Any], effect: ShippingDiscount) -> OwnedVoucher | None:
    live = VoucherCode.objects.filter(
        is_active=True, voucher__end_date=None, voucher__name=effect.rule_name
    )
    return OwnedVoucher.objects.filter(**worth, code__in=live.values("code")).first()


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
    code = f"{PREFIX}{secrets.token_hex(8).upper()}"
    VoucherCode.objects.create(voucher=voucher, code=code)
    owned, _ = OwnedVoucher.objects.update_or_create(
        **worth, defaults={"voucher_pk": voucher.pk, "code": code}
    )
    return owned
