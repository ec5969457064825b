"""Promotions of whole orders, which Saleor 3 has, and vouchers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from saleor.channel.models import Channel
from saleor.discount import DiscountValueType, RewardValueType, VoucherType
from saleor.discount.models import (
    Promotion,
    PromotionRule,
    Voucher,
    VoucherChannelListing,
    VoucherCode,
)
from saleor.product.models import ProductVariant


def from_subtotal(amount: str) -> dict[str, Any]:
    """Return the predicate of goods that cost so much or more."""
    asked = {"baseSubtotalPrice": {"range": {"gte": amount}}}
    return {"discountedObjectPredicate": asked}


def make_order_promotion(percent: str, predicate: Any = None) -> Promotion:
    """Give everybody a native discount on the whole order, or whom a predicate names."""
    promotion = Promotion.objects.create(name="Native", type="order")
    rule = PromotionRule.objects.create(
        promotion=promotion,
        order_predicate=predicate or from_subtotal("1"),
        reward_value_type=RewardValueType.PERCENTAGE,
        reward_value=Decimal(percent),
        reward_type="subtotal_discount",
    )
    rule.channels.add(*Channel.objects.all())
    return promotion


def make_gift_promotion(variant: ProductVariant) -> None:
    """Give everybody a variant of Saleor's own accord."""
    promotion = Promotion.objects.create(name="Gift", type="order")
    rule = PromotionRule.objects.create(
        promotion=promotion,
        order_predicate=from_subtotal("1"),
        reward_type="gift",
    )
    rule.channels.add(*Channel.objects.all())
    rule.gifts.add(variant)


def make_voucher(
    code: str,
    percent: str,
    *,
    shipping: bool = False,
    minimum: str | None = None,
    by_line: bool = False,
) -> Voucher:
    """Hand out a voucher on the whole order, on each line of it, or on the shipping.

    With a ``minimum`` the goods have to cost so much.
    """
    on_goods = VoucherType.SPECIFIC_PRODUCT if by_line else VoucherType.ENTIRE_ORDER
    voucher = Voucher.objects.create(
        name=code,
        type=VoucherType.SHIPPING if shipping else on_goods,
        discount_value_type=DiscountValueType.PERCENTAGE,
    )
    VoucherCode.objects.create(voucher=voucher, code=code)
    for channel in Channel.objects.all():
        VoucherChannelListing.objects.create(
            voucher=voucher,
            channel=channel,
            discount_value=Decimal(percent),
            min_spent_amount=minimum and Decimal(minimum),
            currency=channel.currency_code,
        )
    return voucher
