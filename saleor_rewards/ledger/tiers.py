"""Which tier a member holds, and when to look again. Pure: no database, no clock.

A member rises at once. Whoever falls below the present tier keeps it for a grace
and loses it only after that. The outcome depends on the time alone, not on how often
or how late somebody looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Iterable, Sequence

__all__ = [
    "Downgrade",
    "Level",
    "Measure",
    "Standing",
    "TierTerms",
    "Verdict",
    "decide",
    "tenure",
    "within_window",
]


class Downgrade(Enum):
    """Where a member falls to when the grace is over.

    `DIRECT` is the tier that the measure gives, `STEP` one tier lower with a grace of
    its own, `NEVER` nowhere.

    >>> Downgrade("step").name
    'STEP'
    """

    DIRECT = "direct"
    STEP = "step"
    NEVER = "never"


@dataclass(frozen=True)
class Level:
    """A tier, reached at `threshold` of the measure.

    >>> Level(id=3, threshold=500).threshold
    500
    """

    id: int
    threshold: int


@dataclass(frozen=True)
class TierTerms:
    """The tiers of a program, lowest threshold first, and how one falls.

    >>> terms = TierTerms((Level(1, 0), Level(2, 100)))
    >>> terms.reached(99).id, terms.reached(100).id
    (1, 2)
    """

    levels: tuple[Level, ...]
    grace: timedelta = timedelta(0)
    downgrade: Downgrade = Downgrade.DIRECT

    def reached(self, value: int) -> Level | None:
        """Return the highest tier whose threshold `value` reaches."""
        met = [level for level in self.levels if level.threshold <= value]
        return met[-1] if met else None

    def above(self, level: Level | None) -> Level | None:
        """Return the next tier after `level`; the first one where it is None."""
        higher = (
            candidate
            for candidate in self.levels
            if level is None or candidate.threshold > level.threshold
        )
        return next(higher, None)

    def below(self, level: Level) -> Level | None:
        """Return the next tier under `level`."""
        return self.reached(level.threshold - 1)


@dataclass(frozen=True)
class Measure:
    """A member's measure now, and what is known of its future.

    `future` has the moments at which it will change if nothing happens, each with
    the value from then on, in order of time.

    >>> Measure(120).future
    ()
    """

    value: int
    future: tuple[tuple[datetime, int], ...] = ()


@dataclass(frozen=True)
class Standing:
    """The present tier, and since when the measure is below it.

    A tier that the merchant deleted still has its threshold here.

    >>> Standing(None).below_since is None
    True
    """

    level: Level | None
    below_since: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """The tier that holds, since when the measure is below it, when to look again.

    >>> Verdict(None).grace_until is None
    True
    """

    level: Level | None
    below_since: datetime | None = None
    grace_until: datetime | None = None
    look_at: datetime | None = None


def decide(
    terms: TierTerms, measure: Measure, standing: Standing, at: datetime
) -> Verdict:
    """Return the tier that holds at `at`.

    >>> from datetime import timezone
    >>> day = timedelta(days=1)
    >>> noon = datetime(2024, 3, 1, 12, tzinfo=timezone.utc)
    >>> silver, gold = Level(1, 100), Level(2, 500)
    >>> terms = TierTerms((silver, gold), grace=30 * day)
    >>> decide(terms, Measure(600), Standing(silver), noon).level == gold
    True
    >>> kept = decide(terms, Measure(100), Standing(gold), noon)
    >>> kept.level == gold, kept.look_at == noon + 30 * day
    (True, True)
    >>> late = Standing(gold, below_since=noon)
    >>> decide(terms, Measure(100), late, noon + 30 * day).level == silver
    True
    """
    reached = terms.reached(measure.value)
    held = _living(terms, standing.level)
    if held is None or _rank(reached) >= held.threshold:
        return Verdict(reached, look_at=_next_turn(terms, measure))
    if terms.downgrade is Downgrade.NEVER:
        return Verdict(held, look_at=_next_turn(terms, measure))
    since = standing.below_since or at
    while held is not None and _rank(reached) < held.threshold:
        grace_until = since + terms.grace
        if at < grace_until:
            turns = (grace_until, _next_turn(terms, measure))
            look_at = min(turn for turn in turns if turn is not None)
            return Verdict(held, since, grace_until, look_at)
        if terms.downgrade is Downgrade.DIRECT:
            held = reached
        else:
            held, since = terms.below(held), grace_until
    return Verdict(held, look_at=_next_turn(terms, measure))


def _rank(level: Level | None) -> int:
    return -1 if level is None else level.threshold


def _living(terms: TierTerms, level: Level | None) -> Level | None:
    """Return the tier as it is now; in place of a deleted one the next under it."""
    if level is None:
        return None
    same = (candidate for candidate in terms.levels if candidate.id == level.id)
    return next(same, None) or terms.reached(level.threshold)


def _next_turn(terms: TierTerms, measure: Measure) -> datetime | None:
    """Return when the measure alone will reach another tier than now."""
    now = terms.reached(measure.value)
    turns = (moment for moment, value in measure.future if terms.reached(value) != now)
    return next(turns, None)


def within_window(
    parts: Iterable[tuple[datetime, int]], window: timedelta | None, at: datetime
) -> Measure:
    """Return the measure of what happened in the window that ends at `at`.

    A part of exactly the window's age has left it. Without a window all counts. The
    measure is never below zero.

    >>> from datetime import timezone
    >>> noon = datetime(2024, 2, 29, 12, tzinfo=timezone.utc)
    >>> measure = within_window([(noon, 40), (noon, 2)], timedelta(days=365), noon)
    >>> measure.value, [(str(when), left) for when, left in measure.future]
    (42, [('2025-02-28 12:00:00+00:00', 0)])
    """
    inside = sorted(
        (moment, amount)
        for moment, amount in parts
        if moment <= at and (window is None or moment > at - window)
    )
    total = sum(amount for _, amount in inside)
    value = max(0, total)
    if window is None:
        return Measure(value)
    future: dict[datetime, int] = {}
    for moment, amount in inside:
        total -= amount
        future[moment + window] = max(0, total)
    return Measure(value, tuple(future.items()))


def tenure(joined_at: datetime, levels: Sequence[Level], at: datetime) -> Measure:
    """Return the measure of whole days since `joined_at`.

    >>> from datetime import timezone
    >>> noon = datetime(2024, 2, 28, 12, tzinfo=timezone.utc)
    >>> measure = tenure(noon, [Level(1, 2)], noon + timedelta(days=1))
    >>> measure.value, str(measure.future[0][0])
    (1, '2024-03-01 12:00:00+00:00')
    """
    days = max(0, (at - joined_at).days)
    return Measure(
        days,
        tuple(
            (joined_at + timedelta(days=level.threshold), level.threshold)
            for level in levels
            if level.threshold > days
        ),
    )
