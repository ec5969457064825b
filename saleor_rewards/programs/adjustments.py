"""Points that staff give or take by hand, and those that wait for a second one.

Points are money: nobody gives them to themselves, one member of staff gives so many a
day as the program allows, and what is beyond waits until another one decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Sequence

from dateutil import tz

from ..emails import normal_email
from ..ledger import LedgerError, LedgerErrorCode, posting
from ..ledger.errors import TOLD
from ..ledger.keys import key_by_hand
from ..ledger.upkeep import family
from ..models import (
    Account,
    AccountState,
    AdjustmentState,
    Entry,
    PointsAdjustment,
    PointsPolicy,
    StaffAllowance,
)
from .errors import ProgramErrorCode

#: For how long it is kept what a member of staff gave on a day.
ALLOWANCE_DAYS = 7

NAME_TAKEN = "Another change was made under this name."


class AdjustmentError(Exception):
    """Nothing was posted. ``code`` says why, ``message`` in a sentence.

    ``code`` is the name of a :class:`ProgramErrorCode` or of a ``LedgerErrorCode``.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Author:
    """Who changes balances by hand: ``name`` as ``User:7``, ``App:3`` or ``Command``.

    ``user_pk`` and ``email`` are a user's own. Whoever is at the shop's own command
    line is not bounded.
    """

    name: str
    user_pk: int | None = None
    email: str = ""
    is_bounded: bool = True

    @classmethod
    def named(cls, name: str) -> Author:
        """Return whoever has a name, as far as that tells.

        >>> Author.named("User:7").user_pk, Author.named("App:3").user_pk
        (7, None)
        """
        kind, _, pk = name.partition(":")
        return cls(name, int(pk) if kind == "User" else None)

    @property
    def is_staff(self) -> bool:
        """Return whether it is a person, no app and no command."""
        return self.user_pk is not None

    def owns(self, account: Account) -> bool:
        """Return whether an account is their own, by user or by address.

        >>> mine = Account(user_pk=None, email="a.da+1@gmail.com")
        >>> Author("User:7", 7, "ada@gmail.com").owns(mine)
        True
        """
        if self.user_pk is None:
            return False
        is_theirs = account.user_pk == self.user_pk
        return is_theirs or self.has_address(account.email)

    def has_address(self, email: str) -> bool:
        """Return whether an address is their own, however it is written."""
        if not email or not self.email:
            return False
        if email.lower() == self.email.lower():
            return True
        mine = normal_email(self.email)
        return bool(mine) and normal_email(email) == mine


@dataclass(frozen=True)
class Change:
    """A change of a balance by hand: points to add, or to take where below zero.

    ``key`` names it for good; ``expires_at`` is when added points expire.
    """

    points: int
    key: str
    reason: str
    author: Author
    expires_at: datetime | None = None


def change_by_hand(
    account: Account, change: Change, at: datetime, *, given_before: int = 0
) -> Entry | PointsAdjustment:
    """Post a change, or let it wait where it is beyond the bound; return what it is now.

    Sent again, it is the same one, posted, waiting or declined. ``given_before`` counts
    for the bound beside what is written. Call it in a transaction, and take that back
    where it raises: ``AdjustmentError`` (``OWN_ACCOUNT``,
    ``KEY_CONFLICT``), ``LedgerError``.
    """
    if change.author.owns(account):
        raise _own_account()
    is_known = PointsAdjustment.objects.filter(key=change.key).exists()
    if is_known or _is_beyond(account, change, at, given_before):
        return _waiting(account, change, at)
    try:
        return _post(account.pk, change, at)
    except LedgerError as error:
        if error.code is not LedgerErrorCode.KEY_CONFLICT:
            raise
        # The ledger's own words name the key, which nobody knows by its hash.
        raise AdjustmentError("KEY_CONFLICT", NAME_TAKEN) from error


def key_of_change(account_pk: int, name: str) -> str:
    """Return the key of a change that staff named, sent before to the person or not.

    What was sent for an account that was merged since is the same change still.
    """
    mine = key_by_hand("adjust", account_pk, name)
    keys = [key_by_hand("adjust", pk, name) for pk in family(account_pk)]
    for model in (Entry, PointsAdjustment):
        found = model.objects.filter(key__in=keys).values_list("key", flat=True).first()
        if found is not None:
            return str(found)
    return mine


def approve(
    pks: Sequence[int], reason: str, author: Author, at: datetime
) -> list[PointsAdjustment]:
    """Post adjustments that wait; return them in the order of their keys.

    Call it in a transaction, and take that back where it raises: :class:`Undecided`
    with what is wrong with which.
    """
    found, errors = _locked(pks), {}
    for pk in sorted(set(pks)):
        try:
            _approve(found.get(pk), reason, author, at)
        except AdjustmentError as error:
            errors[pk] = error
        except LedgerError as error:
            errors[pk] = _not_posted(error)
    if errors:
        raise Undecided(errors)
    return list(found.values())


def decline(
    pks: Sequence[int], reason: str, author: Author, at: datetime
) -> list[PointsAdjustment]:
    """Decline adjustments that wait, one's own too. Raises as :func:`approve`."""
    found, errors = _locked(pks), {}
    for pk in sorted(set(pks)):
        try:
            adjustment = _still_waiting(found.get(pk))
        except AdjustmentError as error:
            errors[pk] = error
        else:
            _decide(adjustment, AdjustmentState.DECLINED, reason, author, at)
    if errors:
        raise Undecided(errors)
    return list(found.values())


class Undecided(Exception):
    """Nothing was decided; ``errors`` says why, by the key of the adjustment."""

    def __init__(self, errors: dict[int, AdjustmentError]) -> None:
        super().__init__("; ".join(error.message for error in errors.values()))
        self.errors = errors


def purge_allowances(at: datetime, limit: int) -> int:
    """Delete up to ``limit`` counts of days that are long over; return how many."""
    over = at.date() - timedelta(days=ALLOWANCE_DAYS)
    old = StaffAllowance.objects.filter(day__lt=over).order_by("pk")
    pks = list(old.values_list("pk", flat=True)[:limit])
    deleted, _rows = StaffAllowance.objects.filter(pk__in=pks).delete()
    return int(deleted)


def _is_beyond(account: Account, change: Change, at: datetime, before: int) -> bool:
    """Return whether a change is beyond what its author may give; count it if not."""
    if change.points < 0:
        return False
    policies = PointsPolicy.objects.filter(program_id=account.program_id)
    bound = policies.values_list("max_staff_points_per_day", flat=True).first()
    if bound is None or not change.author.is_bounded:
        return False
    allowance = _allowance(account, change.author, at)
    if Entry.objects.filter(key=change.key).exists():
        return False
    if allowance.points_given + before + change.points > bound:
        return True
    allowance.points_given += change.points
    allowance.save(update_fields=["points_given"])
    return False


def _allowance(account: Account, author: Author, at: datetime) -> StaffAllowance:
    """Return what an author gave on this day, locked: nobody gives beside them."""
    day = _day(account.program.time_zone, at)
    of_day = {"program_id": account.program_id, "author": author.name, "day": day}
    StaffAllowance.objects.get_or_create(**of_day)
    return StaffAllowance.objects.select_for_update().get(**of_day)


def _day(time_zone: str, at: datetime) -> date:
    return at.astimezone(tz.gettz(time_zone)).date()


def _waiting(account: Account, change: Change, at: datetime) -> PointsAdjustment:
    """Return the adjustment that waits for a change, made where there is none yet."""
    with posting(account.pk, at) as book:
        adjustment, _is_new = PointsAdjustment.objects.get_or_create(
            key=change.key,
            defaults={
                "account": book.account,
                "points": change.points,
                "expires_at": change.expires_at,
                "reason": change.reason,
                "author": change.author.name,
                "entered_at": at,
            },
        )
    is_same = adjustment.account_id in family(account.pk) and (
        (adjustment.points, adjustment.reason, adjustment.author)
        == (change.points, change.reason, change.author.name)
    )
    if not is_same:
        raise AdjustmentError("KEY_CONFLICT", NAME_TAKEN)
    return adjustment


def _post(account_pk: int, change: Change, at: datetime) -> Entry:
    with posting(account_pk, at) as book:
        if change.author.owns(book.account):
            text = "By now it is the account of whoever entered this."
            raise AdjustmentError(ProgramErrorCode.OWN_ACCOUNT.name, text)
        book.adjust(
            change.points,
            key=change.key,
            reason=change.reason,
            author=change.author.name,
            expires_at=change.expires_at,
        )
    return Entry.objects.select_related("note").get(key=change.key)


def _locked(pks: Sequence[int]) -> dict[int, PointsAdjustment]:
    """Return adjustments by key, locked with their accounts, which come first."""
    rows = PointsAdjustment.objects.filter(pk__in=pks)
    accounts = {open_account(row.account_id).pk for row in rows}
    # In one order for everybody, so that two never wait for each other.
    list(Account.objects.select_for_update().filter(pk__in=accounts).order_by("pk"))
    return {row.pk: row for row in rows.select_for_update().order_by("pk")}


def _still_waiting(adjustment: PointsAdjustment | None) -> PointsAdjustment:
    if adjustment is None:
        code = ProgramErrorCode.NOT_FOUND.name
        raise AdjustmentError(code, "There is no such adjustment.")
    if adjustment.state == AdjustmentState.ERASED:
        code = ProgramErrorCode.NOT_FOUND.name
        raise AdjustmentError(code, "The account was erased meanwhile.")
    if adjustment.state != AdjustmentState.WAITING:
        code = ProgramErrorCode.ALREADY_DECIDED.name
        raise AdjustmentError(code, f"It is {adjustment.state} already.")
    return adjustment


def _approve(
    found: PointsAdjustment | None, reason: str, author: Author, at: datetime
) -> None:
    adjustment = _still_waiting(found)
    if not author.is_staff or author.name == adjustment.author:
        code = ProgramErrorCode.SECOND_PERSON_REQUIRED.name
        text = "A member of staff who did not enter it approves it."
        raise AdjustmentError(code, text)
    if adjustment.expires_at is not None and adjustment.expires_at <= at:
        code = ProgramErrorCode.INVALID_VALUE.name
        raise AdjustmentError(code, "Its points would have expired by now.")
    account = open_account(adjustment.account_id)
    if author.owns(account):
        raise _own_account()
    change = Change(
        points=adjustment.points,
        key=adjustment.key,
        reason=adjustment.reason,
        author=Author.named(adjustment.author),
        expires_at=adjustment.expires_at,
    )
    _post(account.pk, change, at)
    _decide(adjustment, AdjustmentState.APPROVED, reason, author, at)


def open_account(pk: int) -> Account:
    """Return an account, or the one that it was merged into."""
    account = Account.objects.get(pk=pk)
    while account.state == AccountState.MERGED and account.merged_into is not None:
        account = account.merged_into
    return account


def _decide(
    adjustment: PointsAdjustment,
    state: AdjustmentState,
    reason: str,
    author: Author,
    at: datetime,
) -> None:
    adjustment.state = state
    adjustment.decision_reason = reason
    adjustment.decided_by = author.name
    adjustment.decided_at = at
    adjustment.save()


def _not_posted(error: LedgerError) -> AdjustmentError:
    if error.code in TOLD:
        return AdjustmentError(error.code.name, error.message)
    # Somebody closed it at this very moment.
    text = "There is no such account any more."
    return AdjustmentError(ProgramErrorCode.NOT_FOUND.name, text)


def _own_account() -> AdjustmentError:
    text = "Nobody changes points of their own; let somebody else do it."
    return AdjustmentError(ProgramErrorCode.OWN_ACCOUNT.name, text)
