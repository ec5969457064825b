"""How a program's referrals work."""

from __future__ import annotations

from typing import Any, NamedTuple

import graphene

from ...engine import to_minor
from ...models import Program, ReferralPolicy, Shortage
from ...referrals.signals import DEFAULT_WEIGHTS
from ...signal_codes import SignalCode
from ..base import DOC_CATEGORY, DateTime, Money
from ..loaders import ChannelByPkLoader
from ..money import money_of
from ..points.enums import RewardsShortage
from .enums import RewardsSignalCode
from .loaders import ReferralPolicyByProgramPkLoader
from .signals import WeighedSignal


class ReferralTerms(NamedTuple):
    """A program's policy with the currency of its channel, where it has one."""

    policy: ReferralPolicy
    currency: str | None


class RewardsSignalWeight(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    code = RewardsSignalCode(required=True, description="The signal.")
    weight = graphene.Int(required=True, description="What it weighs here.")
    default_weight = graphene.Int(
        required=True, description="What it weighs unless the shop says otherwise."
    )

    class Meta:
        description = "What a signal weighs."

    @staticmethod
    def resolve_code(root: WeighedSignal, _info: Any) -> str:
        return root.code.name

    @staticmethod
    def resolve_default_weight(root: WeighedSignal, _info: Any) -> int:
        return DEFAULT_WEIGHTS[root.code]


def _of_policy(
    name: str, default: Any, root: ReferralTerms, _info: Any, **_: Any
) -> Any:
    return getattr(root.policy, name, default)


class RewardsReferralPolicy(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    is_active = graphene.Boolean(
        required=True, description="Whether members can bring friends."
    )
    since = DateTime(description="No order from before counts.")
    link = graphene.String(
        required=True, description="Page of the shop to share, with {code} in it."
    )
    allows_own_codes = graphene.Boolean(
        required=True, description="Whether members may choose their codes."
    )
    claim_days = graphene.Int(
        required=True, description="Days within which a friend has to order."
    )
    hold_days = graphene.Int(
        required=True, description="Days from the payment to the rewards."
    )
    minimum_amount = graphene.Field(
        Money,
        description="What the order has to be worth after all that is taken off.",
    )
    most_per_month = graphene.Int(
        description="For how many friends a month a member is rewarded at most."
    )
    shortage = RewardsShortage(
        required=True,
        description="What to do where a reward to take back is spent already.",
    )
    review_weight = graphene.Int(
        required=True, description="From this weight on a referral waits for staff."
    )
    reject_weight = graphene.Int(
        required=True, description="From this weight on a referral does not count."
    )
    weights = graphene.List(
        graphene.NonNull(RewardsSignalWeight),
        required=True,
        description="What each signal weighs.",
    )
    evidence_days = graphene.Int(
        required=True, description="Days for which hashes of personal data are kept."
    )

    class Meta:
        description = "How the referrals of a program work."
        default_resolver = _of_policy

    @staticmethod
    def resolve_minimum_amount(root: ReferralTerms, _info: Any) -> Any:
        amount = root.policy.minimum_amount
        if amount is None or root.currency is None:
            return None
        return money_of(to_minor(amount, root.currency), root.currency)

    @staticmethod
    def resolve_shortage(root: ReferralTerms, _info: Any) -> str:
        return Shortage(root.policy.shortage).name

    @staticmethod
    def resolve_weights(root: ReferralTerms, _info: Any) -> list[WeighedSignal]:
        own = root.policy.weights
        return [
            WeighedSignal(code, own.get(code.value, DEFAULT_WEIGHTS[code]))
            for code in SignalCode
        ]


def resolve_referrals(root: Program, info: Any) -> Any:
    """Return how a program's referrals work."""

    def with_policy(policy: ReferralPolicy) -> Any:
        loading = ChannelByPkLoader(info.context).load(root.channel_pk)
        return loading.then(
            lambda channel: ReferralTerms(policy, channel and channel.currency)
        )

    loading = ReferralPolicyByProgramPkLoader(info.context).load(root.pk)
    return loading.then(with_policy)
