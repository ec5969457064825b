"""What happens on another connection: locks that are held there, and requests."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import Any, Callable, Iterator

import pytest
from django.db import connection, connections, transaction

from saleor_rewards.checkout import gate


def connect_replica() -> None:
    """Let this thread read what the tests write; they know one database alone."""
    if "replica" in connections:
        name = connections["default"].settings_dict["NAME"]
        connections["replica"].settings_dict["NAME"] = name


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    """Run ``work`` on connections of its own."""

    def run() -> None:
        connect_replica()
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


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


@contextmanager
def queued_behind_the_gate(
    patch: pytest.MonkeyPatch, work: Callable[[], Any]
) -> Iterator[None]:
    """Let a request wait for the gate's lock, so that it is next in the queue."""
    pledge, threads = gate.pledge, []

    def then(*arguments: Any) -> None:
        pledge(*arguments)
        if not threads:
            threads.append(in_thread(work))
            time.sleep(1)

    with patch.context() as patched:
        patched.setattr(gate, "pledge", then)
        yield
    for thread in threads:
        thread.join()
    assert threads, "The gate let nothing through."


def do_elsewhere(work: Callable[[], Any]) -> Any:
    """Run ``work`` on a connection of its own; return its result or what it raised."""
    outcomes: list[Any] = []

    def run() -> None:
        try:
            outcomes.append(work())
        except Exception as error:
            outcomes.append(error)

    in_thread(run).join()
    return outcomes[0]
