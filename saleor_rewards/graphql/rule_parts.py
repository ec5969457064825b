"""Conditions and benefits of a rule, read from its definition."""

from __future__ import annotations

from decimal import Decimal as PythonDecimal
from typing import Any, Mapping

import graphene

from .base import DOC_CATEGORY, CountryCodeEnum, Decimal, Money
from .enums import (
    RewardsBenefitType,
    RewardsOccasion,
    RewardsPointsCounting,
    RewardsSubtotalBase,
    RewardsWeekday,
    Weekday,
)
from .ids import global_id
from .money import monies

Definition = Mapping[str, Any]

DEFAULT_BASE = "AFTER_ITEM_DISCOUNTS"
DEFAULT_COUNTING = "IN_PROPORTION"


def money_list(description: str, *, required: bool = True) -> graphene.List:
    return graphene.List(
        graphene.NonNull(Money), required=required, description=description
    )


class DefinitionType(graphene.ObjectType):
    """A part of a definition; fields resolve from its keys."""

    class Meta:
        abstract = True

    @classmethod
    def __init_subclass_with_meta__(cls, **options: Any) -> None:
        cls.doc_category = DOC_CATEGORY
        super().__init_subclass_with_meta__(
            default_resolver=_from_definition, **options
        )


def _from_definition(
    name: str, default: Any, root: Definition, _info: Any, **_args: Any
) -> Any:
    return root.get(name, default)


def _decimal(root: Definition, key: str) -> PythonDecimal | None:
    return PythonDecimal(root[key]) if key in root else None


class RewardsIdFilter(DefinitionType):
    include = graphene.List(
        graphene.NonNull(graphene.ID), required=True, description="What is let in."
    )
    exclude = graphene.List(
        graphene.NonNull(graphene.ID), required=True, description="What is kept out."
    )

    class Meta:
        description = "Which lines count for a rule and get its benefit."


class RewardsMinimumSubtotal(DefinitionType):
    amounts = money_list("The subtotal needed, per currency.")
    base = RewardsSubtotalBase(required=True, description="The subtotal it reads.")

    class Meta:
        description = "The subtotal that the lines of the rule have to reach."

    @staticmethod
    def resolve_amounts(root: Definition, _info: Any) -> Any:
        return monies(root["amounts"])

    @staticmethod
    def resolve_base(root: Definition, _info: Any) -> str:
        return root.get("base") or DEFAULT_BASE


class RewardsWeeklyWindow(DefinitionType):
    weekday = RewardsWeekday(required=True, description="Day in the program's zone.")
    start = graphene.String(required=True, description="First minute.")
    end = graphene.String(required=True, description="Minute after the last one.")

    class Meta:
        description = "Part of a weekday."

    @staticmethod
    def resolve_weekday(root: Definition, _info: Any) -> str:
        return Weekday(root["weekday"]).name


class RewardsNthOrder(DefinitionType):
    number = graphene.Int(required=True, description="Which order, counted from 1.")
    repeats = graphene.Boolean(
        required=True, description="Whether each further one counts."
    )

    class Meta:
        description = "Which of a customer's orders, with the one being placed."

    @staticmethod
    def resolve_repeats(root: Definition, _info: Any) -> bool:
        return bool(root.get("repeats"))


class RewardsNthFriend(DefinitionType):
    number = graphene.Int(required=True, description="Which friend, counted from 1.")
    repeats = graphene.Boolean(
        required=True, description="Whether each further one counts."
    )

    class Meta:
        description = "Which of a referrer's friends that the referrer is rewarded for."

    @staticmethod
    def resolve_repeats(root: Definition, _info: Any) -> bool:
        return bool(root.get("repeats"))


class RewardsConditions(DefinitionType):
    minimum_subtotal = graphene.Field(
        RewardsMinimumSubtotal, description="Subtotal needed."
    )
    minimum_quantity = graphene.Int(description="Items needed.")
    products = graphene.Field(RewardsIdFilter, description="By product.")
    collections = graphene.Field(RewardsIdFilter, description="By collection.")
    categories = graphene.Field(
        RewardsIdFilter, description="By category, with all below it."
    )
    exclude_sale_items = graphene.Boolean(
        required=True, description="Leave out what is cheaper than its list price."
    )
    exclude_non_shippable_items = graphene.Boolean(
        required=True,
        description="Leave out what needs no shipping, such as downloads.",
    )
    countries = graphene.List(
        graphene.NonNull(CountryCodeEnum), description="Where the cart may go to."
    )
    shipping_methods = graphene.List(
        graphene.NonNull(graphene.ID), description="Delivery methods that qualify."
    )
    first_order = graphene.Boolean(
        required=True, description="Only for a customer's first order."
    )
    nth_order = graphene.Field(
        RewardsNthOrder, description="Only for that order of a customer's."
    )
    tiers = graphene.List(
        graphene.NonNull(graphene.ID), description="Levels of members that qualify."
    )
    has_referral = graphene.Boolean(
        required=True, description="Only for a customer whom another member brought."
    )
    nth_friend = graphene.Field(
        RewardsNthFriend, description="Only for that friend of a referrer's."
    )
    weekly_windows = graphene.List(
        graphene.NonNull(RewardsWeeklyWindow),
        description="When in the week it is open.",
    )

    class Meta:
        description = "What has to hold for a rule. All that is given has to."

    @staticmethod
    def resolve_products(root: Definition, _info: Any) -> Definition | None:
        return _with_global_ids(root.get("products"), "Product")

    @staticmethod
    def resolve_collections(root: Definition, _info: Any) -> Definition | None:
        return _with_global_ids(root.get("collections"), "Collection")

    @staticmethod
    def resolve_categories(root: Definition, _info: Any) -> Definition | None:
        return _with_global_ids(root.get("categories"), "Category")

    @staticmethod
    def resolve_exclude_sale_items(root: Definition, _info: Any) -> bool:
        return bool(root.get("exclude_sale_items"))

    @staticmethod
    def resolve_exclude_non_shippable_items(root: Definition, _info: Any) -> bool:
        return bool(root.get("exclude_non_shippable_items"))

    @staticmethod
    def resolve_first_order(root: Definition, _info: Any) -> bool:
        return bool(root.get("first_order"))

    @staticmethod
    def resolve_has_referral(root: Definition, _info: Any) -> bool:
        return bool(root.get("has_referral"))

    @staticmethod
    def resolve_shipping_methods(root: Definition, _info: Any) -> list[str] | None:
        pks = root.get("shipping_methods")
        return pks and [global_id("ShippingMethod", pk) for pk in pks]

    @staticmethod
    def resolve_tiers(root: Definition, _info: Any) -> list[str] | None:
        pks = root.get("tiers")
        return pks and [global_id("RewardsTier", pk) for pk in pks]


def _with_global_ids(found: Definition | None, type_name: str) -> Definition | None:
    return found and {
        side: [global_id(type_name, pk) for pk in found.get(side) or ()]
        for side in ("include", "exclude")
    }


class RewardsLadderStep(DefinitionType):
    from_ = graphene.Field(
        graphene.NonNull(graphene.List(graphene.NonNull(Money))),
        name="from",
        description="The subtotal that the step starts at, per currency.",
    )
    percent = Decimal(description="Percentage off.")
    amount = money_list("Amount off, per currency.", required=False)

    class Meta:
        description = "One step of a spend ladder."

    @staticmethod
    def resolve_from_(root: Definition, _info: Any) -> Any:
        return monies(root["from"])

    @staticmethod
    def resolve_percent(root: Definition, _info: Any) -> PythonDecimal | None:
        return _decimal(root, "percent")

    @staticmethod
    def resolve_amount(root: Definition, _info: Any) -> Any:
        return monies(root.get("amount"))


class RewardsBenefit(DefinitionType):
    type = RewardsBenefitType(required=True, description="What kind it is.")
    steps = graphene.List(
        graphene.NonNull(RewardsLadderStep), description="Steps of a ladder."
    )
    base = RewardsSubtotalBase(description="The subtotal that a ladder reads.")
    percent = Decimal(description="Percentage off.")
    amounts = money_list(
        "Amount off, or what a referrer's reward is worth, per currency.",
        required=False,
    )
    cap = money_list("The most that it gives, per currency.", required=False)
    points = graphene.Int(description="How many points it gives.")
    per = money_list("For what amount it gives them, per currency.", required=False)
    counting = RewardsPointsCounting(
        description="Whether parts of that amount count; null where it gives none per "
        "amount."
    )
    factor = Decimal(description="How many times the points it gives.")
    occasion = RewardsOccasion(description="What a fixed number of points is for.")
    valid_days = graphene.Int(description="How long a referrer's reward is valid.")

    class Meta:
        description = "What a rule gives once it is met."

    @staticmethod
    def resolve_base(root: Definition, _info: Any) -> str | None:
        if root["type"] != "LADDER":
            return None
        return root.get("base") or DEFAULT_BASE

    @staticmethod
    def resolve_counting(root: Definition, _info: Any) -> str | None:
        if root["type"] != "POINTS_PER_AMOUNT":
            return None
        return root.get("counting") or DEFAULT_COUNTING

    @staticmethod
    def resolve_percent(root: Definition, _info: Any) -> PythonDecimal | None:
        return _decimal(root, "percent")

    @staticmethod
    def resolve_amounts(root: Definition, _info: Any) -> Any:
        return monies(root.get("amounts"))

    @staticmethod
    def resolve_per(root: Definition, _info: Any) -> Any:
        return monies(root.get("per"))

    @staticmethod
    def resolve_factor(root: Definition, _info: Any) -> PythonDecimal | None:
        return _decimal(root, "factor")

    @staticmethod
    def resolve_cap(root: Definition, _info: Any) -> Any:
        return monies(root.get("cap"))
