"""One person's points, as that person and the staff see them."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils import timezone

from ...ledger.membership import TierProgress, progress
from ...models import Account, AccountState, TierMeasure
from ..base import (
    DOC_CATEGORY,
    CountableConnection,
    DateTime,
    Decimal,
    Money,
    User,
    connection_field,
    reading,
)
from ..loaders import ChannelByPkLoader
from ..numbers import in_int
from ..once import once
from .account_lists import (
    RewardsExpiringPointsCountableConnection,
    RewardsHoldCountableConnection,
    RewardsTierChangeCountableConnection,
    resolve_expiring_soon,
    resolve_holds,
    resolve_tier_history,
    tier_of,
)
from .balances import StandingLoader
from .entries import RewardsEntryCountableConnection, resolve_entries
from .enums import RewardsAccountState, RewardsTierMeasure
from .loaders import ProgramByPkLoader, UserByPkLoader
from .policy import RewardsTier, Terms, terms_of


class RewardsTierProgress(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    tier = graphene.Field(RewardsTier, description="The tier now, if any.")
    next_tier = graphene.Field(RewardsTier, description="The next one, if any.")
    measure = RewardsTierMeasure(required=True, description="What is counted.")
    value = Decimal(
        required=True,
        description="How much there is: an amount in the channel's currency where "
        "the measure is SPEND, else a whole number.",
    )
    missing = Decimal(
        required=True,
        description="How much is missing for the next tier; 0 where there is none.",
    )
    grace_until = DateTime(
        description="Until when the tier is kept, though its threshold is not met."
    )

    class Meta:
        description = "How far a member is from the next tier."


def _user(root: Account, info: Any) -> Any:
    if root.user_pk is None:
        return None
    return UserByPkLoader(info.context).load(root.user_pk)


class RewardsAccount(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    channel = graphene.String(
        description="Slug of its channel; null once the channel is deleted."
    )
    state = RewardsAccountState(required=True, description="What became of it.")
    user = graphene.Field(
        User, resolver=_user, description="The customer; null for a guest."
    )
    email = graphene.String(description="The customer's or the guest's e-mail address.")
    pending = graphene.Int(required=True, description="Points that can be spent later.")
    available = graphene.Int(required=True, description="Points that can be spent now.")
    held = graphene.Int(
        required=True, description="Points put aside for open checkouts."
    )
    debt = graphene.Int(
        required=True, description="Points owed; the next earnings pay for them."
    )
    lifetime = graphene.Int(
        required=True, description="Points ever earned, less those taken back."
    )
    worth = graphene.Field(
        Money,
        description="What the available points are worth; null where none can be "
        "spent.",
    )
    tier = graphene.Field(RewardsTier, description="The member's tier, if any.")
    tier_since = DateTime(description="Since when.")
    tier_progress = graphene.Field(
        RewardsTierProgress,
        description="How far it is to the next tier; null for guests, and where there "
        "are no tiers.",
    )
    tier_history = connection_field(
        RewardsTierChangeCountableConnection,
        resolver=resolve_tier_history,
        description="Every change of the tier, newest first.",
    )
    expiring_soon = connection_field(
        RewardsExpiringPointsCountableConnection,
        resolver=resolve_expiring_soon,
        days=graphene.Argument(
            graphene.Int,
            description="How far to look ahead; as far as the program's notice if "
            "not given.",
        ),
        description="Points that expire within the next days, soonest first.",
    )
    entries = connection_field(
        RewardsEntryCountableConnection,
        resolver=resolve_entries,
        description="Every posting, newest first.",
    )
    holds = connection_field(
        RewardsHoldCountableConnection,
        resolver=resolve_holds,
        description="What is put aside for open checkouts, the first to end first.",
    )
    is_full = graphene.Boolean(
        required=True,
        description="Whether it has as many points as an account can have. What is "
        "earned beyond them is let go, and its posting says so in `waived`.",
    )
    joined_at = DateTime(required=True, description="When it was opened.")

    class Meta:
        description = (
            "One person's points in one channel. The customer sees all of their own, "
            "and MANAGE_USERS everybody's; what is for staff alone says so."
        )
        interfaces = (graphene.relay.Node,)
        possible_types = (Account,)

    @staticmethod
    def resolve_channel(root: Account, info: Any) -> Any:
        def slug(program: Any) -> Any:
            loading = ChannelByPkLoader(info.context).load(program.channel_pk)
            return loading.then(lambda channel: channel and channel.slug)

        return ProgramByPkLoader(info.context).load(root.program_id).then(slug)

    @staticmethod
    def resolve_state(root: Account, _info: Any) -> str:
        return AccountState(root.state).name

    @staticmethod
    def resolve_pending(root: Account, info: Any) -> Any:
        return _points(root, info, "pending")

    @staticmethod
    def resolve_available(root: Account, info: Any) -> Any:
        return _points(root, info, "available")

    @staticmethod
    def resolve_held(root: Account, info: Any) -> Any:
        return _points(root, info, "held")

    @staticmethod
    def resolve_debt(root: Account, info: Any) -> Any:
        return _points(root, info, "debt")

    @staticmethod
    def resolve_lifetime(root: Account, info: Any) -> Any:
        return _points(root, info, "lifetime")

    @staticmethod
    def resolve_worth(root: Account, info: Any) -> Any:
        def worth(available: int) -> Any:
            terms = terms_of(root.program_id, info)
            return terms.then(lambda found: found.worth(available))

        return _balance(root, info).then(lambda found: worth(found.available))

    @staticmethod
    def resolve_is_full(root: Account, info: Any) -> Any:
        return _balance(root, info).then(lambda found: found.is_full)

    @staticmethod
    def resolve_tier(root: Account, info: Any) -> Any:
        return tier_of(root.tier_id, info)

    @staticmethod
    def resolve_tier_progress(root: Account, info: Any) -> Any:
        def measured() -> TierProgress | None:
            with reading(info.context):
                return progress(root, timezone.now())

        found = once(info, ("tier progress", root.pk), measured)
        if found is None:
            return None
        terms = terms_of(root.program_id, info)
        return terms.then(lambda known: _measured(found, known))


def _measured(found: TierProgress, terms: Terms) -> RewardsTierProgress:
    return RewardsTierProgress(
        tier=found.tier,
        next_tier=found.next_tier,
        measure=TierMeasure(found.measure).name,
        value=terms.measured(found.value),
        missing=terms.measured(found.missing),
        grace_until=found.grace_until,
    )


def _balance(root: Account, info: Any) -> Any:
    loading = StandingLoader(info.context).load(root)
    return loading.then(lambda standing: standing.balance)


def _points(root: Account, info: Any, name: str) -> Any:
    return _balance(root, info).then(lambda found: in_int(getattr(found, name)))


class RewardsAccountCountableConnection(CountableConnection):
    class Meta:
        node = RewardsAccount
