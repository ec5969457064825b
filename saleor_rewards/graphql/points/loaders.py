"""What accounts need, read in one query for all of them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Sequence

from django.apps import apps

from ...models import (
    Account,
    AccountState,
    PointsPolicy,
    Program,
    Tier,
)
from ..base import DataLoader, database


class PolicyByProgramPkLoader(DataLoader):
    """How the points of each program work; the defaults where nothing was set."""

    context_key = "rewards_policy_by_program_pk"

    def batch_load(self, keys: Sequence[int]) -> list[PointsPolicy]:
        rows = PointsPolicy.objects.using(database(self.context)).filter(
            program_id__in=keys
        )
        policies = {policy.program_id: policy for policy in rows}
        return [policies.get(pk) or PointsPolicy(program_id=pk) for pk in keys]


class ProgramByPkLoader(DataLoader):
    context_key = "rewards_program_by_pk"

    def batch_load(self, keys: Sequence[int]) -> list[Program | None]:
        rows = Program.objects.using(database(self.context)).in_bulk(set(keys))
        return [rows.get(pk) for pk in keys]


class TiersByProgramPkLoader(DataLoader):
    """The tiers of each program that are not deleted, lowest first."""

    context_key = "rewards_tiers_by_program_pk"

    def batch_load(self, keys: Sequence[int]) -> list[list[Tier]]:
        tiers: dict[int, list[Tier]] = defaultdict(list)
        rows = Tier.objects.using(database(self.context)).filter(
            program_id__in=keys, deleted_at=None
        )
        for tier in rows:
            tiers[tier.program_id].append(tier)
        return [tiers[pk] for pk in keys]


class TierByPkLoader(DataLoader):
    """Tiers by primary key, deleted ones too."""

    context_key = "rewards_tier_by_pk"

    def batch_load(self, keys: Sequence[int]) -> list[Tier | None]:
        rows = Tier.objects.using(database(self.context)).in_bulk(set(keys))
        return [rows.get(pk) for pk in keys]


class AccountsByUserPkLoader(DataLoader):
    """The open accounts of each member, those of all programs."""

    context_key = "rewards_accounts_by_user_pk"

    def batch_load(self, keys: Sequence[int]) -> list[list[Account]]:
        accounts: dict[int | None, list[Account]] = defaultdict(list)
        rows = (
            Account.objects.using(database(self.context))
            .filter(user_pk__in=keys, state=AccountState.OPEN)
            .select_related("program", "tier")
            .order_by("pk")
        )
        for account in rows:
            accounts[account.user_pk].append(account)
        return [accounts[pk] for pk in keys]


class RowByPkLoader(DataLoader):
    """Rows of one of Saleor's tables by primary key."""

    model: str

    def batch_load(self, keys: Sequence[Any]) -> list[Any]:
        model = apps.get_model(self.model)
        rows = model.objects.using(database(self.context)).in_bulk(set(keys))
        found = {str(pk): row for pk, row in rows.items()}
        return [found.get(str(pk)) for pk in keys]


class UserByPkLoader(RowByPkLoader):
    context_key = "rewards_user_by_pk"
    model = "account.User"


class OrderByPkLoader(RowByPkLoader):
    context_key = "rewards_order_by_pk"
    model = "order.Order"
