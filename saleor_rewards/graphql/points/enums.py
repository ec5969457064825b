"""GraphQL enums of points, each made from the Python enum that rules the code."""

from __future__ import annotations

from ...described import Described
from ...models import (
    AccountState,
    AdjustmentState,
    Downgrade,
    EarnOn,
    EntryKind,
    ImportRowStatus,
    PointsBase,
    PointsExpiry,
    Shortage,
    TierMeasure,
    TierReason,
)
from ..enums import enum_of


class ImportState(Described):
    """How far an import has come."""

    WAITING = "WAITING", "None of its rows was looked at yet."
    RUNNING = "RUNNING", "Some of its rows are done with."
    FINISHED = "FINISHED", "All of its rows are done with."


class AccountSort(Described):
    """Orders of a list of accounts, by the column that decides."""

    AVAILABLE = "points_available", "By the points that can be spent, as posted last."
    EMAIL = "email", "By the e-mail address."
    JOINED_AT = "joined_at", "By when the account was opened."
    LIFETIME = "points_lifetime", "By the points ever earned."


RewardsAccountState = enum_of(
    "RewardsAccountState", "What became of an account.", AccountState
)
RewardsAccountSortField = enum_of(
    "RewardsAccountSortField", "What a list of accounts is sorted by.", AccountSort
)
RewardsAdjustmentState = enum_of(
    "RewardsAdjustmentState",
    "What became of points beyond what one member of staff may give.",
    AdjustmentState,
)
RewardsEntryKind = enum_of("RewardsEntryKind", "What a posting does.", EntryKind)
RewardsEarnOn = enum_of("RewardsEarnOn", "When an order earns its points.", EarnOn)
RewardsPointsBase = enum_of(
    "RewardsPointsBase", "The prices that points are earned on.", PointsBase
)
RewardsPointsExpiry = enum_of(
    "RewardsPointsExpiry", "When points expire.", PointsExpiry
)
RewardsShortage = enum_of(
    "RewardsShortage",
    "What to do where points to take back are spent already.",
    Shortage,
)
RewardsTierMeasure = enum_of(
    "RewardsTierMeasure", "What the thresholds of tiers count.", TierMeasure
)
RewardsTierDowngrade = enum_of(
    "RewardsTierDowngrade", "Where a member below a tier's threshold goes.", Downgrade
)
RewardsTierReason = enum_of(
    "RewardsTierReason", "Why a member's tier changed.", TierReason
)
RewardsBalanceRowStatus = enum_of(
    "RewardsBalanceRowStatus", "What became of a row.", ImportRowStatus
)
RewardsImportState = enum_of(
    "RewardsImportState", "How far an import has come.", ImportState
)
