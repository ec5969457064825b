"""Codes and links of members, and the friends they name in advance."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ..emails import normal_email
from ..guard import bounded_transaction
from ..host.current import host
from ..identity import again_digest, digest
from ..locks import lock_referrer
from ..models import ReferralCode, ReferralInvite, ReferralPolicy
from ..programs.referral_checks import PLACEHOLDER
from .claim_limits import Tries
from .codes import CodeProblem, lookup_of, new_code, own_code, own_code_problem
from .errors import ReferralError, ReferralErrorCode
from .identifiers import keep_member
from .refusals import refusal
from .trails import trail_of

if TYPE_CHECKING:
    from saleor.account.models import User

#: How often a member may change their code within a day.
MOST_CODES_A_DAY = 5

#: How many friends a member may name within a day.
MOST_INVITES_A_DAY = 20

DAY = timedelta(days=1)

#: Nobody can guess what comes next.
RANDOM = random.SystemRandom()


def code_of(program_pk: int, user: User, at: datetime, *, ip: str = "") -> ReferralCode:
    """Return a member's code, made where they have none yet.

    ``ip`` is what ``client_address`` says of the member's request, here and below.
    Raises ``ReferralError`` (``REFERRALS_OFF``).
    """
    with host.writing():
        policy = policy_in_force(program_pk)
        found = _current(program_pk, user)
        if found is not None:
            return found
        with bounded_transaction():
            _keep_network(policy, user, ip, at)
            return _made(program_pk, user, at)


def renew_code(
    program_pk: int, user: User, at: datetime, *, ip: str = ""
) -> ReferralCode:
    """Give a member a new code; the one before is nobody's again.

    Raises ``ReferralError`` (``REFERRALS_OFF``, ``TOO_MANY_ATTEMPTS``).
    """
    with host.writing(), bounded_transaction():
        policy = policy_in_force(program_pk)
        lock_referrer(program_pk, user.pk)
        _keep_network(policy, user, ip, at)
        _limit_changes(program_pk, user, at)
        _retire(program_pk, user, at)
        return _made(program_pk, user, at)


def choose_code(
    program_pk: int, user: User, text: str, at: datetime, *, ip: str = ""
) -> ReferralCode:
    """Give a member the code that they thought up, in place of the one before.

    Raises ``ReferralError`` (``REFERRALS_OFF``, ``OWN_CODES_OFF``, ``CODE_INVALID``,
    ``CODE_TAKEN``, ``TOO_MANY_ATTEMPTS``). Codes that are taken are counted, as
    wrong guesses are: the caller must not take the writes back.
    """
    with host.writing(), bounded_transaction():
        policy = policy_in_force(program_pk)
        _check_choice(policy, text)
        lock_referrer(program_pk, user.pk)
        _keep_network(policy, user, ip, at)
        tries = Tries.of(user_pk=user.pk, ip=ip)
        tries.check(at)
        current = _current(program_pk, user)
        if current is not None and current.lookup == lookup_of(text):
            return current
        _limit_changes(program_pk, user, at)
        chosen = _chosen(program_pk, user, own_code(text), at)
        if chosen is None:
            tries.count(at)
        else:
            tries.check_again(at)
    if chosen is None:
        raise refusal(ReferralErrorCode.CODE_TAKEN)
    return chosen


def link_of(policy: ReferralPolicy, code: str) -> str:
    """Return the page of the shop to share, ``""`` where the merchant named none."""
    return policy.link.replace(PLACEHOLDER, quote(code, safe=""))


def invite(
    program_pk: int, user: User, email: str, at: datetime, *, ip: str = ""
) -> None:
    """Note that a member named a friend's address, which is kept as a hash alone.

    Whoever named it first counts, and nobody learns whether somebody did. Raises
    ``ReferralError`` (``REFERRALS_OFF``, ``EMAIL_REQUIRED``, ``TOO_MANY_INVITES``).
    """
    with host.writing(), bounded_transaction():
        policy = policy_in_force(program_pk)
        address = checked_email(email)
        lock_referrer(program_pk, user.pk)
        _keep_network(policy, user, ip, at)
        invites = ReferralInvite.objects.filter(program_id=program_pk)
        mine = invites.filter(user_pk=user.pk, created_at__gt=at - DAY)
        if mine.count() >= MOST_INVITES_A_DAY:
            raise refusal(ReferralErrorCode.TOO_MANY_INVITES, "email")
        named = digest("email", address)
        invites.filter(email_digest=named, ends_at__lte=at).delete()
        _name(policy, user, named, at)
        if not invites.filter(email_digest=named, user_pk=user.pk).exists():
            # It counts for the day's limit like any other, or that would tell.
            _name(policy, user, again_digest(user.pk, address), at)


def _name(policy: ReferralPolicy, user: User, email_digest: str, at: datetime) -> None:
    row = ReferralInvite(
        program_id=policy.program_id,
        user_pk=user.pk,
        email_digest=email_digest,
        created_at=at,
        ends_at=at + timedelta(days=policy.claim_days),
    )
    ReferralInvite.objects.bulk_create([row], ignore_conflicts=True)


def policy_in_force(program_pk: int) -> ReferralPolicy:
    """Return how a program's referrals work; raise ``ReferralError`` if they do not."""
    policy = ReferralPolicy.objects.filter(
        program_id=program_pk, is_active=True, program__is_active=True
    ).first()
    if policy is None:
        raise refusal(ReferralErrorCode.REFERRALS_OFF, None)
    return policy


def checked_email(email: str) -> str:
    """Return an address as two of them are compared; raise ``ReferralError``."""
    try:
        validate_email(email.strip())
    except ValidationError:
        found = ""
    else:
        found = normal_email(email)
    if not found:
        # All of which nothing is left would be one and the same friend.
        raise refusal(ReferralErrorCode.EMAIL_REQUIRED, "email")
    return found


def _keep_network(policy: ReferralPolicy, user: User, ip: str, at: datetime) -> None:
    keep_member(user.pk, trail_of(digest, ips=[ip]), policy, at)


def _check_choice(policy: ReferralPolicy, text: str) -> None:
    if not policy.allows_own_codes:
        raise refusal(ReferralErrorCode.OWN_CODES_OFF)
    problem = own_code_problem(text)
    if problem is not None:
        message = _problem_text(problem)
        raise ReferralError(ReferralErrorCode.CODE_INVALID, "code", message)


def _problem_text(problem: CodeProblem) -> str:
    return {
        CodeProblem.TOO_SHORT: _("A code has at least three letters or digits."),
        CodeProblem.TOO_LONG: _("A code has at most twenty letters and digits."),
        CodeProblem.INVALID_CHARACTER: _(
            "A code has only letters from A to Z and digits."
        ),
    }[problem]


def _current(program_pk: int, user: User) -> ReferralCode | None:
    return ReferralCode.objects.filter(
        program_id=program_pk, user_pk=user.pk, retired_at=None
    ).first()


def _retire(program_pk: int, user: User, at: datetime) -> None:
    ReferralCode.objects.filter(
        program_id=program_pk, user_pk=user.pk, retired_at=None
    ).update(retired_at=at)


def _limit_changes(program_pk: int, user: User, at: datetime) -> None:
    made = ReferralCode.objects.filter(
        program_id=program_pk, user_pk=user.pk, created_at__gt=at - DAY
    )
    if made.count() >= MOST_CODES_A_DAY:
        raise refusal(ReferralErrorCode.TOO_MANY_ATTEMPTS)


def _made(program_pk: int, user: User, at: datetime) -> ReferralCode:
    """Return a new code, or the one that another request made at the same time."""
    while True:
        with suppress(IntegrityError), transaction.atomic():
            return _create(program_pk, user, new_code(RANDOM), at)
        found = _current(program_pk, user)
        if found is not None:
            return found


def _chosen(
    program_pk: int, user: User, text: str, at: datetime
) -> ReferralCode | None:
    """Return the code that a member chose, ``None`` where it was ever somebody's."""
    with suppress(IntegrityError), transaction.atomic():
        _retire(program_pk, user, at)
        return _create(program_pk, user, text, at, is_own=True)
    return None


def _create(
    program_pk: int, user: User, text: str, at: datetime, *, is_own: bool = False
) -> ReferralCode:
    return ReferralCode.objects.create(
        program_id=program_pk,
        user_pk=user.pk,
        code=text,
        lookup=lookup_of(text),
        is_own=is_own,
        created_at=at,
    )
