"""What the ledger has to do, point by point, with nothing of how it does it.

Every single point is an object. Slow, and easy to see through.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import count
from typing import Any

from saleor_rewards.ledger import Balance

PENDING, AVAILABLE, HELD = "pending", "available", "held"
EXPIRED, GONE = "expired", "gone"
#: What stands for a point that had to be owed, or that was let go.
DEBT, WAIVED = "debt", "waived"
OPEN = (PENDING, AVAILABLE, HELD)

_numbers = count(1)


class Refused(Exception):
    """There are too few points."""


@dataclass(eq=False)
class ModelLot:
    available_from: datetime
    expires_at: datetime | None
    order: str = ""
    number: int = field(default_factory=lambda: next(_numbers))

    def times(self) -> tuple[datetime | None, ...]:
        """Return both in UTC: in the hour that comes twice, no other zone's is equal."""
        both = (self.available_from, self.expires_at)
        return tuple(time and time.astimezone(timezone.utc) for time in both)

    def rank(self) -> tuple[Any, ...]:
        never = self.expires_at is None
        return (
            never,
            self.available_from if never else self.expires_at,
            self.available_from,
            self.number,
        )


@dataclass(eq=False)
class Point:
    lot: ModelLot
    state: str


@dataclass(eq=False)
class ModelHold:
    units: list[Any]
    spent: int = 0
    is_open: bool = True


@dataclass(eq=False)
class ModelAccount:
    points: list[Point] = field(default_factory=list)
    debt: int = 0
    lifetime: int = 0
    lapses_at: datetime | None = None
    #: What was taken back of each order and not given again, the last unit last.
    taken: dict[str, list[Any]] = field(default_factory=dict)
    homes: dict[str, ModelLot] = field(default_factory=dict)

    def balance(self) -> Balance:
        count_of = [point.state for point in self.points].count
        return Balance(
            count_of(PENDING),
            count_of(AVAILABLE),
            count_of(HELD),
            self.debt,
            self.lifetime,
        )

    def by_lot_times(self) -> dict[Any, list[int]]:
        """Return pending, available, held and expired by the times of lots."""
        found: dict[Any, list[int]] = {}
        for point in self.points:
            if point.state != GONE:
                times = point.lot.times()
                parts = found.setdefault(times, [0, 0, 0, 0])
                parts[[*OPEN, EXPIRED].index(point.state)] += 1
        return found

    # Time

    def settle(self, at: datetime) -> None:
        if self.lapses_at is not None and self.lapses_at <= at:
            for point in self.points:
                ends = point.lot.expires_at
                if point.state in OPEN and (ends is None or ends > self.lapses_at):
                    point.lot.expires_at = self.lapses_at
            self.lapses_at = None
        pending = [point for point in self.points if point.state == PENDING]
        for point in sorted(
            pending, key=lambda point: (point.lot.available_from, point.lot.number)
        ):
            starts, ends = point.lot.available_from, point.lot.expires_at
            if starts <= at and (ends is None or starts < ends):
                self._free(point)
        for point in self.points:
            ends = point.lot.expires_at
            if point.state in (PENDING, AVAILABLE) and ends is not None and ends <= at:
                point.state = EXPIRED

    def _free(self, point: Point) -> None:
        """Make a point available, unless it has to pay what is owed."""
        if self.debt:
            self.debt -= 1
            point.state = GONE
        else:
            point.state = AVAILABLE

    def _give(self, point: Point, at: datetime) -> None:
        if point.lot.available_from > at:
            point.state = PENDING
        else:
            self._free(point)

    def _available(self) -> list[Point]:
        found = [point for point in self.points if point.state == AVAILABLE]
        return sorted(found, key=lambda point: point.lot.rank())

    # Postings

    def earn(
        self,
        points: int,
        at: datetime,
        starts: datetime,
        ends: datetime | None,
        order: str = "",
        lapses_at: datetime | None = None,
    ) -> None:
        lot = ModelLot(starts, ends, order)
        self.homes.setdefault(order, lot)
        for _ in range(points):
            point = Point(lot, GONE)
            self.points.append(point)
            self._give(point, at)
        self.lifetime += points
        self.lapses_at = lapses_at or self.lapses_at

    def reverse(self, points: int, order: str, *, owes: bool) -> None:
        own = sorted(
            (point for point in self.points if point.lot.order == order),
            key=lambda point: point.lot.rank(),
        )
        wanted = [point for point in own if point.state == PENDING]
        wanted += [point for point in own if point.state == AVAILABLE]
        wanted += [point for point in own if point.state == EXPIRED]
        wanted += [point for point in self._available() if point not in wanted]
        stack = self.taken.setdefault(order, [])
        for point in wanted[:points]:
            stack.append((EXPIRED, point) if point.state == EXPIRED else point)
            point.state = GONE
        missing = max(0, points - len(wanted))
        stack += [DEBT if owes else WAIVED] * missing
        self.debt += missing if owes else 0
        self.lifetime -= points

    def restore(self, points: int, order: str, at: datetime) -> None:
        for _ in range(points):
            unit = self.taken[order].pop()
            self.lifetime += 1
            if unit == WAIVED:
                continue
            if isinstance(unit, tuple):
                unit[1].state = EXPIRED
                continue
            if unit == DEBT and self.debt:
                self.debt -= 1
                continue
            if unit == DEBT:
                unit = Point(self.homes[order], GONE)
                self.points.append(unit)
            self._give(unit, at)

    def hold(self, points: int) -> ModelHold:
        if points > len(self._available()):
            raise Refused
        units = self._available()[:points]
        for point in units:
            point.state = HELD
        return ModelHold(units)

    def release(self, hold: ModelHold, start: int = 0) -> None:
        hold.is_open = False
        for point in hold.units[start:]:
            self._free(point)

    def _take(self, points: int) -> list[Any]:
        units: list[Any] = self._available()[:points]
        for point in units:
            point.state = GONE
        missing = points - len(units)
        self.debt += missing
        return units + [DEBT] * missing

    def capture(self, hold: ModelHold, points: int) -> None:
        for point in hold.units[:points]:
            point.state = GONE
        more = self._take(points - len(hold.units[:points]))
        self.release(hold, points)
        hold.units = hold.units[:points] + more
        hold.spent = points

    def spend(self, points: int) -> ModelHold:
        return ModelHold(self._take(points), spent=points, is_open=False)

    def give_back(self, hold: ModelHold, points: int, at: datetime) -> None:
        """Units behind ``spent`` are those that were given back."""
        lot = None
        for place in range(hold.spent - 1, hold.spent - points - 1, -1):
            unit = hold.units[place]
            if unit == DEBT:
                if self.debt:
                    self.debt -= 1
                    continue
                lot = lot or ModelLot(at, None)
                unit = hold.units[place] = Point(lot, GONE)
                self.points.append(unit)
            self._give(unit, at)
        hold.spent -= points

    def retake(self, hold: ModelHold, points: int) -> None:
        again = hold.units[hold.spent : hold.spent + points]
        got: list[Any] = []
        for unit in again:
            lot = None if unit == DEBT else unit.lot
            for point in self._available():
                if point.lot is lot:
                    point.state = GONE
                    got.append(point)
                    break
        got += self._take(points - len(got))
        hold.units[hold.spent : hold.spent + points] = got
        hold.spent += points

    def adjust(self, points: int, at: datetime, ends: datetime | None) -> None:
        if points > 0:
            self.earn(points, at, at, ends)
        elif -points > len(self._available()):
            raise Refused
        else:
            self._take(-points)

    def merge(self, other: ModelAccount) -> None:
        """Take in another account."""
        self.points += other.points
        self.debt += other.debt
        self.lifetime += other.lifetime
        self.taken.update(other.taken)
        self.homes.update({key: lot for key, lot in other.homes.items() if key})
        ends = [end for end in (self.lapses_at, other.lapses_at) if end is not None]
        self.lapses_at = max(ends, default=None)
        paying = self._available()[: self.debt]
        for point in paying:
            point.state = GONE
        self.debt -= len(paying)
