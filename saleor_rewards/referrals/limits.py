"""How long a guesser has to wait: free tries first, then ever longer pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Mapping


class LimitScope(Enum):
    """Whose wrong codes are counted.

    >>> LimitScope("account").name
    'ACCOUNT'
    """

    CHECKOUT = "checkout"
    ACCOUNT = "account"
    #: A network address. Many people may have one, so it has more free tries.
    ADDRESS = "address"


@dataclass(frozen=True)
class Limit:
    """So many wrong codes cost nothing; the next pauses `first`, each one after twice.

    No pause is longer than `most`, and after `fades` without a wrong one all are
    forgotten.

    >>> Limit(free=2).pause(2), Limit(free=2).pause(4).seconds
    (datetime.timedelta(0), 60)
    """

    free: int
    first: timedelta = timedelta(seconds=30)
    most: timedelta = timedelta(hours=1)
    fades: timedelta = timedelta(days=1)

    def pause(self, failures: int) -> timedelta:
        """Return how long nothing is looked at after so many wrong codes."""
        over = failures - self.free
        if over <= 0:
            return timedelta(0)
        # So many doublings are past the longest pause already.
        doublings = min(over - 1, (self.most // self.first).bit_length())
        return min(self.first * (1 << doublings), self.most)


LIMITS: Mapping[LimitScope, Limit] = {
    LimitScope.CHECKOUT: Limit(free=5),
    LimitScope.ACCOUNT: Limit(free=5),
    LimitScope.ADDRESS: Limit(free=20),
}


def blocked_until(
    scope: LimitScope, failures: int, failed_at: datetime
) -> datetime | None:
    """Return when the next code is looked at, None where it is at once.

    `failures` is how many wrong ones count, the last one at `failed_at`.

    >>> last = datetime(2024, 5, 1, 12)
    >>> blocked_until(LimitScope.CHECKOUT, 5, last) is None
    True
    >>> blocked_until(LimitScope.CHECKOUT, 7, last).time().isoformat()
    '12:01:00'
    """
    pause = LIMITS[scope].pause(failures)
    return failed_at + pause if pause else None


def failures_at(
    scope: LimitScope, failures: int, failed_at: datetime, at: datetime
) -> int:
    """Return how many of the wrong codes until `failed_at` still count at `at`.

    >>> last = datetime(2024, 5, 1, 12)
    >>> failures_at(LimitScope.ACCOUNT, 7, last, last + timedelta(hours=23))
    7
    >>> failures_at(LimitScope.ACCOUNT, 7, last, last + timedelta(hours=24))
    0
    """
    return 0 if at - failed_at >= LIMITS[scope].fades else failures
