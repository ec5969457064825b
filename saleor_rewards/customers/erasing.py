"""People who are gone, or ask to be forgotten: all that is held of them is erased.

A user takes along what stands as a guest's under the address that they confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Iterable

from django.db.models import Q
from django.utils import timezone

from ..emails import normal_email
from ..guard import bounded_transaction
from ..host.current import host
from ..host.guests import erase_typed_address
from ..identity import digest
from ..ledger.privacy import erase_person
from ..models import Account, AccountState, Evidence, Referral
from ..referrals.privacy import erase_referrals
from .export import erase_imported

if TYPE_CHECKING:
    from saleor.account.models import User


@dataclass(frozen=True)
class Erased:
    """How many accounts were erased, and in how many referrals somebody was."""

    accounts: int = 0
    referrals: int = 0

    def __add__(self, other: Erased) -> Erased:
        return Erased(self.accounts + other.accounts, self.referrals + other.referrals)


def erase_user(user: User) -> Erased:
    """Erase a user as Saleor 3 had them when they were deleted, active or not.

    A user whose key Saleor lost with the row has no account: no key is what guests
    have.
    """
    email = user.email.lower() if user.is_confirmed else ""
    return erase(user.pk, email, timezone.now())


def erase(user_pk: int | None, email: str, at: datetime) -> Erased:
    """Erase a user, whoever has an address, or both; either may be missing.

    Addresses that the user is known to have confirmed are erased too, unless somebody
    else has one by now.
    """
    with host.writing(), bounded_transaction():
        emails = {email.lower()} | _confirmed_addresses(user_pk)
        erase_imported(user_pk, emails)
        found = _erase(user_pk, "", at)
        for one in sorted(filter(None, emails)):
            _part_from(one, user_pk)
            found += _erase(None, one, at)
            erase_typed_address(one)
    return found


def _erase(user_pk: int | None, email: str, at: datetime) -> Erased:
    referrals = erase_referrals(user_pk, email, at)
    return Erased(erase_person(user_pk, email, at), referrals)


def _part_from(email: str, user_pk: int | None) -> None:
    """Take an address off what other members have: of before, or typed in by them."""
    stale = Account.objects.filter(
        email=email, user_pk__isnull=False, state=AccountState.OPEN
    ).exclude(user_pk=user_pk)
    people = host.people(list(stale.values_list("user_pk", flat=True)))
    for person in people.values():
        stale.filter(user_pk=person.pk).update(
            email=person.email, is_email_confirmed=person.is_confirmed
        )
    # A guest's account that became a member's, who goes by another address by now.
    merged = Account.objects.filter(email=email, state=AccountState.MERGED)
    merged.update(email="")
    claimed = Referral.objects.filter(referee_email=email).exclude(
        Q(referee_user_pk=None) | Q(referee_user_pk=user_pk)
    )
    owners = set(claimed.values_list("referee_user_pk", flat=True))
    theirs = claimed.filter(referee_user_pk__in=host.people(list(owners)))
    named = digest("email", normal_email(email))
    Evidence.objects.filter(referral__in=theirs, digest=named).delete()
    theirs.update(referee_email="")


def _confirmed_addresses(user_pk: int | None) -> set[str]:
    if user_pk is None:
        return set()
    known = Account.objects.filter(
        user_pk=user_pk, state=AccountState.OPEN, is_email_confirmed=True
    )
    emails = set(known.values_list("email", flat=True))
    return emails - set(_of_others(emails, user_pk))


def _of_others(emails: Iterable[str], user_pk: int) -> list[str]:
    owners = host.people_with_emails(list(emails))
    return [email for email, owner in owners.items() if owner.pk != user_pk]
