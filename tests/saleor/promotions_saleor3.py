"""Promotions of whole orders, which Saleor 3 has."""

from __future__ import annotations

from decimal import Decimal

from saleor.channel.models import Channel
from saleor.discount import RewardValueType
from saleor.discount.models import Promotion, PromotionRule
from saleor.product.models import ProductVariant


def make_order_promotion(percent: str) -> Promotion:
    """Give everybody a native discount on the whole order."""
    promotion = Promotion.objects.create(name="Native", type="order")
    rule = PromotionRule.objects.create(
        promotion=promotion,
        order_predicate={
            "discountedObjectPredicate": {"baseSubtotalPrice": {"range": {"gte": 1}}}
        },
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
        order_predicate={
            "discountedObjectPredicate": {"baseSubtotalPrice": {"range": {"gte": 1}}}
        },
        reward_type="gift",
    )
    rule.channels.add(*Channel.objects.all())
    rule.gifts.add(variant)
