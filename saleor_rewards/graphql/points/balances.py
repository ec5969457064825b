"""Balances as they are at the moment of asking, read for all accounts at once."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Sequence

from django.utils import timezone

from ...ledger.balances import Balance, balances, expiring
from ...models import Account
from ..base import DataLoader
from ..numbers import in_int


class ExpiringPoints(NamedTuple):
    """Points that can be spent until a moment."""

    expires_at: datetime
    points: int


class BalanceLoader(DataLoader):
    """The balance of each account that was read."""

    context_key = "rewards_balance"

    def batch_load(self, keys: Sequence[Account]) -> list[Balance]:
        found = balances(keys, timezone.now())
        return [found[account.pk] for account in keys]


class ExpiringPointsLoader(DataLoader):
    """When how many points of each account expire, soonest first."""

    context_key = "rewards_expiring_points"

    def batch_load(self, keys: Sequence[Account]) -> list[list[ExpiringPoints]]:
        found = expiring(keys, timezone.now())
        return [
            [
                ExpiringPoints(moment, in_int(points))
                for moment, points in found[account.pk]
            ]
            for account in keys
        ]
