"""What can be done to the points of an account, one function each, without a database.

Each posts the entries of one cause to a :class:`State` and then what that made
due, such as points that come back to a lot whose time is up.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Iterable, NamedTuple, Sequence

from .errors import LedgerError, LedgerErrorCode
from .lots import MAX_POINTS, Cause, Draw, Kind, LotState, first_to_expire, split, total
from .state import Change, State, digest


class Source(Enum):
    """Where points that were taken back came from."""

    LOT = "lot"
    EXPIRED = "expired"
    DEBT = "debt"
    WAIVED = "waived"


class Taken(NamedTuple):
    """Points that a reversal took."""

    source: Source
    lot: int | None
    points: int


class Reversal(NamedTuple):
    """An entry of an order that took earned points, or gave them again.

    ``points`` is above zero for what was given again. ``moves`` is what it added
    to lots, ``[[lot, pending, available, held, expired], ...]``.
    """

    points: int
    moves: Sequence[Sequence[int]]
    debt: int
    waived: int


def credit(
    state: State,
    points: int,
    cause: Cause,
    *,
    available_from: datetime,
    expires_at: datetime | None,
    kind: Kind = Kind.EARN,
) -> None:
    """Open a lot. What is available at once pays debt first.

    Of what an order, an occasion or a friend earns a full account takes what fits, and
    the entry says how much was let go. By hand, nobody gives more than fits: raises
    ``LedgerError``.
    """
    room = state.balance.room + (state.debt if available_from <= state.at else 0)
    if kind is Kind.ADJUST and points > room:
        raise LedgerError(
            LedgerErrorCode.TOO_MANY_POINTS,
            f"Only {room} more points fit: an account has at most {MAX_POINTS}.",
        )
    change = Change(state)
    fitting = min(points, room)
    change.waived = points - fitting
    if fitting:
        lot = state.open_lot(fitting, available_from, expires_at, cause)
        change.give(lot, fitting)
    state.lifetime += fitting
    _post(change, kind, cause)


def debit(state: State, points: int, cause: Cause) -> None:
    """Take points for good. Raises ``LedgerError``."""
    _check_enough(state, points)
    change = Change(state)
    change.draw(points, state.spendable())
    _post(change, Kind.ADJUST, cause)


def reverse(state: State, points: int, cause: Cause, *, owes: bool) -> None:
    """Take earned points back: the order's own first, pending before available.

    Its own that expired count as taken: nobody has them any more. Then come any
    that are available, the first to expire first. What is missing is owed, or let
    go. Raises ``LedgerError``.
    """
    if points > state.lifetime:
        raise LedgerError(
            LedgerErrorCode.BELOW_ZERO, f"Only {state.lifetime} points were earned."
        )
    change = Change(state)
    left = points
    own = _own_lots(state, cause)
    for lot in own:
        part = min(left, lot.pending)
        change.move(lot, pending=-part)
        left -= part
    left -= total(change.draw(left, own))
    for lot in own:
        part = min(left, lot.expired)
        change.move(lot, expired=-part)
        left -= part
    left -= total(change.draw(left, state.spendable()))
    if owes:
        change.owe(left)
    else:
        change.waived = left
    state.lifetime -= points
    _post(change, Kind.REVERSE, cause)


def _own_lots(state: State, cause: Cause) -> list[LotState]:
    own = [
        lot
        for lot in state.lots.values()
        if cause.order_pk and lot.order_pk == cause.order_pk
    ]
    return sorted(
        first_to_expire(own), key=lambda lot: lot.version_pk != cause.version_pk
    )


def taken_back(history: Iterable[Reversal]) -> list[Taken]:
    """Return what reversals took and nobody gave again yet, the last part last.

    ``history`` is every reversal and restoring of one order and rule version,
    oldest first.

    >>> taken_back([Reversal(-5, [[7, 0, -3, 0, 0]], 2, 0), Reversal(1, [], -1, 0)])
    [Taken(source=<Source.LOT: 'lot'>, lot=7, points=3), \
Taken(source=<Source.DEBT: 'debt'>, lot=None, points=1)]
    """
    taken: list[Taken] = []
    for one in history:
        if one.points > 0:
            taken, _ = _cut(taken, sum(part.points for part in taken) - one.points)
            continue
        for lot, pending, available, _held, expired in one.moves:
            taken.append(Taken(Source.LOT, lot, -pending - available))
            taken.append(Taken(Source.EXPIRED, lot, -expired))
        taken.append(Taken(Source.DEBT, None, one.debt))
        taken.append(Taken(Source.WAIVED, None, one.waived))
    return [part for part in taken if part.points]


def last_taken(taken: Sequence[Taken], points: int) -> list[Taken]:
    """Return the last ``points`` points taken, last first. Raises ``LedgerError``."""
    rest = sum(part.points for part in taken) - points
    if rest < 0:
        raise LedgerError(
            LedgerErrorCode.TOO_MANY_POINTS,
            f"Only {points + rest} points were taken back.",
        )
    return list(reversed(_cut(taken, rest)[1]))


def _cut(taken: Sequence[Taken], points: int) -> tuple[list[Taken], list[Taken]]:
    first, rest = [], []
    for part in taken:
        kept = min(points, part.points)
        points -= kept
        first.append(part._replace(points=kept))
        rest.append(part._replace(points=part.points - kept))
    return [p for p in first if p.points], [p for p in rest if p.points]


def restore(
    state: State, taken: Iterable[Taken], cause: Cause, home: LotState | None
) -> None:
    """Give again what was taken, to the same lots. What had expired stays expired.

    What had become debt pays what is owed still, and the rest goes ``home``, to
    the order's lot. What had been let go does not come back, as nobody lost it.
    """
    change = Change(state)
    for source, pk, points in taken:
        state.lifetime += points
        if source is Source.WAIVED:
            change.waived -= points
        elif source is Source.EXPIRED and pk is not None:
            change.move(state.lots[pk], expired=points)
        elif source is Source.LOT and pk is not None:
            change.give(state.lots[pk], points)
        else:
            left = change.pay(points)
            if left:
                home = home or state.open_lot(left, state.at, None, cause)
                change.give(home, left)
    _post(change, Kind.RESTORE, cause)


def hold(state: State, points: int, cause: Cause) -> list[Draw]:
    """Put points aside and return from which lots. Raises ``LedgerError``."""
    _check_enough(state, points)
    change = Change(state)
    draws = change.draw(points, state.spendable(), held=True)
    _post(change, Kind.HOLD, cause)
    return draws


def usable(state: State, draws: Sequence[Draw]) -> int:
    """Return how many points could be held if those ``draws`` were released."""
    living = 0
    for pk, points in draws:
        if pk is not None and not state.lots[pk].ends_by(state.at):
            living += points
    return state.available + max(0, living - state.debt)


def release(state: State, draws: Iterable[Draw], cause: Cause) -> None:
    """Put held points back."""
    change = Change(state)
    for pk, points in draws:
        if pk is not None:
            change.make_available(state.lots[pk], points, held=-points)
    _post(change, Kind.RELEASE, cause)


def capture(
    state: State, draws: Sequence[Draw], points: int, cause: Cause, rest: Cause
) -> list[Draw]:
    """Spend ``points`` of held points and release the others; return what was spent.

    Where fewer are held, the others are taken as :func:`spend` takes them.
    """
    spent, unspent = split(draws, points)
    change = Change(state)
    for pk, part in spent:
        if pk is not None:
            change.move(state.lots[pk], held=-part)
    spent += change.take(points - total(spent))
    _post(change, Kind.CAPTURE, cause)
    if unspent:
        release(state, unspent, rest)
    return spent


def spend(state: State, points: int, cause: Cause) -> list[Draw]:
    """Spend what is available and owe the rest; return from which lots."""
    change = Change(state)
    draws = change.take(points)
    _post(change, Kind.CAPTURE, cause)
    return draws


def give_back(
    state: State, draws: Sequence[Draw], returned: int, points: int, cause: Cause
) -> list[Draw]:
    """Give spent points back to their lots, the last taken first.

    ``returned`` points came back before. Return ``draws`` with the lots where
    points that had been owed are now.
    """
    if points > total(draws) - returned:
        raise LedgerError(
            LedgerErrorCode.TOO_MANY_POINTS,
            f"Only {total(draws) - returned} points are left to give back.",
        )
    spent, back = split(draws, total(draws) - returned)
    spent, coming = split(spent, total(spent) - points)
    change = Change(state)
    homes: list[Draw] = []
    for pk, part in reversed(coming):
        if pk is not None:
            lot, left = state.lots[pk], part
        else:
            left = change.pay(part)
            homes += split([(None, part)], part - left)[0]
            if not left:
                continue
            lot = state.open_lot(left, state.at, None, Cause(cause.key))
        change.give(lot, left)
        homes.append((lot.pk, left))
    _post(change, Kind.RETURN, cause)
    return [*spent, *reversed(homes), *back]


def retake(
    state: State, draws: Sequence[Draw], returned: int, points: int, cause: Cause
) -> list[Draw]:
    """Take points that were given back again, and return the new ``draws``.

    From the lots that got them as far as they have them, then as :func:`spend`.
    """
    if points > returned:
        raise LedgerError(
            LedgerErrorCode.TOO_MANY_POINTS,
            f"Only {returned} points were given back.",
        )
    spent, back = split(draws, total(draws) - returned)
    again, back = split(back, points)
    change = Change(state)
    got: list[Draw] = []
    for pk, part in again:
        if pk is not None:
            got += change.draw(part, [state.lots[pk]])
    got += change.take(points - total(got))
    _post(change, Kind.RETAKE, cause)
    return spent + got + back


def merge(source: State, target: State, out: Cause, into: Cause) -> None:
    """Move all points of ``source`` to ``target``; its debt is paid there."""
    lots = [lot for lot in source.lots.values() if lot.is_open or lot.expired]
    leaving, coming = Change(source), Change(target)
    for lot in lots:
        parts = {
            "pending": lot.pending,
            "available": lot.available,
            "held": lot.held,
            "expired": lot.expired,
        }
        arrived = LotState(
            lot.pk,
            lot.points,
            lot.available_from,
            lot.expires_at,
            lot.order_pk,
            lot.version_pk,
        )
        leaving.move(lot, **{name: -points for name, points in parts.items()})
        target.lots[arrived.pk] = arrived
        coming.move(arrived, **parts)
    coming.owe(source.debt)
    leaving.owe(-source.debt)
    target.lifetime += source.lifetime
    source.lifetime = 0
    due = min(target.debt, target.available)
    coming.owe(-total(coming.draw(due, target.spendable())))
    leaving.post(Kind.MERGE, out)
    _post(coming, Kind.MERGE, into)


def erase(state: State, cause: Cause) -> None:
    """Take every point and every debt; what was earned in all stays."""
    change = Change(state)
    for lot in state.lots.values():
        change.move(lot, pending=-lot.pending, available=-lot.available, held=-lot.held)
    change.owe(-state.debt)
    change.post(Kind.ERASE, cause)


def _post(change: Change, kind: Kind, cause: Cause) -> None:
    change.post(kind, cause)
    change.state.settle(digest(cause.key))


def _check_enough(state: State, points: int) -> None:
    if points > state.available:
        raise LedgerError(
            LedgerErrorCode.INSUFFICIENT_POINTS,
            f"Only {state.available} points are available.",
        )
