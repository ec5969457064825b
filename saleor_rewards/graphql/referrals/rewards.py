"""What a referrer got for one friend."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import graphene

from ...models import ReferralReward, RewardKind
from ..base import DOC_CATEGORY, CountableConnection, DateTime, Money, is_owner
from ..money import money_of
from .enums import (
    RewardCodeState,
    RewardsReferralRewardCodeState,
    RewardsReferralRewardKind,
    RewardsReferralRewardState,
    RewardState,
)


class RewardsReferralReward(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    kind = RewardsReferralRewardKind(required=True, description="What it is made of.")
    state = RewardsReferralRewardState(
        required=True, description="How much is left of it."
    )
    rule_name = graphene.String(required=True, description="Name that the rule had.")
    points = graphene.Int(description="How many points it was; null for other kinds.")
    points_kept = graphene.Int(description="How many of them the order still earns.")
    amount = graphene.Field(Money, description="What it was worth; null for points.")
    amount_kept = graphene.Field(
        Money, description="How much of that the order still earns."
    )
    amount_given = graphene.Field(
        Money,
        description="What was put on the voucher or gift card, less what was taken off "
        "it again.",
    )
    amount_owed = graphene.Field(
        Money,
        description="What was taken back of it but spent before: later rewards pay it.",
    )
    amount_waived = graphene.Field(
        Money, description="What should have been taken back of it and was let go."
    )
    amount_offset = graphene.Field(
        Money, description="What of it paid for earlier rewards that were taken back."
    )
    code = graphene.String(
        description="Code of the voucher or gift card. Null to everybody but the "
        "referrer, and where there is none: `codeState` says why."
    )
    code_state = RewardsReferralRewardCodeState(
        required=True, description="Whether `code` has one, and why not."
    )
    granted_at = DateTime(required=True, description="When.")
    expires_at = DateTime(
        description="Until when the voucher or gift card is valid, as it was made."
    )

    class Meta:
        description = "What a referrer got for one friend by one rule."

    @staticmethod
    def resolve_kind(root: ReferralReward, _info: Any) -> str:
        return RewardKind(root.kind).name

    @staticmethod
    def resolve_state(root: ReferralReward, _info: Any) -> str:
        if not root.worth_kept:
            return RewardState.REVOKED.name
        is_whole = root.worth_kept == root.worth
        return (RewardState.GRANTED if is_whole else RewardState.REDUCED).name

    @staticmethod
    def resolve_rule_name(root: ReferralReward, _info: Any) -> str:
        return str(root.rule_version.name)

    @staticmethod
    def resolve_points(root: ReferralReward, _info: Any) -> int | None:
        return root.worth if root.kind == RewardKind.POINTS else None

    @staticmethod
    def resolve_points_kept(root: ReferralReward, _info: Any) -> int | None:
        return root.worth_kept if root.kind == RewardKind.POINTS else None

    @staticmethod
    def resolve_amount(root: ReferralReward, _info: Any) -> Any:
        return _money(root, root.worth)

    @staticmethod
    def resolve_amount_kept(root: ReferralReward, _info: Any) -> Any:
        return _money(root, root.worth_kept)

    @staticmethod
    def resolve_amount_given(root: ReferralReward, _info: Any) -> Any:
        return _money(root, root.worth_given)

    @staticmethod
    def resolve_amount_owed(root: ReferralReward, _info: Any) -> Any:
        return _money(root, root.worth_owed)

    @staticmethod
    def resolve_amount_waived(root: ReferralReward, _info: Any) -> Any:
        return _money(root, root.worth_waived)

    @staticmethod
    def resolve_amount_offset(root: ReferralReward, _info: Any) -> Any:
        return _money(root, root.worth_offset)

    @staticmethod
    def resolve_code(root: ReferralReward, info: Any) -> str | None:
        is_shown = _code_state(root, info) is RewardCodeState.SHOWN
        return root.code if is_shown else None

    @staticmethod
    def resolve_code_state(root: ReferralReward, info: Any) -> str:
        return _code_state(root, info).name

    @staticmethod
    def resolve_expires_at(root: ReferralReward, _info: Any) -> Any:
        days = root.rule_version.definition["benefit"].get("valid_days")
        return None if days is None else root.granted_at + timedelta(days=days)


def _code_state(reward: ReferralReward, info: Any) -> RewardCodeState:
    if reward.kind == RewardKind.POINTS:
        return RewardCodeState.NO_CODE
    if reward.code:
        is_theirs = is_owner(info.context, reward.referral.referrer_user_pk)
        return RewardCodeState.SHOWN if is_theirs else RewardCodeState.HIDDEN
    is_offset = bool(reward.worth_offset)
    return RewardCodeState.OFFSET if is_offset else RewardCodeState.NOTHING_LEFT


class RewardsReferralRewardCountableConnection(CountableConnection):
    class Meta:
        node = RewardsReferralReward


def _money(reward: ReferralReward, worth: int) -> Any:
    if reward.kind == RewardKind.POINTS:
        return None
    return money_of(worth, reward.currency)
