"""What must hold of every account at every moment, for tests of yours too."""

from __future__ import annotations

from .verify import verify

__all__ = ["assert_account"]


def assert_account(account_pk: int) -> None:
    """Fail with all that is wrong with an account: sums, lots, holds, entries."""
    found = verify([account_pk])
    if found:
        raise AssertionError("\n".join(map(str, found)))
