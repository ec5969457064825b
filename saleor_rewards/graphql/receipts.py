"""What an order got, as its owner and the staff see it."""

from __future__ import annotations

from typing import Any, NamedTuple

import graphene

from ..engine import (
    Effect,
    LineDiscount,
    PointsEarned,
    ShippingDiscount,
    Snapshot,
    effect_from_json,
    points_worth,
)
from ..models import Receipt
from ..plugin.capabilities import capabilities
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
from .loaders import PostedByOrderLoader, ReceiptByOrderLoader
from .money import money_of
from .numbers import in_int
from .once import once


class Entry(NamedTuple):
    """What a rule took off; ``variant_pk`` is what its line sold."""

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
        description="All that rules took off, goods and shipping.",
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
    is_corrected = graphene.Boolean(
        required=True,
        description="Whether the order's prices carried something else than its rules "
        "come to; what is told here is what they carried.",
    )
    points_redeemed = graphene.Int(
        required=True, description="How many points paid for it."
    )
    points_worth = graphene.Field(
        Money, required=True, description="What these points paid."
    )
    points_returned = graphene.Int(
        required=True, description="How many of these were given back since."
    )
    points_earned = graphene.Int(
        required=True,
        description="How many points its rules came to when it was placed.",
    )
    points_posted = graphene.Int(
        required=True,
        description="How many points it was given so far. Fewer than were to be earned "
        "where the account is full.",
    )
    points_taken_back = graphene.Int(
        required=True,
        description="How many of the posted points were taken back since.",
    )
    points_pending_until = DateTime(
        description="Until when posted points cannot be spent yet, if any cannot."
    )

    class Meta:
        description = "What an order got, by rule version."

    @staticmethod
    def resolve_savings(root: Receipt, info: Any) -> Any:
        return _total(root, [entry.effect for entry in _entries(root, info)])

    @staticmethod
    def resolve_shipping_savings(root: Receipt, info: Any) -> Any:
        return _total(root, _of_type(root, info, ShippingDiscount))

    @staticmethod
    def resolve_entries(root: Receipt, info: Any) -> list[Entry]:
        return _entries(root, info)

    @staticmethod
    def resolve_points_redeemed(root: Receipt, _info: Any) -> int:
        return in_int(root.points_redeemed)

    @staticmethod
    def resolve_points_worth(root: Receipt, info: Any) -> Any:
        def worth() -> int:
            return points_worth(Snapshot.from_json(root.snapshot), _effects(root, info))

        return money_of(once(info, ("points worth", root.pk), worth), root.currency)

    @staticmethod
    def resolve_points_earned(root: Receipt, info: Any) -> int:
        earned = _of_type(root, info, PointsEarned)
        return in_int(sum(effect.points for effect in earned))

    @staticmethod
    def resolve_points_returned(root: Receipt, info: Any) -> Any:
        return _points(root, info, "returned")

    @staticmethod
    def resolve_points_posted(root: Receipt, info: Any) -> Any:
        return _points(root, info, "earned")

    @staticmethod
    def resolve_points_taken_back(root: Receipt, info: Any) -> Any:
        return _points(root, info, "taken_back")

    @staticmethod
    def resolve_points_pending_until(root: Receipt, info: Any) -> Any:
        return _posted(root, info, "pending_until")


def _posted(receipt: Receipt, info: Any, name: str) -> Any:
    posted = PostedByOrderLoader(info.context).load(receipt.order_pk or "")
    return posted.then(lambda found: getattr(found, name))


def _points(receipt: Receipt, info: Any, name: str) -> Any:
    return _posted(receipt, info, name).then(in_int)


def _effects(receipt: Receipt, info: Any) -> list[Effect]:
    """Return what a receipt has, read once however often a request asks."""
    effects: list[Effect] = once(
        info,
        ("effects", receipt.pk),
        lambda: [effect_from_json(effect) for effect in receipt.effects],
    )
    return effects


def _of_type(receipt: Receipt, info: Any, type_: Any) -> list[Any]:
    return [effect for effect in _effects(receipt, info) if isinstance(effect, type_)]


def _entries(receipt: Receipt, info: Any) -> list[Entry]:
    variants = {
        line["id"]: line["variant_id"] for line in receipt.snapshot.get("lines", ())
    }
    return [
        Entry(effect, variants.get(getattr(effect, "line_id", None)))
        for effect in _of_type(receipt, info, (LineDiscount, ShippingDiscount))
    ]


def _total(receipt: Receipt, effects: list[Any]) -> Any:
    return money_of(sum(effect.amount for effect in effects), receipt.currency)


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
    is_guessable = capabilities.guessable_orders and order.use_old_id
    if is_guessable and not (
        is_owner(info.context, order.user_id)
        or has_permission(info.context, MANAGE_ORDERS)
    ):
        return None
    key = (str(order.pk), order.checkout_token)
    return ReceiptByOrderLoader(info.context).load(key)
