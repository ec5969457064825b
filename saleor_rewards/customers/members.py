"""Members: who has which account, what is theirs of a guest's, and who is gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from ..guard import bounded_transaction, guarded
from ..host.current import host
from ..host.port import Person
from ..models import Account, AccountState
from ..points.members import WELCOME_DAYS, account_of, is_followed, sign_up
from ..programs.programs import running_programs
from .erasing import erase
from .referrals import follow_claims

if TYPE_CHECKING:
    from saleor.account.models import User


def welcome(user: User) -> None:
    """Open the accounts of somebody who joined the shop.

    Takes over what they earned and claimed as a guest and gives what rules give for
    signing up. Nothing happens while the shop waits for them to confirm their e-mail address.
    """
    welcome_person(host.person(user))


def welcome_person(person: Person) -> None:
    """Do what :func:`welcome` does for what we know of a user."""
    at = timezone.now()
    if not person.is_welcome:
        return
    with host.writing(), bounded_transaction():
        follow_claims(person)
        for program in running_programs():
            account = account_of(program.pk, person, at)
            # An order may have opened the account before.
            sign_up(account, person, at)


def follow(user: User) -> None:
    """Follow a customer whose e-mail address or standing changed."""
    person = host.person(user)
    wanted = Q(user_pk=person.pk)
    if person.is_confirmed:
        wanted |= Q(user_pk=None, email=person.email)
    with host.writing(), bounded_transaction():
        follow_claims(person)
        found = Account.objects.filter(wanted, state=AccountState.OPEN)
        for program_pk in set(found.values_list("program_id", flat=True)):
            account_of(program_pk, person, timezone.now())


def welcome_newcomers(after: int, limit: int, at: datetime) -> int | None:
    """Open accounts for people who joined of late and of whom no hook told.

    Looks at up to ``limit`` of them from the primary key ``after`` on and returns
    the last one's, ``None`` where no more are left.
    """
    programs = list(running_programs())
    since = at - timedelta(days=WELCOME_DAYS)
    people = host.newcomers(since, after, limit) if programs else []
    known = set(
        Account.objects.filter(
            user_pk__in=[person.pk for person in people], state=AccountState.OPEN
        ).values_list("user_pk", "program_id")
    )
    for person in people:
        for program in programs:
            if (person.pk, program.pk) not in known:
                work = partial(account_of, program.pk, person, at)
                guarded("REWARDS_WELCOME", None, work)
    return people[-1].pk if len(people) == limit else None


def sweep_members(after: int, limit: int, at: datetime) -> int | None:
    """Erase the accounts of users who are gone and follow changed addresses.

    Looks at up to ``limit`` accounts from the primary key ``after`` on and returns
    the last one's, ``None`` where no more are left.
    """
    found = list(
        Account.objects.filter(
            pk__gt=after, state=AccountState.OPEN, user_pk__isnull=False
        ).order_by("pk")[:limit]
    )
    people = host.people([account.user_pk for account in found])
    for account in found:
        person = people.get(account.user_pk)
        if person is None:
            work = partial(erase, account.user_pk, "", at)
            guarded("REWARDS_FORGET", None, work)
        elif not is_followed(account, person):
            follows = partial(account_of, account.program_id, person, at)
            guarded("REWARDS_FOLLOW", None, follows)
    return found[-1].pk if len(found) == limit else None
