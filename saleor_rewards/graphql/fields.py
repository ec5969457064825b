"""Which of our fields go where in Saleor's schema."""

from __future__ import annotations

from typing import Any

import graphene
from saleor.graphql.checkout.types import Checkout
from saleor.graphql.order.types import Order
from saleor.graphql.plugins.schema import PluginsMutations, PluginsQueries

from .base import cost_map
from .mutations import (
    RewardsProgramUpdate,
    RewardsRuleCreate,
    RewardsRuleDelete,
    RewardsRuleUpdate,
)
from .offers import CheckoutRewards, resolve_checkout_rewards
from .queries import QUERIES
from .receipts import RewardsReceipt, resolve_order_rewards
from .trials import RewardsRuleTest

MUTATIONS = {
    "rewards_program_update": RewardsProgramUpdate,
    "rewards_rule_create": RewardsRuleCreate,
    "rewards_rule_update": RewardsRuleUpdate,
    "rewards_rule_delete": RewardsRuleDelete,
    "rewards_rule_test": RewardsRuleTest,
}

PAGED: dict[str, Any] = {"complexity": 1, "multipliers": ["first", "last"]}

COSTS: dict[str, dict[str, dict[str, Any]]] = {
    "Query": {
        "rewardsProgram": {"complexity": 1},
        "rewardsPrograms": PAGED,
        "rewardsRule": {"complexity": 1},
        "rewardsRules": PAGED,
    },
    # A cart is evaluated for it, so a page of carts is dear.
    "Checkout": {"rewards": {"complexity": 5}},
    "Order": {"rewards": {"complexity": 1}},
    "RewardsProgram": {"rules": PAGED},
    "RewardsRule": {"program": {"complexity": 1}},
}


def mount_fields() -> None:
    """Add our fields to Saleor's types; call it before the schema is built."""
    Checkout._meta.fields["rewards"] = graphene.Field(
        CheckoutRewards,
        description="What the cart gets, and what is within its reach.",
        resolver=resolve_checkout_rewards,
    )
    Order._meta.fields["rewards"] = graphene.Field(
        RewardsReceipt,
        description="What the order got.",
        resolver=resolve_order_rewards,
    )
    for name, field in QUERIES.items():
        setattr(PluginsQueries, name, field)
    for name, mutation in MUTATIONS.items():
        setattr(PluginsMutations, name, mutation.Field())
    for type_name, costs in COSTS.items():
        cost_map().setdefault(type_name, {}).update(costs)
