"""Adds up entries from nothing, independent of whoever wrote them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Protocol, Sequence, Tuple

from .lots import Balance

SUMS = ("pending", "available", "held", "debt", "lifetime")

#: Pending, available, held and expired points of one lot.
Parts = Tuple[int, int, int, int]
NO_PARTS: Parts = (0, 0, 0, 0)


class Posted(Protocol):
    """What replaying needs of an entry; ``models.Entry`` has it."""

    pk: Any
    points_pending: Any
    points_available: Any
    points_held: Any
    points_debt: Any
    points_lifetime: Any
    moves: Any


@dataclass
class Replay:
    """What entries come to: sums, what is left by lot, and what is wrong with them.

    ``lots`` is ``{lot: (pending, available, held, expired)}``, empty ones left out.
    """

    sums: Balance = field(default_factory=Balance)
    lots: dict[int, Parts] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def replay(entries: Iterable[Posted]) -> Replay:
    """Add up the entries of one account, oldest first.

    Faults are entries that say one thing of the sums and another of the lots, and
    those after which something was below zero.
    """
    found = Replay()
    sums = [0] * len(SUMS)
    for entry in entries:
        added = [getattr(entry, f"points_{name}") for name in SUMS]
        sums = [one + other for one, other in zip(sums, added)]
        lots = _add_moves(found.lots, entry.moves)
        by_lot = [sum(move[n] for move in entry.moves) for n in (1, 2, 3)]
        if by_lot != added[:3]:
            found.faults.append(f"entry {entry.pk} moves {by_lot}, not {added[:3]}")
        if min(sums) < 0 or any(min(lot) < 0 for lot in lots):
            found.faults.append(f"entry {entry.pk} took more than there was")
    found.sums = Balance(*sums)
    found.lots = {pk: lot for pk, lot in found.lots.items() if any(lot)}
    return found


def _add_moves(lots: dict[int, Parts], moves: Sequence[Sequence[int]]) -> list[Parts]:
    """Add moves to ``lots`` and return the lots that they touched."""
    for pk, *added in moves:
        one, other, third, last = map(sum, zip(lots.get(pk, NO_PARTS), added))
        lots[pk] = (one, other, third, last)
    return [lots[pk] for pk in {move[0] for move in moves}]
