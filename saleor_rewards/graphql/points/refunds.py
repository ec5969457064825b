"""What a refund would do to the customer's points, before it is made."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal as PythonDecimal
from typing import Any

import graphene

from ...engine import AmountError, TooManyDecimals, exponent, to_minor
from ...programs import ProgramErrorCode
from ..base import DOC_CATEGORY, Money
from ..ids import instance_by_id
from ..money import money_of
from ..numbers import in_int
from ..query_errors import query_error


class RewardsRefundPreview(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    goods = graphene.Field(
        Money, required=True, description="What was paid for the goods."
    )
    shipping = graphene.Field(
        Money,
        required=True,
        description=(
            "What was paid for the shipping. Where an offer on shipping came off the "
            "goods, the shipping stands here in full and the goods cost that much "
            "less: an order is given back whole by both."
        ),
    )
    remaining = graphene.Field(
        Money,
        required=True,
        description="What would be left to refund, gift cards not counted.",
    )
    points_taken_back = graphene.Int(
        required=True, description="Earned points that the order would lose."
    )
    points_given_back = graphene.Int(
        required=True, description="Spent points that would be given back."
    )
    points_expired = graphene.Int(
        required=True,
        description="Of those taken back, how many expired already and cost nothing.",
    )
    points_debt = graphene.Int(
        required=True,
        description="Of those taken back, how many the customer would owe.",
    )
    points_waived = graphene.Int(
        required=True, description="Of those taken back, how many would be let go."
    )

    class Meta:
        description = (
            "What a refund would do to the customer's points, and what it is a part of."
        )


def _check_amount(amount: PythonDecimal, currency: str) -> None:
    code, text = ProgramErrorCode.OUT_OF_RANGE, "is above 0"
    try:
        if to_minor(amount, currency) > 0:
            return
    except TooManyDecimals:
        code = ProgramErrorCode.TOO_MANY_DECIMALS
        text = f"has at most {exponent(currency)} decimals in {currency}"
    except AmountError:
        code, text = ProgramErrorCode.INVALID_VALUE, "is an amount of money"
    raise query_error(code, "amount", f"`amount` {text}.")


def resolve_refund_preview(
    _root: Any, info: Any, order_id: str, amount: PythonDecimal
) -> Any:
    """Return what a refund of so much would do; null for an unknown order."""
    from ...host.current import host
    from ...orders.settling import preview

    with host.writing():
        order = instance_by_id(order_id, "Order")
        if order is None:
            return None
        _check_amount(amount, order.currency)
        told = preview(str(order.pk), amount)
    return RewardsRefundPreview(
        goods=money_of(told.goods_amount, order.currency),
        shipping=money_of(told.shipping_amount, order.currency),
        remaining=money_of(told.remaining_amount, order.currency),
        **{
            name: in_int(value)
            for name, value in asdict(told).items()
            if "points" in name
        },
    )
