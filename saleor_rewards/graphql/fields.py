"""Which of our fields go where in Saleor's schema."""

from __future__ import annotations

from typing import Any

import graphene
from saleor.graphql.account.schema import AccountMutations
from saleor.graphql.account.types import User
from saleor.graphql.checkout.schema import CheckoutMutations, CheckoutQueries
from saleor.graphql.checkout.types import Checkout
from saleor.graphql.meta.schema import MetaMutations
from saleor.graphql.order.schema import OrderMutations
from saleor.graphql.order.types import Order, OrderLine
from saleor.graphql.payment.schema import PaymentMutations
from saleor.graphql.plugins.schema import PluginsMutations, PluginsQueries

from ..host.capabilities import capabilities
from .asking import afresh, asking
from .base import cost_map
from .customer import CustomerRewards, resolve_user_rewards
from .deleting import erase_deleted
from .hidden_codes import hide_codes
from .looks import looking_first, mending_first
from .mutations import (
    RewardsProgramUpdate,
    RewardsRuleCreate,
    RewardsRuleDelete,
    RewardsRuleUpdate,
)
from .offers import CheckoutRewards, resolve_checkout_rewards
from .points.adjusting import RewardsPointsAdjust
from .points.adjustments import (
    ADJUSTMENT_QUERIES,
    RewardsPointsAdjustApprove,
    RewardsPointsAdjustDecline,
)
from .points.staff import POINTS_QUERIES
from .points.transfers import RewardsBalancesImport
from .queries import QUERIES
from .receipts import RewardsReceipt, resolve_order_rewards
from .redeeming import RewardsPointsRedeem, RewardsPointsRelease
from .referrals.codes import (
    RewardsReferralCodeChoose,
    RewardsReferralCodeRenew,
    RewardsReferralInvite,
)
from .referrals.shopping import RewardsReferralClaim, RewardsReferralReviewRequest
from .referrals.staff import REFERRAL_QUERIES, RewardsReferralReview
from .shopper_codes import keep_codes
from .trials import RewardsRuleTest

MUTATIONS = {
    "rewards_program_update": RewardsProgramUpdate,
    "rewards_rule_create": RewardsRuleCreate,
    "rewards_rule_update": RewardsRuleUpdate,
    "rewards_rule_delete": RewardsRuleDelete,
    "rewards_rule_test": RewardsRuleTest,
    "rewards_points_redeem": RewardsPointsRedeem,
    "rewards_points_release": RewardsPointsRelease,
    "rewards_points_adjust": RewardsPointsAdjust,
    "rewards_points_adjust_approve": RewardsPointsAdjustApprove,
    "rewards_points_adjust_decline": RewardsPointsAdjustDecline,
    "rewards_balances_import": RewardsBalancesImport,
    "rewards_referral_claim": RewardsReferralClaim,
    "rewards_referral_review_request": RewardsReferralReviewRequest,
    "rewards_referral_code_renew": RewardsReferralCodeRenew,
    "rewards_referral_code_choose": RewardsReferralCodeChoose,
    "rewards_referral_invite": RewardsReferralInvite,
    "rewards_referral_review": RewardsReferralReview,
}

PAGED: dict[str, Any] = {"complexity": 1, "multipliers": ["first", "last"]}

#: A cart or an order is evaluated with every rule in force.
EVALUATED = {"complexity": 50}

#: Every rule in force answers, and each of its answers is put into words.
EVERY_RULE = {"complexity": 20}

COSTS: dict[str, dict[str, dict[str, Any]]] = {
    "Query": {
        "rewardsProgram": {"complexity": 1},
        "rewardsPrograms": PAGED,
        "rewardsRule": {"complexity": 1},
        "rewardsRules": PAGED,
        "rewardsAccount": {"complexity": 1},
        "rewardsAccounts": PAGED,
        "rewardsPointsAdjustments": PAGED,
        "rewardsRefundPreview": EVALUATED,
        # They read every balance there is, or thousands of them.
        "rewardsLiability": {"complexity": 50},
        "rewardsBalancesExport": {"complexity": 1, "multipliers": ["first"]},
        "rewardsImport": {"complexity": 1},
        "rewardsReferrals": PAGED,
    },
    "Mutation": {
        "rewardsRuleTest": EVALUATED,
        "rewardsPointsRedeem": EVALUATED,
        "rewardsPointsRelease": EVALUATED,
        "rewardsReferralClaim": EVALUATED,
        # Thousands of rows are read and kept.
        "rewardsBalancesImport": {"complexity": 500},
    },
    # Once a request for each cart, so a page of carts is dear.
    "Checkout": {"rewards": EVALUATED},
    "CheckoutRewards": {
        "offers": EVERY_RULE,
        "points": {"complexity": 1},
        "referral": {"complexity": 1},
    },
    "Order": {"rewards": {"complexity": 1}},
    "CustomerRewards": {
        "account": {"complexity": 1},
        "accounts": {"complexity": 1},
        "referral": {"complexity": 1},
    },
    "RewardsAccount": {
        "entries": PAGED,
        "expiringSoon": PAGED,
        "holds": PAGED,
        "tierHistory": PAGED,
        # What counts for a tier is read for each account by itself.
        "tierProgress": {"complexity": 5},
    },
    "RewardsImport": {"rows": PAGED},
    "RewardsProgram": {
        "points": {"complexity": 1},
        "referrals": {"complexity": 1},
        "rules": PAGED,
        "tiers": {"complexity": 1},
    },
    "RewardsReferral": {
        "decisions": PAGED,
        "referee": {"complexity": 1},
        "referrer": {"complexity": 1},
        "rewards": PAGED,
    },
    # All friends and rewards of a member are read for them.
    "RewardsReferrer": {
        "earned": {"complexity": 5},
        "friends": {"complexity": 5},
        "rewards": PAGED,
        "uses": {"complexity": 5},
    },
    "RewardsRule": {"program": {"complexity": 1}},
    "User": {"rewards": {"complexity": 1}},
}

#: What Saleor's map leaves out though ours is evaluated for each of them.
MISSING_COSTS = {"User": {"checkouts": PAGED}}


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
    User._meta.fields["rewards"] = graphene.Field(
        CustomerRewards,
        description="The customer's points. For that customer and MANAGE_USERS alone.",
        resolver=resolve_user_rewards,
    )
    if capabilities.stored_discounts:
        _look_first()
        hide_codes((Checkout, CheckoutMutations, Order, OrderLine))
    queries = {**QUERIES, **POINTS_QUERIES, **ADJUSTMENT_QUERIES, **REFERRAL_QUERIES}
    for name, field in queries.items():
        setattr(PluginsQueries, name, field)
    for name, mutation in MUTATIONS.items():
        setattr(PluginsMutations, name, asking(mutation.Field()))
    keep_codes(CheckoutMutations)
    erase_deleted(AccountMutations)
    # Saleor tells of a cart as changed where only its metadata were.
    for mutations in (CheckoutMutations, MetaMutations, PaymentMutations):
        for field in mutations._meta.fields.values():
            asking(field)
    for field in OrderMutations._meta.fields.values():
        afresh(field)
    for type_name, costs in COSTS.items():
        cost_map().setdefault(type_name, {}).update(costs)
    for type_name, costs in MISSING_COSTS.items():
        known = cost_map().setdefault(type_name, {})
        known.update({name: cost for name, cost in costs.items() if name not in known})


def _look_first() -> None:
    """Let queries and the placing of orders look before Saleor computes with rows."""
    query = CheckoutQueries._meta.fields["checkout"]
    query.resolver = looking_first(query.resolver or CheckoutQueries.resolve_checkout)
    for name in ("checkout_complete", "order_create_from_checkout"):
        field = CheckoutMutations._meta.fields[name]
        field.resolver = mending_first(field.type, field.resolver)
