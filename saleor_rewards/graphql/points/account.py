"""One person's points, as that person and the staff see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import graphene
from django.utils import timezone

from ...ledger.membership import TierProgress, progress
from ...models import Account, AccountState, Hold, TierChange, TierMeasure, TierReason
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
from ..ids import global_id
from ..loaders import ChannelByPkLoader
from ..numbers import in_int
from ..once import once
from .balances import BalanceLoader, ExpiringPointsLoader
from .entries import RewardsEntryCountableConnection, resolve_entries
from .enums import RewardsAccountState, RewardsTierMeasure, RewardsTierReason
from .loaders import (
    HoldsByAccountPkLoader,
    ProgramByPkLoader,
    TierByPkLoader,
    TierChangesByAccountPkLoader,
    UserByPkLoader,
)
from .policy import RewardsTier, Terms, terms_of


class RewardsExpiringPoints(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    points = graphene.Int(required=True, description="How many expire.")
    expires_at = DateTime(required=True, description="When.")

    class Meta:
        description = "Points that can be spent until a moment."


class RewardsTierChange(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    tier = graphene.Field(RewardsTier, description="The tier from then on, if any.")
    reason = RewardsTierReason(required=True, description="Why.")
    at = DateTime(required=True, description="When.")

    class Meta:
        description = "One step of a member's history."

    @staticmethod
    def resolve_tier(root: TierChange, info: Any) -> Any:
        return _tier(root.tier_id, info)

    @staticmethod
    def resolve_reason(root: TierChange, _info: Any) -> str:
        return TierReason(root.reason).name


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


class RewardsHold(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    checkout_id = graphene.ID(required=True, description="ID of the checkout.")
    points = graphene.Int(required=True, description="How many are put aside.")
    at = DateTime(required=True, description="Since when.")
    expires_at = DateTime(required=True, description="Until when.")

    class Meta:
        description = "Points put aside for a checkout."

    @staticmethod
    def resolve_checkout_id(root: Hold, _info: Any) -> str:
        return global_id("Checkout", root.checkout_token)


def _user(root: Account, info: Any) -> Any:
    if root.user_pk is None:
        return None
    return UserByPkLoader(info.context).load(root.user_pk)


def _holds(root: Account, info: Any) -> Any:
    return HoldsByAccountPkLoader(info.context).load(root.pk)


def _tier(pk: int | None, info: Any) -> Any:
    return None if pk is None else TierByPkLoader(info.context).load(pk)


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
    tier_history = graphene.List(
        graphene.NonNull(RewardsTierChange),
        required=True,
        description="Every change of the tier, newest first.",
    )
    expiring_soon = graphene.List(
        graphene.NonNull(RewardsExpiringPoints),
        required=True,
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
    holds = graphene.List(
        graphene.NonNull(RewardsHold),
        resolver=_holds,
        description="What is put aside for open checkouts.",
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
        return _tier(root.tier_id, info)

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

    @staticmethod
    def resolve_tier_history(root: Account, info: Any) -> Any:
        return TierChangesByAccountPkLoader(info.context).load(root.pk)

    @staticmethod
    def resolve_expiring_soon(root: Account, info: Any, days: int | None = None) -> Any:
        def within(terms: Any) -> Any:
            ahead = terms.policy.notice_days if days is None else days
            until = timezone.now() + timedelta(days=max(0, min(ahead, MOST_DAYS_AHEAD)))
            rows = ExpiringPointsLoader(info.context).load(root)
            return rows.then(
                lambda found: [row for row in found if row.expires_at <= until]
            )

        return terms_of(root.program_id, info).then(within)


def _measured(found: TierProgress, terms: Terms) -> RewardsTierProgress:
    return RewardsTierProgress(
        tier=found.tier,
        next_tier=found.next_tier,
        measure=TierMeasure(found.measure).name,
        value=terms.measured(found.value),
        missing=terms.measured(found.missing),
        grace_until=found.grace_until,
    )


#: No points are kept for longer, and times have an end.
MOST_DAYS_AHEAD = 36_500


def _balance(root: Account, info: Any) -> Any:
    return BalanceLoader(info.context).load(root)


def _points(root: Account, info: Any, name: str) -> Any:
    return _balance(root, info).then(lambda found: in_int(getattr(found, name)))


class RewardsAccountCountableConnection(CountableConnection):
    class Meta:
        node = RewardsAccount
