"""Programs and rules, as merchants see them."""

from __future__ import annotations

from typing import Any, Mapping

import graphene
from django.utils.dateparse import parse_datetime

from ..models import Guests, Program, Rule, VoucherSlot
from .base import (
    DOC_CATEGORY,
    CountableConnection,
    DateTime,
    Decimal,
    guarded_connection,
    slice_connection,
)
from .enums import (
    RewardsGuests,
    RewardsLane,
    RewardsVoucherSlot,
    RewardsWarningCode,
)
from .loaders import (
    ChannelByPkLoader,
    RulesByProgramPkLoader,
    RuleWarningsLoader,
)
from .paths import Paths
from .points.policy import (
    RewardsPoints,
    RewardsTier,
    resolve_points,
    resolve_tiers,
)
from .referrals.policy import RewardsReferralPolicy, resolve_referrals
from .rule_parts import RewardsBenefit, RewardsConditions


class RewardsWarning(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    field = graphene.String(description="Path of the input field that it is about.")
    message = graphene.String(required=True, description="What to look at.")
    code = RewardsWarningCode(required=True, description="The warning code.")

    class Meta:
        description = "What a merchant may not have meant, or what is gone since a rule was saved."


def warnings_of(found: Any, paths: Paths | None = None) -> list[RewardsWarning]:
    """Return warnings as GraphQL has them, at paths of the input."""
    known = paths or Paths()
    return [
        RewardsWarning(
            code=warning.code.name,
            field=None if warning.field is None else known.to_input(warning.field),
            message=warning.message,
        )
        for warning in found
    ]


class RewardsRule(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    program = graphene.Field(
        lambda: RewardsProgram, required=True, description="Its program."
    )
    is_active = graphene.Boolean(required=True, description="Whether it is in force.")
    name = graphene.String(required=True, description="What shoppers see it as.")
    version = graphene.Int(required=True, description="Counts the changes of the rule.")
    lane = RewardsLane(
        description="Where its benefit is taken off; null where it cannot be read."
    )
    priority = graphene.Int(required=True, description="Decides between equals.")
    exclusive = graphene.Boolean(required=True, description="Whether it stands alone.")
    starts_at = DateTime(description="When it starts.")
    ends_at = DateTime(description="When it has ended.")
    conditions = graphene.Field(
        RewardsConditions, required=True, description="What has to hold."
    )
    benefit = graphene.Field(
        RewardsBenefit, description="What it gives; null where it cannot be read."
    )
    warnings = graphene.List(
        graphene.NonNull(RewardsWarning),
        required=True,
        description="What a merchant may not have meant, and what of all that the rule "
        "needs is gone by now.",
    )
    created_at = DateTime(required=True, description="When it was made.")
    updated_at = DateTime(required=True, description="When its version was made.")

    class Meta:
        description = "Conditions and one benefit, in a lane."
        interfaces = (graphene.relay.Node,)
        possible_types = (Rule,)

    @staticmethod
    def resolve_name(root: Rule, _info: Any) -> str:
        return root.current.name

    @staticmethod
    def resolve_version(root: Rule, _info: Any) -> int:
        return root.current.number

    @staticmethod
    def resolve_lane(root: Rule, _info: Any) -> str | None:
        return _definition(root).get("lane")

    @staticmethod
    def resolve_priority(root: Rule, _info: Any) -> int:
        return _definition(root).get("priority") or 0

    @staticmethod
    def resolve_exclusive(root: Rule, _info: Any) -> bool:
        return bool(_definition(root).get("exclusive"))

    @staticmethod
    def resolve_starts_at(root: Rule, _info: Any) -> Any:
        return _moment(root, "starts_at")

    @staticmethod
    def resolve_ends_at(root: Rule, _info: Any) -> Any:
        return _moment(root, "ends_at")

    @staticmethod
    def resolve_conditions(root: Rule, _info: Any) -> Any:
        return _definition(root).get("conditions") or {}

    @staticmethod
    def resolve_benefit(root: Rule, _info: Any) -> Any:
        return _definition(root).get("benefit")

    @staticmethod
    def resolve_warnings(root: Rule, info: Any) -> Any:
        loader = RuleWarningsLoader(info.context)
        return loader.load((root.current_id, root)).then(warnings_of)

    @staticmethod
    def resolve_updated_at(root: Rule, _info: Any) -> Any:
        return root.current.created_at


def _definition(root: Rule) -> Mapping[str, Any]:
    # One rule that cannot be read must not take a whole list away.
    return root.current.definition if root.current.is_readable else {}


def _moment(root: Rule, key: str) -> Any:
    text = _definition(root).get(key)
    return parse_datetime(text) if text else None


class RewardsRuleCountableConnection(CountableConnection):
    class Meta:
        node = RewardsRule


def _rules(root: Program, info: Any, **args: Any) -> Any:
    return (
        RulesByProgramPkLoader(info.context)
        .load(root.pk)
        .then(
            lambda rules: slice_connection(
                rules, info, args, RewardsRuleCountableConnection
            )
        )
    )


class RewardsProgram(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    channel = graphene.String(
        description="Slug of its channel; null once the channel is deleted."
    )
    currency = graphene.String(description="Currency of its channel.")
    name = graphene.String(required=True, description="The merchant's name for it.")
    is_active = graphene.Boolean(
        required=True, description="Whether its rules are in force."
    )
    cap_percent = Decimal(description="The most off an order, in percent.")
    time_zone = graphene.String(required=True, description="Zone of weekly windows.")
    voucher_slot = RewardsVoucherSlot(
        required=True, description="Free shipping beside a shopper's own code."
    )
    guests = RewardsGuests(
        required=True,
        description="How guests are judged where an offer goes by who the shopper is.",
    )
    version = graphene.Int(required=True, description="Counts the changes.")
    created_at = DateTime(required=True, description="When it was made.")
    updated_at = DateTime(required=True, description="When it was changed last.")
    points = graphene.Field(
        RewardsPoints,
        required=True,
        resolver=resolve_points,
        description="How its points are earned, spent and lost.",
    )
    tiers = graphene.List(
        graphene.NonNull(RewardsTier),
        required=True,
        resolver=resolve_tiers,
        description="The levels of its members, lowest first.",
    )
    referrals = graphene.Field(
        RewardsReferralPolicy,
        required=True,
        resolver=resolve_referrals,
        description="How its members bring friends.",
    )
    rules = guarded_connection(
        RewardsRuleCountableConnection,
        resolver=_rules,
        description="Its rules, oldest first.",
    )

    class Meta:
        description = "A merchant's scheme for one channel."
        interfaces = (graphene.relay.Node,)
        possible_types = (Program,)

    @staticmethod
    def resolve_channel(root: Program, info: Any) -> Any:
        return _channel(root, info).then(lambda channel: channel and channel.slug)

    @staticmethod
    def resolve_currency(root: Program, info: Any) -> Any:
        return _channel(root, info).then(lambda channel: channel and channel.currency)

    @staticmethod
    def resolve_voucher_slot(root: Program, _info: Any) -> str:
        return VoucherSlot(root.voucher_slot).name

    @staticmethod
    def resolve_guests(root: Program, _info: Any) -> str:
        return Guests(root.guests).name


def _channel(root: Program, info: Any) -> Any:
    return ChannelByPkLoader(info.context).load(root.channel_pk)


class RewardsProgramCountableConnection(CountableConnection):
    class Meta:
        node = RewardsProgram
