"""What an order got, as its owner and the staff see it."""

from __future__ import annotations

from typing import Any, NamedTuple

import graphene

from ..engine import LineDiscount, ShippingDiscount, effect_from_json
from ..models import Receipt
from .base import (
    DOC_CATEGORY,
    MANAGE_ORDERS,
    DateTime,
    Money,
    has_permission,
    instance_of,
    is_owner,
)
from .ids import global_id
from .loaders import ReceiptByCheckoutTokenLoader
from .money import money_of


class Entry(NamedTuple):
    """One effect of a receipt; ``variant_pk`` is what its line sold."""

    effect: LineDiscount | ShippingDiscount
    variant_pk: str | None


class RewardsReceiptEntry(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    rule_id = graphene.ID(required=True, description="ID of the rule.")
    rule_version = graphene.Int(required=True, description="Version of the rule.")
    name = graphene.String(required=True, description="Name that the rule had.")
    amount = graphene.Field(Money, required=True, description="What it took off.")
    is_shipping = graphene.Boolean(
        required=True, description="Whether it was taken off the shipping."
    )
    line_id = graphene.ID(
        description="ID of the checkout line that it was taken off, unless shipping."
    )
    variant_id = graphene.ID(
        description="ID of the variant on that line, to find the order line by."
    )

    class Meta:
        description = "What one rule took off one line or the shipping."

    @staticmethod
    def resolve_rule_id(root: Entry, _info: Any) -> str:
        return global_id("RewardsRule", root.effect.rule_id)

    @staticmethod
    def resolve_rule_version(root: Entry, _info: Any) -> int:
        return root.effect.rule_version

    @staticmethod
    def resolve_name(root: Entry, _info: Any) -> str:
        return root.effect.rule_name

    @staticmethod
    def resolve_amount(root: Entry, _info: Any) -> Any:
        return money_of(root.effect.amount, root.effect.currency)

    @staticmethod
    def resolve_is_shipping(root: Entry, _info: Any) -> bool:
        return isinstance(root.effect, ShippingDiscount)

    @staticmethod
    def resolve_line_id(root: Entry, _info: Any) -> str | None:
        if isinstance(root.effect, ShippingDiscount):
            return None
        return global_id("CheckoutLine", root.effect.line_id)

    @staticmethod
    def resolve_variant_id(root: Entry, _info: Any) -> str | None:
        return root.variant_pk and global_id("ProductVariant", root.variant_pk)


class RewardsReceipt(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    at = DateTime(required=True, description="When the rules were read.")
    savings = graphene.Field(
        Money,
        required=True,
        description="All that was taken off, goods and shipping.",
    )
    shipping_savings = graphene.Field(
        Money,
        required=True,
        description="The part of the savings that was taken off the shipping.",
    )
    entries = graphene.List(
        graphene.NonNull(RewardsReceiptEntry),
        required=True,
        description="What each rule took off.",
    )

    class Meta:
        description = "What an order got, by rule version."

    @staticmethod
    def resolve_savings(root: Receipt, _info: Any) -> Any:
        return _total(root, _entries(root))

    @staticmethod
    def resolve_shipping_savings(root: Receipt, _info: Any) -> Any:
        entries = _entries(root)
        return _total(
            root,
            [entry for entry in entries if isinstance(entry.effect, ShippingDiscount)],
        )

    @staticmethod
    def resolve_entries(root: Receipt, _info: Any) -> list[Entry]:
        return _entries(root)


def _entries(receipt: Receipt) -> list[Entry]:
    variants = {
        line["id"]: line["variant_id"] for line in receipt.snapshot.get("lines", ())
    }
    effects = [effect_from_json(effect) for effect in receipt.effects]
    return [
        Entry(effect, variants.get(getattr(effect, "line_id", None)))
        for effect in effects
    ]


def _total(receipt: Receipt, entries: list[Entry]) -> Any:
    return money_of(sum(entry.effect.amount for entry in entries), receipt.currency)


def resolve_order_rewards(root: Any, info: Any) -> Any:
    """Return the order's receipt; null for an order without one.

    Whoever Saleor shows the order sees its receipt, as with its totals and
    discounts: the owner, staff and apps, and who holds the order's secret key.
    Orders from before Saleor 3.2 have keys that can be guessed; as Saleor does
    with the addresses on them, those take the owner or MANAGE_ORDERS.
    """
    order = instance_of(root)
    if not order.checkout_token:
        return None
    if getattr(order, "use_old_id", False) and not (
        is_owner(info.context, order.user_id)
        or has_permission(info.context, MANAGE_ORDERS)
    ):
        return None
    return ReceiptByCheckoutTokenLoader(info.context).load(order.checkout_token)
