"""Locks that somebody else holds, for tests of who has to wait."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Any, Callable, Iterator

from django.db import connection, transaction


@contextmanager
def held_elsewhere(take: Callable[[], Any]) -> Iterator[None]:
    """Hold what ``take`` locks on a connection of its own until the block ends."""
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            take()
            locked.set()
            done.wait(120)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(30)
    try:
        yield
    finally:
        done.set()
        holder.join()
