"""Whole numbers as GraphQL can say them."""

from __future__ import annotations

#: The largest whole number of GraphQL.
MAX_INT = 2**31 - 1


def in_int(number: int) -> int:
    """Return a number, or the one nearest to it that GraphQL can say.

    Accounts that were merged, and sums over many of them, may have more.

    >>> in_int(5), in_int(2**40), in_int(-(2**40))
    (5, 2147483647, -2147483647)
    """
    return max(-MAX_INT, min(number, MAX_INT))
