"""Celery tasks, one for each job of :mod:`saleor_rewards.jobs`."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.db import ProgrammingError
from django.utils import timezone

from .guard import is_told_to_migrate
from .host.current import host
from .jobs import JOBS, Job, TryAgain

#: The pause before a second try; each further one is twice as long.
RETRY_SECONDS = 60


def _task_of(job: Job) -> Any:
    @shared_task(
        bind=True,
        name=job.task,
        acks_late=True,
        ignore_result=True,
        max_retries=job.retries,
    )
    def run(self: Any, *arguments: Any) -> None:
        try:
            with host.writing():
                further = job.run(arguments, timezone.now())
        except ProgrammingError as error:
            if not is_told_to_migrate(error):
                raise
            return
        except TryAgain:
            if self.request.retries < job.retries:
                pause = RETRY_SECONDS * 2**self.request.retries
                raise self.retry(countdown=pause) from None
            return
        for one in further:
            self.delay(*one)

    run.__doc__ = job.sentence
    return run


for _job in JOBS:
    globals()[_job.name] = _task_of(_job)
