"""What of an account there is more and more of, a page at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Sequence

import graphene
from django.utils import timezone

from ...models import Account, Hold, TierChange, TierReason
from ..base import (
    DOC_CATEGORY,
    CountableConnection,
    DateTime,
    slice_connection,
)
from ..ids import global_id
from ..pages import NewestRowsLoader, RowCountLoader, slice_newest
from .balances import ExpiringPointsLoader, OpenHoldsLoader
from .enums import RewardsTierReason
from .loaders import TierByPkLoader
from .policy import RewardsTier, terms_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: No points are kept for longer, and times have an end.
MOST_DAYS_AHEAD = 36_500


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
        return tier_of(root.tier_id, info)

    @staticmethod
    def resolve_reason(root: TierChange, _info: Any) -> str:
        return TierReason(root.reason).name


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


def tier_of(pk: int | None, info: Any) -> Any:
    """Return a promise of a tier, ``None`` for none."""
    return None if pk is None else TierByPkLoader(info.context).load(pk)


class RewardsTierChangeCountableConnection(CountableConnection):
    class Meta:
        node = RewardsTierChange


class RewardsExpiringPointsCountableConnection(CountableConnection):
    class Meta:
        node = RewardsExpiringPoints


class RewardsHoldCountableConnection(CountableConnection):
    class Meta:
        node = RewardsHold


class TierHistoryLoader(NewestRowsLoader):
    """The steps of each member's history."""

    context_key = "rewards_tier_history"
    columns = ("account_id",)

    def rows(self, parents: Sequence[Any], using: str) -> QuerySet[TierChange]:
        return TierChange.objects.using(using).filter(
            account_id__in=[pk for (pk,) in parents]
        )


class TierHistoryCountLoader(RowCountLoader):
    context_key = "rewards_tier_history_count"
    newest = TierHistoryLoader


def resolve_tier_history(root: Account, info: Any, **args: Any) -> Any:
    """Return a page of the steps of a member's history, newest first."""
    return slice_newest(
        info,
        args,
        (root.pk,),
        TierHistoryLoader,
        TierHistoryCountLoader,
        RewardsTierChangeCountableConnection,
    )


def resolve_expiring_soon(
    root: Account, info: Any, days: int | None = None, **args: Any
) -> Any:
    """Return a page of what expires within the next days, soonest first."""

    def within(terms: Any) -> Any:
        ahead = terms.policy.notice_days if days is None else days
        until = timezone.now() + timedelta(days=max(0, min(ahead, MOST_DAYS_AHEAD)))
        rows = ExpiringPointsLoader(info.context).load(root)
        return rows.then(
            lambda found: [row for row in found if row.expires_at <= until]
        )

    return (
        terms_of(root.program_id, info)
        .then(within)
        .then(
            lambda rows: slice_connection(
                rows, info, args, RewardsExpiringPointsCountableConnection
            )
        )
    )


def resolve_holds(root: Account, info: Any, **args: Any) -> Any:
    """Return a page of what is put aside, the first to end first."""
    loading = OpenHoldsLoader(info.context).load(root)
    return loading.then(
        lambda rows: slice_connection(rows, info, args, RewardsHoldCountableConnection)
    )
