"""Accounts of members: opened, kept at their address, joined with what a guest earned."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from ..engine import Occasion
from ..guard import bounded_transaction
from ..host.current import host
from ..host.port import Person
from ..ledger import accounts
from ..ledger.membership import review_tier
from ..ledger.upkeep import merge
from ..models import Account, AccountState, PointsPolicy
from ..programs.rulebook import points_in_force
from .occasions import give, key_of, keys_of

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
            sign_up(account, person, at)
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


def sign_up(account: Account, person: Person, at: datetime) -> None:
    """Give what the program's rules give for signing up, once."""
    program = account.program
    policy = PointsPolicy.objects.filter(program=program).first()
    book = points_in_force(program.channel_pk)
    if book is None or policy is None or person.joined_at < policy.since:
        return
    account = Account.objects.select_for_update().get(pk=account.pk)
    if not keys_of(account, Occasion.SIGN_UP):
        key = partial(key_of, account, Occasion.SIGN_UP)
        give(account, book, Occasion.SIGN_UP, at, key)
