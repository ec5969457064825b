"""What can be posted to one account while it is locked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Iterable

from ..models import (
    Account,
    Entry,
    EntryKind,
    EntryNote,
    Hold,
    HoldState,
    Lot,
    Shortage,
)
from . import moves
from .errors import LedgerError, LedgerErrorCode
from .keys import cause_by_hand, cause_of, is_posted
from .lots import Balance, Cause, Kind
from .rows import expired_lots, lots_with, next_lot, open_lots_of, sums_of, write
from .state import State, stamp_of


class Book:
    """One account under its lock, to be got from :func:`posting`.

    Every posting has a ``key`` that names what caused it. The same key with the
    same arguments posts nothing, so that whoever is not sure posts again; with
    other arguments it raises ``LedgerError`` (``KEY_CONFLICT``). Times are not
    compared, as whoever posts again reads the clock again. Numbers of points are
    above zero (``NOT_POSITIVE``), but for those of :meth:`adjust`.
    """

    def __init__(self, account: Account, at: datetime, spare_lot: int) -> None:
        self.account = account
        self.at = at
        self._spare_lots = [spare_lot]
        self._state = State(
            sums_of(account),
            at,
            new_lot=self._new_lot,
            due_at=account.due_at,
            lapses_at=account.lapses_at,
        )
        if any(time and time <= at for time in (account.due_at, account.lapses_at)):
            self.whole().settle(stamp_of(at))
            self._write()

    @property
    def balance(self) -> Balance:
        """The sums after what was posted so far."""
        return self._state.balance

    def earn(
        self,
        points: int,
        *,
        key: str,
        available_from: datetime,
        expires_at: datetime | None = None,
        order_pk: str = "",
        rule_version_pk: int | None = None,
        lapses_at: datetime | None = None,
    ) -> None:
        """Add points, pending until ``available_from``, gone from ``expires_at`` on.

        ``lapses_at`` moves when all points lapse. A full account takes what fits.
        """
        cause = self._cause("earn", key, points, order_pk, rule_version_pk)
        if cause is None:
            return
        moves.credit(
            self._state,
            points,
            cause,
            available_from=available_from,
            expires_at=expires_at,
        )
        self._be_active(lapses_at)
        self._write()

    def keep_until(self, lapses_at: datetime) -> None:
        """Let the points lapse no earlier; nothing happens where they never lapse."""
        known = self._state.lapses_at
        if known is not None and known < lapses_at:
            self._state.lapses_at = lapses_at
            self._write()

    def reverse(
        self,
        points: int,
        *,
        key: str,
        shortage: Shortage,
        order_pk: str = "",
        rule_version_pk: int | None = None,
    ) -> None:
        """Take earned points back, the order's own first, then any.

        Of its own, those that expired count as taken. ``shortage`` says what becomes
        of those that are spent already: owed, or let go. Raises ``BELOW_ZERO`` for
        more than were ever earned.
        """
        owes = shortage == Shortage.DEBT
        cause = self._cause("reverse", key, points, order_pk, rule_version_pk, owes)
        if cause is not None:
            state = self.whole()
            if order_pk:
                state.add(expired_lots(self.account, order_pk=order_pk))
            moves.reverse(state, points, cause, owes=owes)
            self._write()

    def restore(
        self,
        points: int,
        *,
        key: str,
        order_pk: str = "",
        rule_version_pk: int | None = None,
    ) -> None:
        """Undo the latest reversals of an order and rule version, to the same lots.

        Raises ``TOO_MANY_POINTS`` for more than they took.
        """
        cause = self._cause("restore", key, points, order_pk, rule_version_pk)
        if cause is None:
            return
        taken = moves.last_taken(moves.taken_back(self._reversals(cause)), points)
        home = self._home(cause)
        state = self._with_lots([*(part.lot for part in taken), home])
        moves.restore(state, taken, cause, state.lots[home] if home else None)
        self._write()

    def adjust(
        self,
        points: int,
        *,
        key: str,
        reason: str,
        author: str,
        expires_at: datetime | None = None,
    ) -> None:
        """Add points by hand, or with a minus sign take available ones.

        Raises ``NOT_POSITIVE``, ``INSUFFICIENT_POINTS``, ``TOO_MANY_POINTS``.
        """
        named = cause_by_hand(key, points, reason, author)
        cause = self._unless_posted(named, abs(points))
        if cause is None:
            return
        if points > 0:
            moves.credit(
                self._state,
                points,
                cause,
                available_from=self.at,
                expires_at=expires_at,
                kind=Kind.ADJUST,
            )
        else:
            moves.debit(self.whole(), -points, cause)
        self._write()
        entry = Entry.objects.only("pk").get(key=key)
        EntryNote.objects.create(entry=entry, reason=reason, author=author)

    def hold(
        self, points: int, *, key: str, checkout_token: str, expires_at: datetime
    ) -> Hold:
        """Put available points aside for a checkout, those that expire first.

        Replaces what is aside for it. Raises ``INSUFFICIENT_POINTS``, and
        ``HOLD_ELSEWHERE`` where another account has points aside for it.
        """
        cause = self._cause("hold", key, points, "", None, checkout_token)
        holds = Hold.objects.filter(checkout_token=checkout_token).order_by("-pk")
        if cause is None:
            return holds[0]
        known = holds.filter(state=HoldState.OPEN).first()
        if known is not None:
            self._replace(known, points)
        draws = moves.hold(self.whole(), points, cause)
        self._write()
        return Hold.objects.create(
            account=self.account,
            checkout_token=checkout_token,
            points=points,
            draws=draws,
            at=self.at,
            expires_at=expires_at,
        )

    def touch(self, hold: Hold, expires_at: datetime) -> None:
        """Move the end of an open hold. Raises ``HOLD_CLOSED``, ``HOLD_UNKNOWN``."""
        self._read(hold, HoldState.OPEN)
        _change(hold, expires_at=expires_at)

    def release(self, hold: Hold, *, key: str) -> None:
        """Put held points back; nothing happens where they are back already.

        Raises ``HOLD_CLOSED`` where they were spent, ``HOLD_UNKNOWN``.
        """
        cause = self._cause("release", key, hold.points, "", None, hold.pk)
        if cause is None:
            return
        self._read(hold, HoldState.OPEN, HoldState.RELEASED)
        if hold.state == HoldState.OPEN:
            moves.release(self._with_lots_of(hold), hold.draws, cause)
            self._write()
            _change(hold, state=HoldState.RELEASED, closed_at=self.at)

    def capture(
        self,
        hold: Hold,
        points: int,
        *,
        key: str,
        order_pk: str,
        lapses_at: datetime | None = None,
    ) -> None:
        """Spend held points on an order and put the rest of them back.

        More than are held are taken as :meth:`spend` does. Raises
        ``HOLD_CLOSED``, ``HOLD_UNKNOWN``.
        """
        cause = self._cause("capture", key, points, order_pk, None, hold.pk)
        if cause is None:
            return
        self._read(hold, HoldState.OPEN)
        rest = Cause(f"hold:{hold.pk}:rest", order_pk=order_pk)
        draws = moves.capture(self._with_lots_of(hold), hold.draws, points, cause, rest)
        self._be_active(lapses_at)
        self._write()
        _change(
            hold,
            state=HoldState.CAPTURED,
            order_pk=order_pk,
            points=max(points, hold.points),
            points_captured=points,
            draws=draws,
            closed_at=self.at,
        )

    def spend(
        self,
        points: int,
        *,
        key: str,
        checkout_token: str,
        order_pk: str,
        lapses_at: datetime | None = None,
    ) -> Hold:
        """Spend points on an order that has none aside; what is missing is owed."""
        cause = self._cause("spend", key, points, order_pk, None, checkout_token)
        if cause is None:
            return Hold.objects.get(order_pk=order_pk)
        draws = moves.spend(self.whole(), points, cause)
        self._be_active(lapses_at)
        self._write()
        return Hold.objects.create(
            account=self.account,
            checkout_token=checkout_token,
            order_pk=order_pk,
            state=HoldState.CAPTURED,
            points=points,
            points_captured=points,
            draws=draws,
            at=self.at,
            expires_at=self.at,
            closed_at=self.at,
        )

    def give_back(self, hold: Hold, points: int, *, key: str) -> None:
        """Give points that an order spent back to their lots, last taken first.

        Raises ``TOO_MANY_POINTS``, ``HOLD_CLOSED``, ``HOLD_UNKNOWN``.
        """
        self._return(hold, points, key, "give_back", 1)

    def retake(self, hold: Hold, points: int, *, key: str) -> None:
        """Take points that were given back again; what is missing is owed.

        Raises ``TOO_MANY_POINTS``, ``HOLD_CLOSED``, ``HOLD_UNKNOWN``.
        """
        self._return(hold, points, key, "retake", -1)

    def _return(self, hold: Hold, points: int, key: str, verb: str, sign: int) -> None:
        cause = self._cause(verb, key, points, hold.order_pk, None, hold.pk)
        if cause is None:
            return
        self._read(hold, HoldState.CAPTURED)
        state = self._with_lots_of(hold)
        move = moves.give_back if sign > 0 else moves.retake
        draws = move(state, hold.draws, hold.points_returned, points, cause)
        self._write()
        _change(hold, points_returned=hold.points_returned + sign * points, draws=draws)

    def _cause(
        self,
        verb: str,
        key: str,
        points: int,
        order_pk: str = "",
        version_pk: int | None = None,
        *others: object,
    ) -> Cause | None:
        """Return the cause of a posting, or ``None`` where it was posted before."""
        cause = cause_of(verb, key, points, order_pk, version_pk, *others)
        return self._unless_posted(cause, points)

    def _unless_posted(self, cause: Cause, points: int) -> Cause | None:
        if points <= 0:
            text = "Give a number of points above 0."
            raise LedgerError(LedgerErrorCode.NOT_POSITIVE, text)
        return None if is_posted(self.account, cause) else cause

    def whole(self) -> State:
        state = self._state
        if not state.is_whole:
            state.add(open_lots_of([self.account])[self.account.pk])
            state.is_whole = True
        return state

    def _with_lots(self, pks: Iterable[int | None]) -> State:
        state = self.whole()
        missing = {pk for pk in pks if pk is not None} - set(state.lots)
        if missing:
            state.add(lots_with(missing))
        return state

    def _with_lots_of(self, hold: Hold) -> State:
        return self._with_lots(pk for pk, _ in hold.draws)

    def _new_lot(self) -> int:
        return self._spare_lots.pop() if self._spare_lots else next_lot()

    def _be_active(self, lapses_at: datetime | None) -> None:
        self.account.active_at = self.at
        if lapses_at is not None:
            self._state.lapses_at = lapses_at

    def _write(self) -> None:
        write(self.account, self._state)

    def _reversals(self, cause: Cause) -> list[moves.Reversal]:
        entries = Entry.objects.filter(
            order_pk=cause.order_pk,
            rule_version_id=cause.version_pk,
            kind__in=[EntryKind.REVERSE, EntryKind.RESTORE],
        ).order_by("pk")
        if not cause.order_pk:
            # Other people's entries have no order either.
            entries = entries.filter(account=self.account)
        return [
            moves.Reversal(*row)
            for row in entries.values_list(
                "points_lifetime", "moves", "points_debt", "points_waived"
            )
        ]

    def _home(self, cause: Cause) -> int | None:
        lots = Lot.objects.exclude(order_pk="").filter(
            account=self.account,
            order_pk=cause.order_pk,
            rule_version_id=cause.version_pk,
        )
        pk: int | None = lots.order_by("pk").values_list("pk", flat=True).first()
        return pk

    def _replace(self, known: Hold, points: int) -> None:
        if known.account_id != self.account.pk:
            raise LedgerError(
                LedgerErrorCode.HOLD_ELSEWHERE,
                "Another account has points aside for this checkout.",
            )
        usable = moves.usable(self._with_lots_of(known), known.draws)
        if points > usable:
            raise LedgerError(
                LedgerErrorCode.INSUFFICIENT_POINTS,
                f"Only {usable} points are available.",
            )
        self.release(known, key=f"hold:{known.pk}:replaced")

    def _read(self, hold: Hold, *states: HoldState) -> None:
        """Bring ``hold`` to what the database has, and check its state."""
        fresh = Hold.objects.filter(pk=hold.pk, account=self.account).first()
        if fresh is None:
            raise LedgerError(LedgerErrorCode.HOLD_UNKNOWN, "There is no such hold.")
        if fresh.state not in states:
            raise LedgerError(
                LedgerErrorCode.HOLD_CLOSED, f"The hold is {fresh.state}."
            )
        hold.__dict__.update(fresh.__dict__)


def _change(hold: Hold, **values: Any) -> None:
    for name, value in values.items():
        setattr(hold, name, value)
    hold.save(update_fields=list(values))
