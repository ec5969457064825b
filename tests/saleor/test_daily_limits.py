"""What a day allows is not passed by those who ask for it at once."""

from __future__ import annotations

from typing import Any

import pytest
from saleor.account.models import User

from saleor_rewards.models import (
    ReferralCode,
    ReferralInvite,
)
from saleor_rewards.referrals import member_codes as codes
from saleor_rewards.referrals.errors import ReferralErrorCode
from saleor_rewards.referrals.member_codes import (
    MOST_CODES_A_DAY,
    MOST_INVITES_A_DAY,
    choose_code,
    invite,
    renew_code,
)

from .friends import now, referrer, switch_on
from .racing import at_once, meeting_before
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member of a shop where members think up codes of their own."""
    switch_on(shop, allows_own_codes=True)
    return referrer("ann@example.com")


def unlock(patch: pytest.MonkeyPatch) -> None:
    """Make twins of all that counts of a member: they do not lock."""
    patch.setattr(codes, "lock_referrer", lambda *_: None)


def make_invites(shop: Shop, ann: User, number: int) -> None:
    for one in range(number):
        invite(shop.program.pk, ann, f"friend{one}@example.com", now())


def invite_at_once(shop: Shop, ann: User, patch: pytest.MonkeyPatch) -> list[Any]:
    """Name the last two friends of a day at once, of whom one is too many."""
    make_invites(shop, ann, MOST_INVITES_A_DAY - 1)
    pk = shop.program.pk
    with meeting_before(patch, codes, "_name"):
        return at_once(
            [
                lambda: invite(pk, ann, "bob@example.com", now()),
                lambda: invite(pk, ann, "cid@example.com", now()),
            ]
        )


def test_two_invitations_at_once_do_not_pass_the_days_limit(
    shop: Shop, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # when
    answers = invite_at_once(shop, ann, monkeypatch)

    # then
    assert ReferralInvite.objects.count() == MOST_INVITES_A_DAY
    assert set(answers) == {None, ReferralErrorCode.TOO_MANY_INVITES}


def test_the_same_test_catches_invitations_without_a_lock(
    shop: Shop, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    unlock(monkeypatch)

    # then
    assert invite_at_once(shop, ann, monkeypatch) == [None, None]
    assert ReferralInvite.objects.count() == MOST_INVITES_A_DAY + 1


def renew_at_once(shop: Shop, ann: User, patch: pytest.MonkeyPatch) -> list[Any]:
    """Ask twice for the last new code of a day, once for one of the member's own."""
    pk = shop.program.pk
    for _ in range(MOST_CODES_A_DAY - 1):
        renew_code(pk, ann, now())
    with meeting_before(patch, codes, "_retire"):
        return at_once(
            [
                lambda: renew_code(pk, ann, now()),
                lambda: choose_code(pk, ann, "ANN-OWN", now()),
            ]
        )


def test_two_new_codes_at_once_do_not_pass_the_days_limit(
    shop: Shop, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # when
    answers = renew_at_once(shop, ann, monkeypatch)

    # then
    assert ReferralCode.objects.count() == MOST_CODES_A_DAY
    assert answers.count(ReferralErrorCode.TOO_MANY_ATTEMPTS) == 1


def test_the_same_test_catches_new_codes_without_a_lock(
    shop: Shop, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    unlock(monkeypatch)

    # when
    answers = renew_at_once(shop, ann, monkeypatch)

    # then
    assert ReferralErrorCode.TOO_MANY_ATTEMPTS not in answers
