"""Measures two things in turn, so that a noisy machine is noisy for both."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Callable

PAIRS = 25


@dataclass(frozen=True)
class Ratio:
    """How many times longer one took than the other, over all pairs."""

    median: float
    low: float
    high: float
    one_ms: float
    other_ms: float

    def __str__(self) -> str:
        return (
            f"{self.median:6.3f}  ({self.low:.3f} to {self.high:.3f})"
            f"  {self.one_ms:9.2f} ms against {self.other_ms:9.2f} ms"
        )


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds ``work`` takes, the collector kept out of it."""
    gc.collect()
    gc.disable()
    try:
        begun = perf_counter()
        work()
        return perf_counter() - begun
    finally:
        gc.enable()


def compare(
    one: Callable[[], Any],
    other: Callable[[], Any],
    *,
    before_one: Callable[[], object] = lambda: None,
    before_other: Callable[[], object] = lambda: None,
    clock: Callable[[Callable[[], Any]], float] = timed,
    pairs: int = PAIRS,
) -> Ratio:
    """Return the median of ``one`` over ``other`` and its middle half.

    What runs ``before`` is not timed. Within each pair, which one goes first
    alternates, and a first pair that warms everything up is thrown away.
    """
    timings: list[tuple[float, float]] = []
    for number in range(pairs + 1):
        taken: dict[str, float] = {}
        turns = [("one", before_one, one), ("other", before_other, other)]
        for name, before, work in turns if number % 2 else reversed(turns):
            before()
            taken[name] = clock(work)
        timings.append((taken["one"], taken["other"]))
    ratios = [one_s / other_s for one_s, other_s in timings[1:]]
    low, _, high = quantiles(ratios, n=4)
    return Ratio(
        median=median(ratios),
        low=low,
        high=high,
        one_ms=1000 * median(one_s for one_s, _ in timings[1:]),
        other_ms=1000 * median(other_s for _, other_s in timings[1:]),
    )
