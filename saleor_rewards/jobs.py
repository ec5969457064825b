"""Work that is handed to Saleor's Celery workers."""

from __future__ import annotations

from functools import partial, wraps
from typing import Any, Callable

from celery import shared_task
from django.db import ProgrammingError, transaction

ENQUEUE = "REWARDS_ENQUEUE"

#: How Celery connects: some versions try for ever by themselves.
ONE_TRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0}


def job(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator that makes a task, on Saleor's own Celery app.

    A worker that dies leaves it to another one, and nobody asks for what it returns.
    Before our tables are migrated it does nothing.
    """
    make = shared_task(acks_late=True, ignore_result=True, **options)
    return lambda work: make(_once_migrated(work))


def _once_migrated(work: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(work)
    def run(*arguments: Any, **options: Any) -> Any:
        # The guard is the plugin's, which may be loading while this is imported.
        from .plugin.guard import is_told_to_migrate

        try:
            return work(*arguments, **options)
        except ProgrammingError as error:
            if not is_told_to_migrate(error):
                raise
            return None

    return run


def enqueue(task: str, *arguments: Any, fault: str = ENQUEUE) -> None:
    """Start a task of :mod:`saleor_rewards.tasks` once what is written is committed.

    A broker that does not answer is noted as a fault and stops nobody: what was
    committed stays, and others who wait for the commit have their turn.
    """
    transaction.on_commit(partial(_send, task, arguments, fault))


def _send(task: str, arguments: tuple[Any, ...], fault: str) -> None:
    # The guard is the plugin's, which may be loading while this is imported.
    from .plugin.guard import guarded

    guarded(fault, None, partial(_start, task, arguments))


def _start(task: str, arguments: tuple[Any, ...]) -> None:
    from . import tasks

    job = getattr(tasks, task)
    with job.app.connection_for_write() as connection:
        options = connection.transport_options or {}
        connection.transport_options = {**options, **ONE_TRY}
        job.apply_async(args=arguments, connection=connection, retry=False)
