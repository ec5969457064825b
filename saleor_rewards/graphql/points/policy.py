"""How a program's points work, and its tiers."""

from __future__ import annotations

from decimal import Decimal as PythonDecimal
from typing import Any, NamedTuple

import graphene
from prices import Money as PythonMoney

from ...engine import exponent, from_minor
from ...models import (
    Downgrade,
    EarnOn,
    PointsBase,
    PointsExpiry,
    PointsPolicy,
    Shortage,
    Tier,
    TierMeasure,
)
from ..base import DOC_CATEGORY, DateTime, Decimal, Money
from ..loaders import ChannelByPkLoader
from .enums import (
    RewardsEarnOn,
    RewardsPointsBase,
    RewardsPointsExpiry,
    RewardsShortage,
    RewardsTierDowngrade,
    RewardsTierMeasure,
)
from .loaders import PolicyByProgramPkLoader, ProgramByPkLoader, TiersByProgramPkLoader


class Terms(NamedTuple):
    """A program's policy with the currency of its channel, where it has one."""

    policy: PointsPolicy
    currency: str | None

    def worth(self, points: int) -> PythonMoney | None:
        """Return what points are worth, rounded down; ``None`` if nothing."""
        rate, amount = self.policy.redeem_points, self.policy.redeem_amount
        if self.currency is None or rate is None or amount is None:
            return None
        minor = int(points * amount.scaleb(exponent(self.currency)) // rate)
        return PythonMoney(from_minor(minor, self.currency), self.currency)

    def measured(self, value: int) -> PythonDecimal:
        """Return a value of the program's measure as the API has it."""
        if self.policy.tier_measure == TierMeasure.SPEND and self.currency:
            return from_minor(value, self.currency)
        return PythonDecimal(value)


def terms_of(program_pk: int, info: Any) -> Any:
    """Return a promise of the program's terms."""

    def with_program(program: Any) -> Any:
        def with_channel(channel: Any) -> Any:
            currency = channel and channel.currency
            return (
                PolicyByProgramPkLoader(info.context)
                .load(program_pk)
                .then(lambda policy: Terms(policy, currency))
            )

        loading = ChannelByPkLoader(info.context).load(program.channel_pk)
        return loading.then(with_channel)

    return ProgramByPkLoader(info.context).load(program_pk).then(with_program)


def _of_policy(name: str, default: Any, root: Terms, _info: Any, **_: Any) -> Any:
    return getattr(root.policy, name, default)


class RewardsPoints(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    is_active = graphene.Boolean(
        required=True, description="Whether points are earned and spent."
    )
    since = DateTime(description="No order from before earns any.")
    earn_on = RewardsEarnOn(
        required=True, description="When an order earns its points."
    )
    base = RewardsPointsBase(
        required=True, description="The prices that points are earned on."
    )
    return_days = graphene.Int(
        required=True, description="Days for which earned points stay pending."
    )
    expiry = RewardsPointsExpiry(required=True, description="When points expire.")
    expiry_days = graphene.Int(
        required=True, description="After how many days points expire."
    )
    notice_days = graphene.Int(
        required=True,
        description="How many days before points expire their owner is told.",
    )
    redeem_points = graphene.Int(
        description="So many points are worth the amount. Null: none can be spent."
    )
    redeem_amount = graphene.Field(Money, description="What they are worth.")
    minimum_points = graphene.Int(
        required=True, description="The least that can be spent at once."
    )
    step_points = graphene.Int(
        required=True, description="Points are spent in steps of so many."
    )
    most_percent = Decimal(
        required=True,
        description="The most of a cart's goods that points pay, in percent.",
    )
    hold_minutes = graphene.Int(
        required=True, description="How long points stay put aside for a checkout."
    )
    shortage = RewardsShortage(
        required=True,
        description="What to do where points to take back are spent already.",
    )
    birthday_key = graphene.String(
        required=True,
        description="Key of the customer's metadata that has the date of birth.",
    )
    tier_measure = RewardsTierMeasure(
        required=True, description="What the thresholds of tiers count."
    )
    tier_window_days = graphene.Int(
        description="How many days back it counts. Null: all of the time."
    )
    tier_grace_days = graphene.Int(
        required=True, description="Days for which a tier is kept below its threshold."
    )
    tier_downgrade = RewardsTierDowngrade(
        required=True, description="Where a member below a tier's threshold goes."
    )
    max_staff_points_per_day = graphene.Int(
        description="Points that one member of staff, or app, may give by hand a day; "
        "what is beyond waits for a second one. Null: any number."
    )

    class Meta:
        description = "How the points of a program are earned, spent and lost."
        default_resolver = _of_policy

    @staticmethod
    def resolve_earn_on(root: Terms, _info: Any) -> str:
        return EarnOn(root.policy.earn_on).name

    @staticmethod
    def resolve_base(root: Terms, _info: Any) -> str:
        return PointsBase(root.policy.base).name

    @staticmethod
    def resolve_expiry(root: Terms, _info: Any) -> str:
        return PointsExpiry(root.policy.expiry).name

    @staticmethod
    def resolve_redeem_amount(root: Terms, _info: Any) -> Any:
        points = root.policy.redeem_points
        return None if points is None else root.worth(points)

    @staticmethod
    def resolve_shortage(root: Terms, _info: Any) -> str:
        return Shortage(root.policy.shortage).name

    @staticmethod
    def resolve_tier_measure(root: Terms, _info: Any) -> str:
        return TierMeasure(root.policy.tier_measure).name

    @staticmethod
    def resolve_tier_downgrade(root: Terms, _info: Any) -> str:
        return Downgrade(root.policy.tier_downgrade).name


class RewardsTier(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    name = graphene.String(required=True, description="What members see it as.")
    threshold = Decimal(
        required=True,
        description="Reached at so much: an amount in the channel's currency where "
        "the measure is SPEND, else a whole number.",
    )
    is_deleted = graphene.Boolean(
        required=True, description="Whether it stands in histories alone."
    )

    class Meta:
        description = "A level of members."
        interfaces = (graphene.relay.Node,)
        possible_types = (Tier,)

    @staticmethod
    def resolve_threshold(root: Tier, info: Any) -> Any:
        return terms_of(root.program_id, info).then(
            lambda terms: terms.measured(root.threshold)
        )

    @staticmethod
    def resolve_is_deleted(root: Tier, _info: Any) -> bool:
        return root.deleted_at is not None


def resolve_points(root: Any, info: Any) -> Any:
    """Return the terms of a program."""
    return terms_of(root.pk, info)


def resolve_tiers(root: Any, info: Any) -> Any:
    """Return the tiers of a program, lowest first."""
    return TiersByProgramPkLoader(info.context).load(root.pk)
