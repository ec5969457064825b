"""Tells members by mail of points that expire soon, once for each expiry."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Tuple

from dateutil import tz
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext, ngettext

from ..engine import from_minor
from ..guard import guarded
from ..host.current import host
from ..host.port import Notice, Person
from ..ledger import accounts
from ..mails.letters import Letter, Tongue, tongue_of
from ..models import Account, AccountState, Lot, PointsExpiry, Program
from ..programs.programs import running_programs
from ..programs.rulebook import Rulebook, points_in_force

#: When how many points expire.
Batch = Tuple[datetime, int]

EVENT = "rewards_points_expiring"
TEMPLATE = "saleor_rewards/points_expiring"


def programs_to_notify(at: datetime) -> list[int]:
    """Return the keys of the programs whose members hear of points that expire."""
    return [program.pk for program in running_programs()]


def send_notices(program_pk: int, after: int, limit: int, at: datetime) -> int | None:
    """Write to up to ``limit`` members of a program whose points expire soon.

    ``after`` is the primary key of the account to go on from. Returns that of the
    last one, ``None`` where no more are left or the shop sends no mail. Whom no
    mail reached is written to next time.
    """
    program = running_programs().filter(pk=program_pk).first()
    book = points_in_force(program.channel_pk) if program else None
    if book is None:
        return None
    until = at + timedelta(days=program.points_policy.notice_days)
    found = list(_due(program, at, until).filter(pk__gt=after)[:limit])
    people = host.people([account.user_pk for account in found])
    for account in found:
        person = people.get(account.user_pk)
        batches = _untold(account, at, until)
        if person is None or not person.is_welcome or not batches:
            continue
        notice = expiry_notice(program, book, account, person, batches)
        told = max(expires_at for expires_at, _ in batches)
        if _tell(program, account, notice, told) is False:
            return None
    return found[-1].pk if len(found) == limit else None


def _due(program: Program, at: datetime, until: datetime) -> QuerySet[Account]:
    """Select members who were not told yet of all that expires up to ``until``."""
    lots = Lot.objects.filter(
        Q(points_available__gt=0) | Q(points_pending__gt=0),
        account_id=OuterRef("pk"),
        expires_at__gt=at,
        expires_at__lte=until,
    ).order_by("-expires_at")
    untold = Q(noticed_at=None, last_end__isnull=False) | Q(
        last_end__gt=F("noticed_at")
    )
    if program.points_policy.expiry == PointsExpiry.AFTER_INACTIVITY:
        lapsing = Q(lapses_at__gt=at, lapses_at__lte=until, points_available__gt=0)
        untold |= lapsing & (Q(noticed_at=None) | Q(lapses_at__gt=F("noticed_at")))
    return (
        Account.objects.filter(
            program=program, state=AccountState.OPEN, user_pk__isnull=False
        )
        .annotate(last_end=Subquery(lots.values("expires_at")[:1]))
        .filter(untold)
        .order_by("pk")
    )


def _untold(account: Account, at: datetime, until: datetime) -> list[Batch]:
    """Return what expires up to ``until`` and later than all that was told of.

    A lot that came since and ends before is left out: of what was told nothing else
    is known than the last end.
    """
    told = account.noticed_at
    soon = accounts.expiring_soon(account, at, until)
    return [(end, points) for end, points in soon if told is None or end > told]


def _tell(
    program: Program, account: Account, notice: Notice, told: datetime
) -> bool | None:
    """Send one mail; return whether the shop sends any, ``None`` where it failed."""
    before = account.noticed_at
    mine = Account.objects.filter(pk=account.pk)
    # Whoever moves the mark writes the mail: two workers never write the same one.
    if not mine.filter(noticed_at=before).update(noticed_at=told):
        return None
    send = partial(host.mail, notice, program.channel_pk)
    is_sent = guarded("REWARDS_NOTICE", None, send)
    if not is_sent:
        mine.filter(noticed_at=told).update(noticed_at=before)
    return is_sent


def expiry_notice(
    program: Program,
    book: Rulebook,
    account: Account,
    person: Person,
    batches: list[Batch],
) -> Notice:
    """Return the mail about points that expire, in the person's language.

    ``batches`` are the times at which how many expire.
    """
    with tongue_of(person) as tongue:
        words = _Words(program, book, batches, tongue)
        texts = words.texts(account.points_available)
        return tongue.notice(Letter(EVENT, TEMPLATE, texts, words.payload()))


class _Words:
    """What a mail says of points that expire, in the active language."""

    def __init__(
        self,
        program: Program,
        book: Rulebook,
        batches: list[Batch],
        tongue: Tongue,
    ) -> None:
        zone = tz.gettz(program.time_zone)
        days: Counter[date] = Counter()
        for expires_at, points in batches:
            days[expires_at.astimezone(zone).date()] += points
        self.days = sorted(days.items())
        self.total = sum(days.values())
        self.points = book.settings["points"]
        self.worth = _worth(book, self.total)
        self.tongue = tongue

    def texts(self, available: int) -> dict[str, object]:
        """Return the variables of the templates."""
        return {
            "subject": gettext("Your points at %(shop)s expire soon")
            % {"shop": self.tongue.shop},
            "heading": self._number(
                ngettext(
                    "%(points)s point expires soon",
                    "%(points)s points expire soon",
                    self.total,
                ),
                self.total,
            ),
            "lines": [self._line(day, points) for day, points in self.days],
            "sentences": list(self._sentences(available)),
        }

    def payload(self) -> dict[str, object]:
        """Return the same as data: amounts as texts, dates in the program's zone."""
        return {
            "points": self.total,
            "batches": [
                {"date": day.isoformat(), "points": points} for day, points in self.days
            ],
            "worth": None if self.worth is None else str(self.worth),
            "currency": self.points["currency"],
        }

    def _line(self, day: date, points: int) -> str:
        text = ngettext(
            "%(points)s point on %(date)s", "%(points)s points on %(date)s", points
        )
        return self._number(text, points, date=self.tongue.date(day))

    def _sentences(self, available: int) -> list[str]:
        found = []
        if self.worth:
            amount = self.tongue.money(self.worth, self.points["currency"])
            found.append(
                gettext("They are worth %(amount)s on your next order.")
                % {"amount": amount}
            )
        if self.points["expiry"] == PointsExpiry.AFTER_INACTIVITY:
            found.append(gettext("An order before that day keeps them."))
        text = ngettext(
            "You have %(points)s point to spend.",
            "You have %(points)s points to spend.",
            available,
        )
        return [*found, self._number(text, available)]

    def _number(self, text: str, points: int, **values: str) -> str:
        return text % {"points": self.tongue.number(points), **values}


def _worth(book: Rulebook, points: int) -> Decimal | None:
    terms = book.compiled.settings.points
    if terms is None or terms.redeem_points is None or terms.redeem_amount is None:
        return None
    amount = points * terms.redeem_amount // terms.redeem_points
    return from_minor(amount, terms.currency) if amount else None
