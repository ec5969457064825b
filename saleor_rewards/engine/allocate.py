"""Splits an amount over lines in whole minor units, so that it sums exactly.

Two ways, for two needs:

- `split_by_largest_remainder` keeps each part within one unit of its exact share. The
  order lane uses it: nothing reads its parts any more.
- `split_steadily` never gives a line more because *another* line grew, and never
  grows a line's part by more than the line itself grew. The item lane needs this:
  what it leaves of a line decides whether thresholds of the other lanes are reached,
  and with largest remainders (the "new states paradox") an item added to the cart
  could push another line below such a threshold and so make the shopper pay more.
"""

from __future__ import annotations

from fractions import Fraction
from heapq import heapify, heappop, heapreplace
from typing import Sequence


def split_by_largest_remainder(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` over `weights` in proportion; parts never exceed their weight.

    Each part is the exact share rounded down; the units left over go to the largest
    remainders, the earlier line first where they are equal. `amount` and `weights`
    are minor units, none negative. Raises `ValueError` where `amount` exceeds the
    sum of the weights.

    >>> split_by_largest_remainder(100, [1000, 1000, 1000])
    [34, 33, 33]
    >>> split_by_largest_remainder(5, [7, 0, 3])
    [4, 0, 1]
    """
    total = _checked_total(amount, weights)
    if not amount:
        return [0] * len(weights)
    parts = [amount * weight // total for weight in weights]
    remainders = [amount * weight % total for weight in weights]
    order = sorted(range(len(weights)), key=lambda line: -remainders[line])
    for line in order[: amount - sum(parts)]:
        parts[line] += 1
    return parts


def split_steadily(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` over `weights` by the divisor method of Webster.

    Units go one by one to the line whose weight is largest against the units that it
    has and half a unit more; the earlier line first where they are equal. A line's
    part therefore depends on the others only through where this auction stops.
    `amount` and `weights` are minor units, none negative; no part exceeds its weight.
    Raises `ValueError` where `amount` exceeds the sum of the weights.

    >>> split_steadily(100, [1000, 1000, 1000])
    [34, 33, 33]
    >>> split_steadily(2, [6, 6, 1]), split_steadily(2, [6, 6, 10])
    ([1, 1, 0], [1, 0, 1])
    """
    total = _checked_total(amount, weights)
    if amount == total:
        return list(weights)
    parts = [(2 * weight * amount + total) // (2 * total) for weight in weights]
    missing = amount - sum(parts)
    if missing > 0:
        _move(parts, weights, missing, step=1)
    elif missing < 0:
        _move(parts, weights, -missing, step=-1)
    return parts


def _move(parts: list[int], weights: Sequence[int], units: int, step: int) -> None:
    # Rounding all shares at once stops the auction near its end; the units that are
    # missing are given to the best bids, those too many taken from the worst.
    def bid(line: int) -> tuple[Fraction, int]:
        price = Fraction(weights[line], 2 * parts[line] + step)
        return (-price * step, line * step)

    movable = [
        line for line, part in enumerate(parts) if weights[line] and part >= -step
    ]
    heap = [(bid(line), line) for line in movable]
    heapify(heap)
    for _ in range(units):
        line = heap[0][1]
        parts[line] += step
        if parts[line] >= -step:
            heapreplace(heap, (bid(line), line))
        else:
            heappop(heap)


def _checked_total(amount: int, weights: Sequence[int]) -> int:
    total = sum(weights)
    if not 0 <= amount <= total:
        raise ValueError(f"cannot split {amount} over {total}")
    return total
