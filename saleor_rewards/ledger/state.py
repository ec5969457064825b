"""The points of one account in memory: every change makes the entry that tells of it.

A state machine without a database. Whoever uses it gives the time, holds the
account's lock, and writes what stands in ``drafts`` and ``opened`` afterwards.
"""

from __future__ import annotations

from datetime import datetime, timezone
from hashlib import sha256
from typing import Callable, Iterable, Sequence

from .lots import (
    Balance,
    Cause,
    Draft,
    Draw,
    Kind,
    LotState,
    Move,
    first_to_expire,
    total,
)


class State:
    """Sums and lots of one account at one moment.

    ``lots`` holds all open lots where ``is_whole``, else only those that were
    opened since. ``due_at`` and ``lapses_at`` are the account's.
    """

    def __init__(
        self,
        sums: Balance,
        at: datetime,
        *,
        new_lot: Callable[[], int],
        due_at: datetime | None = None,
        lapses_at: datetime | None = None,
    ) -> None:
        self.at = at
        self.pending = sums.pending
        self.available = sums.available
        self.held = sums.held
        self.debt = sums.debt
        self.lifetime = sums.lifetime
        self.lapses_at = lapses_at
        self.lots: dict[int, LotState] = {}
        self.is_whole = False
        self.opened: list[LotState] = []
        self.lapsed: list[LotState] = []
        self.drafts: list[Draft] = []
        self._due_at = due_at
        self._new_lot = new_lot

    @property
    def balance(self) -> Balance:
        return Balance(
            self.pending, self.available, self.held, self.debt, self.lifetime
        )

    @property
    def due_at(self) -> datetime | None:
        """When points of a lot next become available or expire."""
        known = None if self.is_whole else self._due_at
        times = [lot.due_at for lot in self.lots.values()]
        return min((time for time in [known, *times] if time is not None), default=None)

    def written(self) -> None:
        """Forget what is news: somebody wrote it down."""
        self._due_at = self.due_at
        self.opened, self.lapsed, self.drafts = [], [], []

    def add(self, lots: Iterable[LotState]) -> None:
        """Take in lots that are read, unless they are known already."""
        for lot in lots:
            self.lots.setdefault(lot.pk, lot)

    def open_lot(
        self,
        points: int,
        available_from: datetime,
        expires_at: datetime | None,
        cause: Cause,
    ) -> LotState:
        """Open an empty lot for a credit of that many points."""
        lot = LotState(
            pk=self._new_lot(),
            points=points,
            available_from=available_from,
            expires_at=expires_at,
            order_pk=cause.order_pk,
            version_pk=cause.version_pk,
        )
        self.lots[lot.pk] = lot
        self.opened.append(lot)
        return lot

    def spendable(self) -> list[LotState]:
        """Return the lots with available points, the first to expire first."""
        return first_to_expire(lot for lot in self.lots.values() if lot.available)

    # What the time does

    def settle(self, stamp: str) -> None:
        """Post what is due: points become available, expire, or lapse.

        ``stamp`` tells one settling from the next in the keys of the entries.
        """
        self._lapse()
        at = self.at
        over = [lot for lot in self.lots.values() if lot.ends_by(at)]
        matured = [
            lot
            for lot in self.lots.values()
            if lot.pending
            and lot.available_from <= at
            and not lot.ends_by(lot.available_from)
        ]
        change = Change(self)
        # The older ones pay what is owed.
        for lot in sorted(matured, key=lambda lot: (lot.available_from, lot.pk)):
            change.make_available(lot, lot.pending, pending=-lot.pending)
        change.post_due(Kind.MATURE, stamp)
        change = Change(self)
        for lot in over:
            change.expire(lot)
        change.post_due(Kind.EXPIRE, stamp)

    def _lapse(self) -> None:
        if self.lapses_at is None or self.lapses_at > self.at:
            return
        for lot in self.lots.values():
            if lot.is_open and not lot.ends_by(self.lapses_at):
                lot.expires_at = self.lapses_at
                self.lapsed.append(lot)
        self.lapses_at = None


class Change:
    """One entry in the making."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.before = state.balance
        self.moves: list[Move] = []
        self.waived = 0

    def move(
        self,
        lot: LotState,
        *,
        pending: int = 0,
        available: int = 0,
        held: int = 0,
        expired: int = 0,
    ) -> None:
        """Add points, or with a minus sign take them, from a lot and the sums.

        Expired points are in no sum.
        """
        if not (pending or available or held or expired):
            return
        lot.pending += pending
        lot.available += available
        lot.held += held
        lot.expired += expired
        self.state.pending += pending
        self.state.available += available
        self.state.held += held
        self.moves.append(Move(lot.pk, pending, available, held, expired))

    def expire(self, lot: LotState) -> None:
        """Make all points of a lot expire but those that are held."""
        points = lot.pending + lot.available
        self.move(lot, pending=-lot.pending, available=-lot.available, expired=points)

    def owe(self, points: int) -> None:
        self.state.debt += points

    def pay(self, points: int) -> int:
        """Pay what is owed out of ``points`` and return what is left of them."""
        paid = min(points, self.state.debt)
        self.owe(-paid)
        return points - paid

    def make_available(
        self, lot: LotState, points: int, *, pending: int = 0, held: int = 0
    ) -> None:
        """Make points of a lot available, as far as they are not owed."""
        self.move(lot, pending=pending, available=self.pay(points), held=held)

    def give(self, lot: LotState, points: int) -> None:
        """Put points into a lot: pending before its time, available from then on."""
        if lot.available_from > self.state.at:
            self.move(lot, pending=points)
        else:
            self.make_available(lot, points)

    def draw(
        self, points: int, lots: Iterable[LotState], *, held: bool = False
    ) -> list[Draw]:
        """Take up to ``points`` available points; with ``held``, put them aside."""
        draws: list[Draw] = []
        for lot in lots:
            part = min(points, lot.available)
            if part:
                self.move(lot, available=-part, held=part if held else 0)
                draws.append((lot.pk, part))
                points -= part
        return draws

    def take(self, points: int, preferred: Sequence[LotState] = ()) -> list[Draw]:
        """Take points wherever there are any, and owe the rest."""
        draws = self.draw(points, preferred)
        draws += self.draw(points - total(draws), self.state.spendable())
        missing = points - total(draws)
        if missing:
            self.owe(missing)
            draws.append((None, missing))
        return draws

    def post_due(self, kind: Kind, stamp: str) -> None:
        """Add the entry of what the time did, if it did anything."""
        if self.moves:
            self.post(kind, Cause(f"lot:{self.moves[0].lot}:{kind.value}:{stamp}"))

    def post(self, kind: Kind, cause: Cause) -> None:
        """Add the entry."""
        state, before = self.state, self.before
        sums = Balance(
            state.pending - before.pending,
            state.available - before.available,
            state.held - before.held,
            state.debt - before.debt,
            state.lifetime - before.lifetime,
        )
        state.drafts.append(Draft(kind, cause, sums, self.waived, tuple(self.moves)))


def stamp_of(at: datetime) -> str:
    """Return a moment as the keys of entries name it.

    >>> stamp_of(datetime(2024, 2, 29, 12, tzinfo=timezone.utc))
    '20240229T120000.000000'
    """
    return at.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%S.%f")


def digest(text: str) -> str:
    """Return a short name for a text of any length."""
    return sha256(text.encode()).hexdigest()[:32]
