"""The table of all jobs for Celery workers, and one protocol for their chunks.

:mod:`saleor_rewards.tasks` makes a task of each job. Every chunk is a transaction of its
own or several, and safe to run twice; what is left to do is a further task.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Callable, ClassVar

from celery import current_app
from celery.schedules import crontab
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from .guard import guarded

ENQUEUE = "REWARDS_ENQUEUE"

#: How many rows a chunk looks at.
CHUNK = 200

#: How Celery connects: some versions try for ever by themselves.
ONE_TRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0}

SETTING = "CELERY_BEAT_SCHEDULE"

Work = Callable[..., Any]


class TryAgain(Exception):
    """Work that failed for a reason that may go by, like a mail server that is down."""


@dataclass(frozen=True)
class Job:
    """Work that goes on after a request, or begins by itself.

    ``path`` is the function that does it, without our package's name; ``sentence`` says
    what it does. ``cadence`` is how often it begins by itself, never where it is
    ``None``, and ``entry`` what beat calls that. ``retries`` is how often
    :class:`TryAgain` is answered by a new try.
    """

    name: str
    path: str
    sentence: str
    cadence: timedelta | crontab | None = None
    retries: int = 0
    entry: str = ""

    PACKAGE: ClassVar[str] = __name__.rpartition(".")[0]

    @property
    def task(self) -> str:
        """The name of its task.

        >>> Job("end_claims", "referrals.rewarding.end_claims", "Ends claims.").task
        'saleor_rewards.tasks.end_claims'
        """
        return f"{self.PACKAGE}.tasks.{self.name}"

    @property
    def beat_entry(self) -> str:
        """The name of its entry in the schedule of Celery's beat.

        >>> Job("end_claims", "referrals.rewarding.end_claims", "Ends claims.").beat_entry
        'rewards-end-claims'
        """
        return f"rewards-{self.entry or self.name.replace('_', '-')}"

    @property
    def when(self) -> str:
        """How often it begins by itself, in words.

        >>> Job("a", "b", "c", timedelta(minutes=5)).when
        'every 5 minutes'
        >>> Job("a", "b", "c", crontab(hour=3, minute=30)).when
        '03:30'
        """
        if isinstance(self.cadence, timedelta):
            minutes = int(self.cadence.total_seconds()) // 60
            return "every hour" if minutes == 60 else f"every {minutes} minutes"
        if self.cadence is None:
            return "never"
        (minute,) = self.cadence.minute
        if len(self.cadence.hour) > 1:
            return f"{minute} minutes past each hour"
        (hour,) = self.cadence.hour
        return f"{hour:02}:{minute:02}"

    def run(self, arguments: tuple[Any, ...], at: datetime) -> list[tuple[Any, ...]]:
        """Do one chunk; return the arguments of each task that goes on."""
        self._function(self.path)(*arguments, at=at)
        return []

    def _function(self, path: str) -> Work:
        found: Work = import_string(f"{self.PACKAGE}.{path}")
        return found


@dataclass(frozen=True)
class Drain(Job):
    """Work until nothing is left: ``path`` returns how much it did.

    It is called with ``limit`` and ``at`` and, after these, whatever the job is about.
    """

    def run(self, arguments: tuple[Any, ...], at: datetime) -> list[tuple[Any, ...]]:
        """Do one chunk; return the same arguments where more may be left."""
        done = self._function(self.path)(*arguments, limit=CHUNK, at=at)
        return [arguments] if done == CHUNK else []


@dataclass(frozen=True)
class Walk(Job):
    """Work along keys: ``path`` returns the last one of a chunk, ``None`` at the end.

    It is called with the key to go on after, ``start`` at first, ``limit`` and ``at``.
    A job that is done ``about`` something, like a program, has its key first; begun
    without, it begins for all that the function ``each`` returns at that moment.
    """

    start: Any = 0
    about: bool = False
    each: str | None = None

    def run(self, arguments: tuple[Any, ...], at: datetime) -> list[tuple[Any, ...]]:
        """Do one chunk; return how to go on after it, or what to begin with."""
        if self.each is not None and not arguments:
            return [(pk,) for pk in self._function(self.each)(at)]
        subject, given = arguments[: self.about], arguments[self.about :]
        after = given or (self.start,)
        last = self._function(self.path)(*subject, *after, limit=CHUNK, at=at)
        return [] if last is None else [(*subject, last)]


def _every(**interval: int) -> timedelta:
    return timedelta(**interval)


def _at(hour: int, minute: int) -> crontab:
    return crontab(hour=hour, minute=minute)


#: Cadences with an hour are once a day, in the time zone of Celery.
JOBS: tuple[Job, ...] = (
    Walk(
        "withdraw_offers",
        "orders.stopping.withdraw_offers",
        "Takes every offer off every checkout that is not paid, while offers are stopped.",
        start="",
    ),
    Walk(
        "revisit_checkouts",
        "checkout.service.revisit",
        "Brings the checkouts that hold a variant to its new price.",
        start="",
        about=True,
    ),
    Walk(
        "mark_tiers_for_review",
        "programs.points.mark_for_review",
        "Has the tiers of a program's members reviewed, after its tiers changed.",
        about=True,
    ),
    Drain(
        "clear_lapses",
        "programs.points.clear_lapses",
        "Clears when accounts would have expired, once a program lets none expire.",
    ),
    Job(
        "send_referral_notice",
        "referrals.notices.deliver_notice",
        "Writes to the referrer of what became of a friend.",
        retries=6,
    ),
    Job(
        "work_off_stripe_event",
        "orders.stripe_work.work_off",
        "Brings one event of Stripe's to its order.",
    ),
    Walk(
        "end_stale_pledges",
        "orders.stopping.end_stale_pledges",
        "Ends what is bound to completions of which no order can come any more.",
        _every(minutes=5),
    ),
    Walk(
        "release_holds",
        "checkout.redeeming.release_holds",
        "Releases points that were held for checkouts which came to nothing. They "
        "count as available without it from their end on; this writes it down.",
        _every(minutes=5),
    ),
    Drain(
        "settle_due_points",
        "ledger.upkeep.settle_due",
        "Posts what became available, what expired, and what inactive accounts "
        "lose. Balances are right without it, and due points are never spendable; "
        "this writes it down.",
        _every(minutes=10),
    ),
    Walk(
        "reward_referrals",
        "referrals.rewarding.due_referrals",
        "Grants the rewards for friends whose hold period is over.",
        _every(minutes=10),
    ),
    Drain(
        "retry_stripe_events",
        "orders.stripe_work.retry_events",
        "Tries Stripe's events again whose order was not there yet, or that failed.",
        _every(minutes=5),
        entry="stripe-events",
    ),
    Walk(
        "import_balances",
        "points.transfers.import_runs.work_off",
        "Goes on with imports that no worker began, or whose worker died.",
        _every(minutes=10),
        about=True,
        each="points.transfers.import_runs.open_imports",
    ),
    Walk(
        "welcome_members",
        "customers.members.welcome_newcomers",
        "Opens accounts of customers who confirmed their address without a hook.",
        _every(minutes=15),
    ),
    Drain(
        "review_tiers",
        "ledger.membership.review_due_tiers",
        "Moves members whose window or grace is over.",
        _every(hours=1),
    ),
    Walk(
        "give_birthday_points",
        "points.birthdays.give_birthdays",
        "Gives birthday points where a day just began.",
        crontab(minute=5),
        entry="birthday-points",
        about=True,
        each="points.birthdays.programs_at_dawn",
    ),
    Walk(
        "reconcile_points",
        "orders.reconciling.go_on",
        "Brings the points to what the orders say: those that may have changed "
        "since the last good run.",
        _at(3, 30),
        start="",
        about=True,
        each="orders.reconciling.begun",
    ),
    Drain(
        "forget_stripe_events",
        "orders.stripe_work.forget_events",
        "Purges Stripe's events after 90 days, and hashes of cards at their end.",
        _at(4, 0),
    ),
    Drain(
        "forget_evidence",
        "customers.purging.purge",
        "Purges hashes of personal values at their end, friends' addresses on "
        "claims that are over, imports after 90 days, and counts of claims, of "
        "wrong codes, and of points that staff gave by hand.",
        _at(4, 15),
    ),
    Walk(
        "sweep_members",
        "customers.members.sweep_members",
        "Erases accounts of deleted users, follows changed addresses.",
        _at(4, 30),
    ),
    Walk(
        "sweep_referrals",
        "customers.referrals.sweep_referrals",
        "Takes deleted users out of all referrals.",
        _at(4, 45),
    ),
    Drain(
        "lapse_claims",
        "referrals.rewarding.lapse_claims",
        "Ends claims of friends who ordered nothing in time.",
        _at(5, 0),
    ),
    Walk(
        "send_expiry_notices",
        "points.notices.send_notices",
        "Mails members whose points expire soon, through Saleor's own sending.",
        _at(8, 0),
        entry="expiry-notices",
        about=True,
        each="points.notices.programs_to_notify",
    ),
)

#: What Celery's beat starts, by the names of its entries.
SCHEDULE: dict[str, dict[str, Any]] = {}
for _job in JOBS:
    if _job.cadence is not None:
        _entry: dict[str, Any] = {"task": _job.task, "schedule": _job.cadence}
        if isinstance(_job.cadence, timedelta):
            # What no worker took in time is made good by the next one.
            _entry["options"] = {"expires": int(_job.cadence.total_seconds())}
        SCHEDULE[_job.beat_entry] = _entry


def install_schedule() -> None:
    """Add our entries to Saleor's settings; call it from ``AppConfig.ready()``.

    An entry that the operator set under the same name stays as it is. Celery reads
    the setting when beat starts, which is after that.
    """
    theirs = getattr(settings, SETTING, {})
    setattr(settings, SETTING, {**SCHEDULE, **theirs})


def enqueue(name: str, *arguments: Any, fault: str = ENQUEUE) -> None:
    """Start the task of a job once what is written is committed.

    A broker that does not answer is noted as a fault and stops nobody: what was
    committed stays, and others who wait for the commit have their turn.
    """
    transaction.on_commit(partial(_send, name, arguments, fault))


def _send(name: str, arguments: tuple[Any, ...], fault: str) -> None:
    guarded(fault, None, partial(_start, name, arguments))


def _start(name: str, arguments: tuple[Any, ...]) -> None:
    task = current_app.tasks[f"{Job.PACKAGE}.tasks.{name}"]
    with task.app.connection_for_write() as connection:
        options = connection.transport_options or {}
        connection.transport_options = {**options, **ONE_TRY}
        task.apply_async(args=arguments, connection=connection, retry=False)
