"""Tells the person at the terminal what happens and how far it is."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import Iterator

_STARTED_AT = time.monotonic()


class ToolError(Exception):
    """Something the person at the terminal has to put right; says what and how."""


class Terminated(KeyboardInterrupt):
    """We were told to end by SIGTERM; unlike Ctrl-C, our programs were not."""


def say(text: str) -> None:
    """Print one line with the seconds since the program started."""
    print(f"[{time.monotonic() - _STARTED_AT:6.1f} s] {text}", flush=True)


class Progress:
    """A count that grows to a known total, told at every tenth of it.

    >>> progress = Progress("packages", 4)
    >>> progress.share(3)
    '3/4'
    """

    def __init__(self, what: str, total: int) -> None:
        self.what = what
        self.total = total
        self._told = 0

    def share(self, done: int) -> str:
        return f"{done}/{self.total}"

    def reach(self, done: int, detail: str = "") -> None:
        """Say that ``done`` of the total are done, unless it was just told."""
        tenth = 10 * done // self.total if self.total else 0
        if tenth <= self._told:
            return
        self._told = tenth
        say(f"  {self.what} {self.share(done)} {detail}".rstrip())


@contextlib.contextmanager
def errors_told() -> Iterator[None]:
    """Turn a :class:`ToolError` into its text and exit code 2, Ctrl-C into 130."""
    try:
        yield
    except ToolError as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        sys.exit(2)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr, flush=True)
        sys.exit(130)
