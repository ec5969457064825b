"""Keeps two commands of ours from making the same thing at once."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import time
from pathlib import Path
from typing import Iterator

from .report import say


@contextlib.contextmanager
def alone(path: Path, what: str) -> Iterator[None]:
    """Hold the lock file ``path`` for the time of the block.

    ``what`` is named to the person who has to wait for another command of ours.
    The operating system lets go of the lock when its holder dies.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another command that makes {what}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def sweep(folder: Path, pattern: str) -> None:
    """Remove what an older source was made into, unless it was made today.

    Another command of ours may still run from what was made a moment ago.
    """
    yesterday = time.time() - 24 * 60 * 60
    for stale in folder.glob(pattern):
        if stale.stat().st_mtime < yesterday:
            shutil.rmtree(stale)
