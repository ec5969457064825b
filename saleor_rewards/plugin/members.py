"""Members: who has which account, what is theirs of a guest's, and who is gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from ..engine import Occasion
from ..ledger import accounts
from ..ledger.membership import review_tier
from ..ledger.upkeep import merge
from ..models import Account, AccountState, PointsPolicy, Program
from .erasing import erase
from .guard import bounded_transaction, guarded
from .host import Person, host
from .points.occasions import give, in_force, key_of, keys_of
from .referrals.people import follow_claims

if TYPE_CHECKING:
    from saleor.account.models import User

#: How long after joining somebody is still welcomed. Saleor's links for confirming
#: an address live for less.
WELCOME_DAYS = 7


def member_account(program_pk: int, user: User) -> Account:
    """Return a customer's account in a program, making it where there is none.

    Once their e-mail address is confirmed, what they earned as a guest is theirs.
    Writes only where something changes.
    """
    person = host.person(user)
    with host.writing():
        return account_of(program_pk, person, timezone.now())


def account_of(program_pk: int, person: Person, at: datetime) -> Account:
    """Return a person's account, as :func:`member_account` does."""
    mine, guest = _found(program_pk, person)
    if mine is not None and guest is None and is_followed(mine, person):
        return mine
    with bounded_transaction():
        account = accounts.member(program_pk, person.pk, person.email, at)
        if mine is None:
            _start(account, person)
        if not is_followed(account, person):
            Account.objects.filter(pk=account.pk).update(
                email=person.email, is_email_confirmed=person.is_confirmed
            )
        if guest is not None:
            merge(guest.pk, account.pk, at)
        if mine is None and person.is_welcome and _is_new(person, at):
            _sign_up(account, person, at)
        review_tier(account.pk, at)
    return Account.objects.get(pk=account.pk)


def is_followed(account: Account, person: Person) -> bool:
    """Return whether an account says of a member's address what is known of it.

    One that was confirmed stays so while they keep it, be they let in or not.
    """
    is_known = account.is_email_confirmed or not person.is_confirmed
    return bool(account.email == person.email and is_known)


def _found(program_pk: int, person: Person) -> tuple[Account | None, Account | None]:
    wanted = Q(user_pk=person.pk)
    if person.is_confirmed:
        wanted |= Q(user_pk=None, email=person.email)
    found = Account.objects.filter(
        wanted, program_id=program_pk, state=AccountState.OPEN
    )
    by_kind = {account.user_pk is None: account for account in found}
    return by_kind.get(False), by_kind.get(True)


def _start(account: Account, person: Person) -> None:
    """Count a member's tenure from the day they joined the shop."""
    if person.joined_at < account.joined_at:
        Account.objects.filter(pk=account.pk).update(joined_at=person.joined_at)


def _is_new(person: Person, at: datetime) -> bool:
    return person.joined_at > at - timedelta(days=WELCOME_DAYS)


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
            _sign_up(account, person, at)


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


def running_programs() -> QuerySet[Program]:
    """Select the programs whose points are switched on, with their policies."""
    running = Program.objects.filter(is_active=True, points_policy__is_active=True)
    return running.select_related("points_policy").order_by("pk")


def _sign_up(account: Account, person: Person, at: datetime) -> None:
    """Give what the program's rules give for signing up, once."""
    program = account.program
    policy = PointsPolicy.objects.filter(program=program).first()
    book = in_force(program.channel_pk)
    if book is None or policy is None or person.joined_at < policy.since:
        return
    account = Account.objects.select_for_update().get(pk=account.pk)
    if not keys_of(account, Occasion.SIGN_UP):
        key = partial(key_of, account, Occasion.SIGN_UP)
        give(account, book, Occasion.SIGN_UP, at, key)


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
