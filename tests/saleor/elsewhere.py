"""What happens on another connection: locks that are held there, and requests."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Any, Callable, Iterator

from django.db import connection, connections, transaction


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


def do_elsewhere(work: Callable[[], Any]) -> Any:
    """Run ``work`` on a connection of its own; return its result or what it raised."""
    outcomes: list[Any] = []

    def run() -> None:
        try:
            outcomes.append(work())
        except Exception as error:
            outcomes.append(error)
        finally:
            connections.close_all()

    worker = threading.Thread(target=run)
    worker.start()
    worker.join()
    return outcomes[0]
