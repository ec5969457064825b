"""The periodic tasks are on Saleor's own Celery app, unless the operator says else."""

from __future__ import annotations

from typing import Any

import pytest
from saleor.celeryconf import app

from saleor_rewards import jobs

from .locking import GUIDE


def test_beat_knows_every_task_and_when_to_start_it() -> None:
    # given what Saleor's own app would hand to beat
    app.loader.import_default_modules()
    entries = app.conf.beat_schedule

    # then
    for name, entry in jobs.SCHEDULE.items():
        assert entries[name] == entry
        assert entry["task"] in app.tasks, entry["task"]


def test_every_task_is_late_to_acknowledge_and_keeps_no_result() -> None:
    for entry in jobs.SCHEDULE.values():
        task = app.tasks[entry["task"]]
        assert (task.acks_late, task.ignore_result) == (True, True)


def test_saleors_own_entries_stay(settings: Any) -> None:
    # given
    theirs = {"task": "saleor.some.task", "schedule": 60}
    settings.CELERY_BEAT_SCHEDULE = {"saleors": theirs}

    # when
    jobs.install_schedule()

    # then
    assert settings.CELERY_BEAT_SCHEDULE == {**jobs.SCHEDULE, "saleors": theirs}


@pytest.mark.parametrize("name", jobs.SCHEDULE)
def test_an_operators_entry_of_the_same_name_stays(settings: Any, name: str) -> None:
    # given
    mine = {**jobs.SCHEDULE[name], "schedule": 7}
    settings.CELERY_BEAT_SCHEDULE = {name: mine}

    # when
    jobs.install_schedule()

    # then
    assert settings.CELERY_BEAT_SCHEDULE[name] == mine


def test_the_operators_guide_lists_every_job_that_begins_by_itself() -> None:
    # given
    text = GUIDE.read_text()
    table = text.split("<!-- checked: schedule -->")[1].split("\n\n")[0]

    # then
    assert table.splitlines()[3:] == [
        f"| `{job.beat_entry}` | {job.when} | {job.sentence} |"
        for job in jobs.JOBS
        if job.cadence is not None
    ]
