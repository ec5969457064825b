"""Words of the pure part of the ledger: sums, lots, moves, and entries to be written.

Nothing here knows of Django, so that a test can play a million steps with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Iterable, NamedTuple, Optional, Sequence, Tuple

#: The most points of an account: what a whole number of GraphQL can say. No credit goes
#: beyond it; points that come back, or with another account, are never turned away.
MAX_POINTS = 2**31 - 1


class Kind(Enum):
    """What an entry does; the values are those of ``models.EntryKind``."""

    EARN = "earn"
    MATURE = "mature"
    REVERSE = "reverse"
    RESTORE = "restore"
    HOLD = "hold"
    RELEASE = "release"
    CAPTURE = "capture"
    RETURN = "return"
    RETAKE = "retake"
    EXPIRE = "expire"
    ADJUST = "adjust"
    MERGE = "merge"
    ERASE = "erase"


@dataclass(frozen=True)
class Balance:
    """The sums of one account, in points."""

    pending: int = 0
    available: int = 0
    held: int = 0
    debt: int = 0
    lifetime: int = 0

    @property
    def room(self) -> int:
        """How many more points fit."""
        return max(0, MAX_POINTS - self.pending - self.available - self.held)

    @property
    def is_full(self) -> bool:
        """Whether not one more point fits."""
        return not self.room


class Move(NamedTuple):
    """What an entry adds to one lot."""

    lot: int
    pending: int = 0
    available: int = 0
    held: int = 0
    expired: int = 0


@dataclass
class LotState:
    """What is left of the points of one credit, and how many of them expired."""

    pk: int
    points: int
    available_from: datetime
    expires_at: datetime | None
    order_pk: str = ""
    version_pk: int | None = None
    pending: int = 0
    available: int = 0
    held: int = 0
    expired: int = 0

    @property
    def is_open(self) -> bool:
        return bool(self.pending or self.available or self.held)

    def ends_by(self, moment: datetime) -> bool:
        """Tell whether its points are worth nothing from ``moment`` on."""
        return self.expires_at is not None and self.expires_at <= moment

    @property
    def due_at(self) -> datetime | None:
        """When its points next become available or expire, if they ever do."""
        times = []
        if self.pending:
            times.append(self.available_from)
        if self.expires_at is not None and (self.pending or self.available):
            times.append(self.expires_at)
        return min(times, default=None)


def first_to_expire(lots: Iterable[LotState]) -> list[LotState]:
    """Return the lots in the order in which they are spent.

    Those without end come last; among equals the older one goes first.
    """
    return sorted(
        lots,
        key=lambda lot: (
            lot.expires_at is None,
            lot.expires_at or lot.available_from,
            lot.available_from,
            lot.pk,
        ),
    )


@dataclass(frozen=True)
class Cause:
    """Where an entry comes from. ``fingerprint`` is a digest of its arguments."""

    key: str
    fingerprint: str = ""
    order_pk: str = ""
    version_pk: int | None = None


@dataclass(frozen=True)
class Draft:
    """An entry that is not written yet; ``sums`` is what it adds to the account's."""

    kind: Kind
    cause: Cause
    sums: Balance
    waived: int
    moves: tuple[Move, ...]


#: Points taken from a lot, or owed where the lot is ``None``.
Draw = Tuple[Optional[int], int]


def split(draws: Sequence[Draw], points: int) -> tuple[list[Draw], list[Draw]]:
    """Return the draws of the first ``points`` points, and those of the rest.

    >>> split([(1, 5), (None, 3)], 6)
    ([(1, 5), (None, 1)], [(None, 2)])
    """
    first: list[Draw] = []
    rest: list[Draw] = []
    for lot, drawn in draws:
        part = min(points, drawn)
        points -= part
        if part:
            first.append((lot, part))
        if drawn > part:
            rest.append((lot, drawn - part))
    return first, rest


def total(draws: Iterable[Draw]) -> int:
    """Return how many points were drawn.

    >>> total([(1, 5), (None, 3)])
    8
    """
    return sum(points for _, points in draws)
