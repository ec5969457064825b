"""One friend whom a member brought, as the staff see it."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils.translation import override

from ...models import Referral, ReferralDecision, ReferralState, Verdict
from ..base import (
    DOC_CATEGORY,
    CountableConnection,
    DateTime,
    User,
    connection_field,
    slice_connection,
)
from ..ids import global_id
from ..languages import language_of
from ..loaders import ChannelByPkLoader
from ..lookups import order_number
from ..points.loaders import OrderByPkLoader, UserByPkLoader
from .enums import RewardsReferralState, RewardsReferralVerdict
from .loaders import DecisionsByReferralPkLoader, RewardsByReferralPkLoader
from .messages import decision_reason
from .rewards import RewardsReferralRewardCountableConnection
from .signals import RewardsSignal, WeighedSignal, signals_of


class RewardsReferralDecision(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    verdict = RewardsReferralVerdict(required=True, description="Whether it counts.")
    signals = graphene.List(
        graphene.NonNull(RewardsSignal),
        required=True,
        description="What spoke against it then.",
    )
    reason = graphene.String(
        required=True, description="Why, in words; empty for the signals."
    )
    author = graphene.String(
        description="Who of the staff it was, as User:7 or App:3; null for the signals."
    )
    at = DateTime(required=True, description="When.")

    class Meta:
        description = "One verdict on a referral: by the signals, or by staff."

    @staticmethod
    def resolve_verdict(root: ReferralDecision, _info: Any) -> str:
        return Verdict(root.verdict).name

    @staticmethod
    def resolve_signals(root: ReferralDecision, _info: Any) -> list[WeighedSignal]:
        return signals_of(root.signals)

    @staticmethod
    def resolve_reason(root: ReferralDecision, info: Any) -> str:
        with override(language_of(info.context)):
            return decision_reason(root)

    @staticmethod
    def resolve_author(root: ReferralDecision, _info: Any) -> str | None:
        return root.author or None


class RewardsReferralDecisionCountableConnection(CountableConnection):
    class Meta:
        node = RewardsReferralDecision


def _resolve_decisions(root: Referral, info: Any, **args: Any) -> Any:
    loading = DecisionsByReferralPkLoader(info.context).load(root.pk)
    return loading.then(
        lambda rows: slice_connection(
            rows, info, args, RewardsReferralDecisionCountableConnection
        )
    )


def _resolve_rewards(root: Referral, info: Any, **args: Any) -> Any:
    loading = RewardsByReferralPkLoader(info.context).load(root.pk)
    return loading.then(
        lambda rows: slice_connection(
            rows, info, args, RewardsReferralRewardCountableConnection
        )
    )


class RewardsReferral(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    channel = graphene.String(
        description="Slug of its channel; null once the channel is deleted."
    )
    state = RewardsReferralState(required=True, description="How far it has come.")
    verdict = RewardsReferralVerdict(required=True, description="Whether it counts.")
    is_decided = graphene.Boolean(
        required=True, description="Whether staff gave the verdict."
    )
    weight = graphene.Int(
        required=True, description="What all that speaks against it weighs together."
    )
    signals = graphene.List(
        graphene.NonNull(RewardsSignal),
        required=True,
        description="What speaks against it.",
    )
    decisions = connection_field(
        RewardsReferralDecisionCountableConnection,
        resolver=_resolve_decisions,
        description="Every verdict, newest first.",
    )
    referrer = graphene.Field(
        User, description="Who brought the friend, if still there."
    )
    referee = graphene.Field(User, description="The friend; null for a guest.")
    referee_email = graphene.String(
        description="The friend's e-mail address; null once it is erased."
    )
    code = graphene.String(
        description="The code that was claimed by; null for an e-mail address."
    )
    number = graphene.Int(description="Which of the referrer's friends it became.")
    order_id = graphene.ID(description="ID of the order that counts, if any.")
    order_number = graphene.String(description="Number of that order.")
    rewards = connection_field(
        RewardsReferralRewardCountableConnection,
        resolver=_resolve_rewards,
        description="What the referrer got, oldest first.",
    )
    claimed_at = DateTime(required=True, description="When the friend accepted.")
    ends_at = DateTime(required=True, description="Until when the friend can order.")
    paid_at = DateTime(description="When the order was paid.")
    due_at = DateTime(description="When the rewards are due.")
    rewarded_at = DateTime(description="When they were given.")
    revoked_at = DateTime(description="When they were taken back.")
    review_asked_at = DateTime(description="When the friend asked for a review.")

    class Meta:
        description = "One friend whom a member brought."
        interfaces = (graphene.relay.Node,)
        possible_types = (Referral,)

    @staticmethod
    def resolve_channel(root: Referral, info: Any) -> Any:
        loading = ChannelByPkLoader(info.context).load(root.program.channel_pk)
        return loading.then(lambda channel: channel and channel.slug)

    @staticmethod
    def resolve_state(root: Referral, _info: Any) -> str:
        return ReferralState(root.state).name

    @staticmethod
    def resolve_verdict(root: Referral, _info: Any) -> str:
        return Verdict(root.verdict).name

    @staticmethod
    def resolve_signals(root: Referral, _info: Any) -> list[WeighedSignal]:
        return signals_of(root.signals)

    @staticmethod
    def resolve_referrer(root: Referral, info: Any) -> Any:
        return _user(root.referrer_user_pk, info)

    @staticmethod
    def resolve_referee(root: Referral, info: Any) -> Any:
        return _user(root.referee_user_pk, info)

    @staticmethod
    def resolve_referee_email(root: Referral, _info: Any) -> str | None:
        return root.referee_email or None

    @staticmethod
    def resolve_code(root: Referral, _info: Any) -> str | None:
        return root.code and root.code.code

    @staticmethod
    def resolve_order_id(root: Referral, _info: Any) -> str | None:
        return global_id("Order", root.order_pk) if root.order_pk else None

    @staticmethod
    def resolve_order_number(root: Referral, info: Any) -> Any:
        if not root.order_pk:
            return None
        loading = OrderByPkLoader(info.context).load(root.order_pk)
        return loading.then(order_number)


def _user(pk: int | None, info: Any) -> Any:
    return None if pk is None else UserByPkLoader(info.context).load(pk)


class RewardsReferralCountableConnection(CountableConnection):
    class Meta:
        node = RewardsReferral
