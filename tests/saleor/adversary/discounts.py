"""The shop's own vouchers that shoppers type, and the documents that change them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import graphene
from django.utils import timezone

from saleor_rewards.host.capabilities import capabilities

from ..world import HOST
from .documents import CART, ERRORS, TOTAL, mutation

#: The code that takes its share off the cheapest piece alone.
ON_ONE_PIECE = "CHEAPEST"


@dataclass(frozen=True)
class ShopCode:
    """A voucher that staff made: its code, its global id and what it asks for.

    ``is_steady`` says that Saleor never drops it from a cart by itself: it takes off
    the whole order, asks for nothing and has no end.
    """

    code: str
    id: str
    is_steady: bool = False


def shop_codes() -> dict[str, ShopCode]:
    """Hand out one voucher of each kind, by code."""
    ended = {"end_date": timezone.now() - timedelta(seconds=1)}
    made = [
        _code("MIN40", "15", min_spent="40"),
        _code("FOUR", "4", discount_value_type="fixed", is_steady=True),
        _code("TWELVE", "12", is_steady=True),
        _code("POST", "100", is_shipping=True),
        _code("EACH", "10", apply_once_per_customer=True),
        _code(ON_ONE_PIECE, "50", apply_once_per_order=True),
        _code("ENDING", "25"),
        _code("ENDED", "30", **ended),
    ]
    return {one.code: one for one in made}


def _code(
    code: str,
    value: str,
    *,
    is_steady: bool = False,
    is_shipping: bool = False,
    min_spent: str = "",
    **columns: Any,
) -> ShopCode:
    voucher = HOST.make_voucher(code, value, shipping=is_shipping)
    type(voucher).objects.filter(pk=voucher.pk).update(**columns)
    if min_spent:
        # The amounts of Saleor 3 stand in a row a channel.
        listed = getattr(voucher, "channel_listings", None)
        rows = listed or type(voucher).objects.filter(pk=voucher.pk)
        rows.update(min_spent_amount=Decimal(min_spent))
    pk = graphene.Node.to_global_id("Voucher", voucher.pk)
    return ShopCode(code, pk, is_steady)


_ERRORS = (
    "errors" if capabilities.transactions else "discountErrors"
) + " { field message code }"

VOUCHER_UPDATE = mutation(
    "$id: ID!, $input: VoucherInput!",
    "voucherUpdate(id: $id, input: $input)",
    "voucher { id }",
    _ERRORS,
)
VOUCHER_LISTING = mutation(
    "$id: ID!, $input: VoucherChannelListingInput!",
    "voucherChannelListingUpdate(id: $id, input: $input)",
    "voucher { id }",
    _ERRORS,
)
#: What an app sees of a cart's voucher.
SLOT = (
    "query($id: ID!) { checkout(id: $id) { voucherCode voucher { id } } }"
    if capabilities.transactions
    else ""
)
UNPROMO_ID = mutation(
    "$cart: ID!, $voucher: ID!",
    f"checkoutRemovePromoCode({CART}: $cart, promoCodeId: $voucher)",
    f"checkout {{ id {TOTAL} }}",
    ERRORS,
)
PROMOTION_CREATE = mutation(
    "$input: PromotionCreateInput!",
    "promotionCreate(input: $input)",
    "promotion { id rules { id } }",
    _ERRORS,
)
PROMOTION_UPDATE = mutation(
    "$id: ID!, $input: PromotionUpdateInput!",
    "promotionUpdate(id: $id, input: $input)",
    "promotion { id }",
    _ERRORS,
)
PROMOTION_DELETE = mutation(
    "$id: ID!", "promotionDelete(id: $id)", "promotion { id }", _ERRORS
)
PROMOTION_RULE_UPDATE = mutation(
    "$id: ID!, $input: PromotionRuleUpdateInput!",
    "promotionRuleUpdate(id: $id, input: $input)",
    "promotionRule { id }",
    _ERRORS,
)
