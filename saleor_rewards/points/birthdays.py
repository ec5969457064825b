"""Points for birthdays, once a year, from a date among the user's public metadata.

A birthday begins in the program's time zone. That of 29 February is on the 28th in
common years.
"""

from __future__ import annotations

import logging
import re
from datetime import date, datetime
from functools import partial

from dateutil import tz

from ..engine import Occasion
from ..guard import bounded_transaction, faults, guarded
from ..host.current import host
from ..host.port import Person
from ..models import Account, Program
from ..programs.programs import running_programs
from ..programs.rulebook import Rulebook, points_in_force
from .members import account_of
from .occasions import give, key_of, keys_of

logger = logging.getLogger(__name__)

UNREADABLE = "REWARDS_BIRTHDAY_UNREADABLE"

BIRTHDAY = re.compile(r"(?:\d{4}-)?(\d{2})-(\d{2})", re.ASCII)

#: A leap year, so that 29 February is a day.
LEAP_YEAR = 2000

#: How many days a birthday is made up for where the task did not run.
DAYS_BACK = 2

#: Whoever changes the date has no second birthday before.
DAYS_APART = 365


def programs_at_dawn(at: datetime) -> list[int]:
    """Return the keys of the programs that know birthdays and where a day just began."""
    return [
        program.pk
        for program in running_programs()
        if program.points_policy.birthday_key and is_dawn(program, at)
    ]


def birthday_of(value: object) -> tuple[int, int] | None:
    """Return month and day of a text like ``1990-02-28`` or ``02-28``.

    >>> birthday_of("1992-02-29"), birthday_of("02-30"), birthday_of("28.2.1990")
    ((2, 29), None, None)
    """
    found = BIRTHDAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        day = date(LEAP_YEAR, int(found[1]), int(found[2]))
    except ValueError:
        return None
    return day.month, day.day


def celebrated(birthday: tuple[int, int], year: int) -> date:
    """Return the day of a year on which a birthday is.

    >>> str(celebrated((2, 29), 2023)), str(celebrated((2, 29), 2024))
    ('2023-02-28', '2024-02-29')
    """
    try:
        return date(year, *birthday)
    except ValueError:
        return date(year, 2, 28)


def latest(birthday: tuple[int, int], today: date) -> date:
    """Return the last day up to ``today`` on which a birthday was.

    >>> str(latest((12, 31), date(2024, 1, 1)))
    '2023-12-31'
    """
    this_year = celebrated(birthday, today.year)
    return this_year if this_year <= today else celebrated(birthday, today.year - 1)


def local_day(program: Program, at: datetime) -> date:
    """Return the date that the clocks of the program's time zone show."""
    return at.astimezone(tz.gettz(program.time_zone)).date()


def is_dawn(program: Program, at: datetime) -> bool:
    """Tell whether the first hour of a day runs in the program's time zone."""
    return at.astimezone(tz.gettz(program.time_zone)).hour == 0


def give_birthdays(program_pk: int, after: int, limit: int, at: datetime) -> int | None:
    """Give points to whose birthday it is in a program.

    Looks at up to ``limit`` people from the primary key ``after`` on and returns the
    last one's, ``None`` where no more are left. A text that is no date is skipped,
    and counted in :data:`saleor_rewards.guard.faults`.
    """
    program = running_programs().filter(pk=program_pk).first()
    book = points_in_force(program.channel_pk) if program else None
    if book is None or not any(
        rule.occasion is Occasion.BIRTHDAY for rule in book.compiled.rules
    ):
        return None
    today = local_day(program, at)
    people = host.people_with(program.points_policy.birthday_key, after, limit)
    for person, value in people:
        birthday = birthday_of(value)
        if birthday is None:
            faults[UNREADABLE] += 1
            logger.warning("%s: user %s is skipped", UNREADABLE, person.pk)
            continue
        day = latest(birthday, today)
        if (today - day).days <= DAYS_BACK:
            work = partial(_celebrate, program, person, book, day, at)
            guarded("REWARDS_BIRTHDAY", None, work)
    return people[-1][0].pk if len(people) == limit else None


def _celebrate(
    program: Program, person: Person, book: Rulebook, day: date, at: datetime
) -> None:
    with bounded_transaction():
        found = account_of(program.pk, person, at)
        account = Account.objects.select_for_update().get(pk=found.pk)

        def may(rule_id: int) -> bool:
            last = _last_birthday(account, rule_id)
            return last is None or (day - last).days >= DAYS_APART

        def key(rule_id: int) -> str:
            return key_of(account, Occasion.BIRTHDAY, rule_id, day.isoformat())

        give(account, book, Occasion.BIRTHDAY, at, key, may)


def _last_birthday(account: Account, rule_id: int) -> date | None:
    keys = keys_of(account, Occasion.BIRTHDAY, rule_id)
    days = (date.fromisoformat(key.rsplit(":", 1)[1]) for key in keys)
    return max(days, default=None)
