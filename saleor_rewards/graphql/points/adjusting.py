"""Staff change a balance by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Mapping
from uuid import uuid4

import graphene
from django.db.models import Q
from django.utils import timezone

from ...ledger import LedgerError, LedgerErrorCode, accounts
from ...ledger.membership import review_tier
from ...models import Account, AccountState, Entry, PointsAdjustment
from ...points.transfers.reading import is_email
from ...programs import FieldError, ProgramError, ProgramErrorCode
from ...programs.adjustments import (
    AdjustmentError,
    Change,
    change_by_hand,
    key_of_change,
    open_account,
)
from ..definitions import TIME_NEEDED, utc
from ..ids import pk_of
from ..merchant import program_of, required_pk
from .account import RewardsAccount
from .adjustments import RewardsPointsAdjustment, with_accounts
from .by_hand import PointsByHandMutation, author_of
from .entries import RewardsEntry
from .inputs import RewardsPointsAdjustInput
from .texts import LONGEST_KEY, LONGEST_REASON, text_errors

#: Input field by the ledger's code.
FIELDS = {
    LedgerErrorCode.INSUFFICIENT_POINTS: "points",
    LedgerErrorCode.TOO_MANY_POINTS: "points",
}

#: Input field by the one that names whose points they are.
PEOPLE = {"account_id": "accountId", "user_id": "userId", "email": "email"}


class RewardsPointsAdjust(PointsByHandMutation):
    account = graphene.Field(RewardsAccount, description="The account as it is now.")
    entry = graphene.Field(
        RewardsEntry, description="The posting that was made; null where it waits."
    )
    adjustment = graphene.Field(
        RewardsPointsAdjustment,
        description="What waits for a second member of staff, as it is beyond what one "
        "may give a day; null where it was posted at once.",
    )

    class Arguments:
        input = RewardsPointsAdjustInput(required=True, description="What to change.")

    class Meta:
        description = "Adds points to a balance, or takes points away; never to or from one's own."

    @classmethod
    def perform_mutation(cls, _root: Any, info: Any, **data: Any) -> Any:
        from ...checkout.redeeming import release_ended

        # What the API counts as available has to be so; before any lock is held.
        release_ended(_known(data["input"]), timezone.now())
        return super().perform_mutation(_root, info, **data)

    @classmethod
    def execute(cls, info: Any, input: Mapping[str, Any]) -> RewardsPointsAdjust:
        at = timezone.now()
        expires_at = _checked(input, at)
        account = _account(input, at)
        change = Change(
            points=input["points"],
            key=key_of_change(account.pk, input.get("key") or str(uuid4())),
            reason=input["reason"].strip(),
            author=author_of(info),
            expires_at=expires_at,
        )
        found = _changed(account, change, input, at)
        review_tier(account.pk, at)
        waits = isinstance(found, PointsAdjustment)
        shown = open_account(found.account_id)
        return cls(
            account=shown,
            entry=None if waits else found,
            adjustment=_shown(found) if waits else None,
            errors=[],
        )


def _changed(
    account: Account, change: Change, input: Mapping[str, Any], at: datetime
) -> Entry | PointsAdjustment:
    """Make a change, or let it wait. Raises ``ProgramError``."""
    person = next(
        (name for name in ("user_id", "email") if input.get(name) is not None),
        "account_id",
    )
    try:
        return change_by_hand(account, change, at)
    except AdjustmentError as error:
        field, text = PEOPLE[person], error.message
        if error.code == "KEY_CONFLICT":
            field = "key"
            text = f"The key {input.get('key')!r} was sent before, for another change."
        raise ProgramError([FieldError(error.code, field, text)]) from error
    except LedgerError as error:
        raise _refused(error, PEOPLE[person]) from error


def _shown(adjustment: PointsAdjustment) -> PointsAdjustment:
    found: PointsAdjustment = with_accounts(PointsAdjustment.objects).get(
        pk=adjustment.pk
    )
    return found


def _checked(input: Mapping[str, Any], at: datetime) -> datetime | None:
    """Return when the points expire. Raises ``ProgramError``."""
    errors = text_errors("reason", input["reason"], LONGEST_REASON)
    if input.get("key") is not None:
        errors += text_errors("key", input["key"], LONGEST_KEY)
    if not input["points"]:
        text = "Give a number of points other than 0."
        errors.append(FieldError("OUT_OF_RANGE", "points", text))
    expires_at = None
    if input.get("expires_at") is not None:
        expires_at = utc(input["expires_at"])
        if expires_at is None:
            errors.append(FieldError("INVALID_VALUE", "expiresAt", TIME_NEEDED))
        elif expires_at <= at or input["points"] < 0:
            text = "Give a time to come, for points that are added."
            errors.append(FieldError("INVALID_VALUE", "expiresAt", text))
    if errors:
        raise ProgramError(errors)
    return expires_at


def _known(input: Mapping[str, Any]) -> list[Account]:
    """Return the accounts that points may be taken from, if there are any yet."""
    if input["points"] >= 0:
        return []
    email = str(input.get("email") or "").replace("\0", "").strip().lower()
    found = Account.objects.filter(
        Q(pk=pk_of(input.get("account_id") or "", "RewardsAccount"))
        | Q(user_pk=pk_of(input.get("user_id") or "", "User", column="integer") or 0)
        | Q(email=email, email__gt=""),
        state=AccountState.OPEN,
    )
    return list(found)


def _account(input: Mapping[str, Any], at: datetime) -> Account:
    id, channel = input.get("account_id"), input.get("channel")
    user_id, email = input.get("user_id"), input.get("email")
    if id is not None and channel is user_id is email is None:
        return _open_account(id)
    if id is not None or channel is None or (user_id is None) == (email is None):
        raise ProgramError.of(
            ProgramErrorCode.REQUIRED,
            "accountId",
            "Give the account, or the channel with either the user or the e-mail.",
        )
    program = program_of(None, channel)
    if user_id is not None:
        return _of_user(program.pk, user_id, at)
    return _of_address(program.pk, str(email).strip().lower(), at)


def _open_account(id: str) -> Account:
    pk = required_pk(id, "RewardsAccount", "accountId")
    account = Account.objects.filter(pk=pk, state=AccountState.OPEN).first()
    if account is None:
        raise _unknown("accountId", "There is no such account.")
    return account


def _of_user(program_pk: int, user_id: str, at: datetime) -> Account:
    from ...host.current import host
    from ...points.members import account_of

    pk = pk_of(user_id, "User", column="integer")
    person = None if pk is None else host.people([pk]).get(pk)
    if person is None:
        raise _unknown("userId", "There is no such customer.")
    return account_of(program_pk, person, at)


def _of_address(program_pk: int, email: str, at: datetime) -> Account:
    from ...host.current import host
    from ...points.members import account_of

    if not is_email(email):
        raise ProgramError.of(
            ProgramErrorCode.INVALID_VALUE, "email", "This is no e-mail address."
        )
    person = host.person_with_email(email)
    # Whoever did not confirm the address yet may not be its owner.
    if person is not None and person.is_confirmed:
        return account_of(program_pk, person, at)
    return accounts.guest(program_pk, email, at)


def _refused(error: LedgerError, person: str) -> ProgramError:
    if error.code not in FIELDS:
        # Somebody merged or erased it at this very moment.
        return _unknown(person, "There is no such account any more.")
    return ProgramError(
        [FieldError(error.code.name, FIELDS[error.code], error.message)]
    )


def _unknown(field: str, message: str) -> ProgramError:
    return ProgramError.of(ProgramErrorCode.NOT_FOUND, field, message)
