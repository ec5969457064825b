"""Every member has a code and a link, and can name friends in advance."""

from __future__ import annotations

from datetime import timedelta

import pytest
from saleor.account.models import User

from saleor_rewards.models import (
    ClaimLimit,
    Evidence,
    EvidenceKind,
    ReferralCode,
    ReferralInvite,
)
from saleor_rewards.referrals.codes import lookup_of
from saleor_rewards.referrals.errors import ReferralError, ReferralErrorCode
from saleor_rewards.referrals.limits import LIMITS, LimitScope
from saleor_rewards.referrals.member_codes import (
    MOST_CODES_A_DAY,
    MOST_INVITES_A_DAY,
    choose_code,
    code_of,
    invite,
    link_of,
    renew_code,
)

from .friends import HOME, code_for, friend_cart, now, referrer, switch_on, try_code
from .world import Shop

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member of a shop where members think up codes of their own."""
    switch_on(shop, allows_own_codes=True, link="https://shop.example/?friend={code}")
    return referrer("ann@example.com")


def why_not(shop: Shop, user: User, text: str) -> tuple[ReferralErrorCode, str]:
    """Return why a member cannot have a code, and the sentence that says so."""
    with pytest.raises(ReferralError) as caught:
        choose_code(shop.program.pk, user, text, now())
    assert caught.value.field == "code"
    return caught.value.code, caught.value.message


def test_a_member_has_one_code(shop: Shop, ann: User) -> None:
    assert code_for(shop, ann) == code_for(shop, ann)
    assert code_for(shop, ann) != code_for(shop, referrer())
    assert ReferralCode.objects.count() == 2


def test_the_link_has_the_code_in_it(shop: Shop, ann: User) -> None:
    # given
    policy = shop.program.referral_policy
    code = code_for(shop, ann).code

    # then
    assert link_of(policy, code) == f"https://shop.example/?friend={code}"
    policy.link = ""
    assert link_of(policy, code) == ""


def test_a_renewed_code_is_nobodys_again(shop: Shop, ann: User) -> None:
    # given
    before = code_for(shop, ann)

    # when
    after = renew_code(shop.program.pk, ann, now())

    # then
    before.refresh_from_db()
    assert before.retired_at is not None
    assert code_for(shop, ann) == after != before
    assert why_not(shop, ann, before.code)[0] is ReferralErrorCode.CODE_TAKEN


def test_claims_by_the_code_before_stay(shop: Shop, ann: User) -> None:
    # given
    before = code_for(shop, ann)
    claimed = try_code(friend_cart(shop), before.code)

    # when
    renew_code(shop.program.pk, ann, now())

    # then
    assert list(before.referrals.all()) == [claimed]


def test_a_member_chooses_a_code(shop: Shop, ann: User) -> None:
    # given
    before = code_for(shop, ann)

    # when
    chosen = choose_code(shop.program.pk, ann, "  Ann  2026 ", now())

    # then
    before.refresh_from_db()
    assert (chosen.code, chosen.is_own) == ("ANN-2026", True)
    assert before.retired_at is not None
    assert choose_code(shop.program.pk, ann, "ann2026", now()) == chosen
    assert try_code(friend_cart(shop), "ann 2o26").code == chosen


@pytest.mark.parametrize("text", ["AB", "", "A" * 21, "Zoë", "ann@home"])
def test_a_code_that_cannot_be_one_says_why(shop: Shop, ann: User, text: str) -> None:
    # given
    before = code_for(shop, ann)

    # then
    code, message = why_not(shop, ann, text)
    assert code is ReferralErrorCode.CODE_INVALID
    assert message.startswith("A code has")
    assert code_for(shop, ann) == before


@pytest.mark.parametrize("text", ["SUMMER", "summer", "S-U-M-M-E-R", "5UMMER"])
def test_codes_that_look_alike_are_one_code(shop: Shop, ann: User, text: str) -> None:
    # given
    choose_code(shop.program.pk, referrer(), "SUMMER", now())
    before = code_for(shop, ann)

    # then
    assert why_not(shop, ann, text)[0] is ReferralErrorCode.CODE_TAKEN
    assert code_for(shop, ann) == before


def test_nobody_finds_codes_by_choosing_them(shop: Shop, ann: User) -> None:
    # given
    for number in range(LIMITS[LimitScope.ACCOUNT].free + 1):
        ReferralCode.objects.create(
            program=shop.program,
            code=f"TAKEN-{number}",
            lookup=lookup_of(f"TAKEN{number}"),
            created_at=now(),
        )

    # when
    answers = [
        why_not(shop, ann, f"TAKEN {number}")[0]
        for number in range(LIMITS[LimitScope.ACCOUNT].free + 1)
    ]

    # then
    assert set(answers) == {ReferralErrorCode.CODE_TAKEN}
    assert why_not(shop, ann, "FREE")[0] is ReferralErrorCode.TOO_MANY_ATTEMPTS
    ClaimLimit.objects.all().delete()
    assert choose_code(shop.program.pk, ann, "FREE", now()).code == "FREE"


def test_codes_can_be_changed_a_few_times_a_day(shop: Shop, ann: User) -> None:
    # given
    for _ in range(MOST_CODES_A_DAY):
        last = renew_code(shop.program.pk, ann, now())

    # when
    with pytest.raises(ReferralError) as caught:
        renew_code(shop.program.pk, ann, now())

    # then
    assert caught.value.code is ReferralErrorCode.TOO_MANY_ATTEMPTS
    assert code_for(shop, ann) == last
    assert renew_code(shop.program.pk, ann, now() + DAY) != last


def test_own_codes_are_off_unless_the_merchant_allows_them(
    shop: Shop, ann: User
) -> None:
    # given
    switch_on(shop, allows_own_codes=False)

    # then
    assert why_not(shop, ann, "SUMMER")[0] is ReferralErrorCode.OWN_CODES_OFF
    assert not ReferralCode.objects.exists()


def test_there_are_no_codes_where_referrals_are_off(shop: Shop, ann: User) -> None:
    # given
    switch_on(shop, is_active=False)

    # then
    for work in (
        lambda: code_for(shop, ann),
        lambda: renew_code(shop.program.pk, ann, now()),
        lambda: choose_code(shop.program.pk, ann, "SUMMER", now()),
        lambda: invite(shop.program.pk, ann, "bob@example.com", now()),
    ):
        with pytest.raises(ReferralError) as caught:
            work()
        assert caught.value.code is ReferralErrorCode.REFERRALS_OFF


def test_of_a_friend_nothing_but_a_hash_is_kept(shop: Shop, ann: User) -> None:
    # when
    invite(shop.program.pk, ann, "bob@example.com", now())

    # then
    row = ReferralInvite.objects.get()
    assert len(row.email_digest) == 64
    assert row.ends_at - row.created_at == timedelta(days=30)


def test_naming_a_friend_twice_is_naming_them_once(shop: Shop, ann: User) -> None:
    # when
    for email in ("bob@gmail.com", "B.O.B+news@googlemail.com", "BOB@gmail.com"):
        invite(shop.program.pk, ann, email, now())

    # then
    assert ReferralInvite.objects.count() == 1


def test_nobody_learns_whether_a_friend_was_named_before(shop: Shop, ann: User) -> None:
    # given
    other = referrer()
    invite(shop.program.pk, other, "bob@example.com", now())

    # when each names as many as a day allows, one of them named by another before
    for user in (ann, other):
        for email in ("bob@example.com", *_addresses(user, MOST_INVITES_A_DAY - 1)):
            invite(shop.program.pk, user, email, now())

    # then both have none left
    for user in (ann, other):
        with pytest.raises(ReferralError) as caught:
            invite(shop.program.pk, user, "one@more.example", now())
        assert caught.value.code is ReferralErrorCode.TOO_MANY_INVITES
    claimed = try_code(friend_cart(shop, "bob@example.com"), None)
    assert claimed.referrer_user_pk == other.pk


def _addresses(user: User, count: int) -> list[str]:
    return [f"friend{number}@{user.pk}.example" for number in range(count)]


def test_an_invitation_that_ended_makes_place_for_another(
    shop: Shop, ann: User
) -> None:
    # given
    invite(shop.program.pk, ann, "bob@example.com", now() - timedelta(days=40))
    other = referrer()

    # when
    invite(shop.program.pk, other, "bob@example.com", now())

    # then
    assert ReferralInvite.objects.get().user_pk == other.pk


@pytest.mark.parametrize("email", ["", "bob", "bob@", "@example.com", "a b@c.com"])
def test_a_friend_needs_an_address(shop: Shop, ann: User, email: str) -> None:
    # when
    with pytest.raises(ReferralError) as caught:
        invite(shop.program.pk, ann, email, now())

    # then
    assert caught.value.code is ReferralErrorCode.EMAIL_REQUIRED
    assert caught.value.field == "email"


def test_a_member_names_only_so_many_friends_a_day(shop: Shop, ann: User) -> None:
    # given
    for number in range(MOST_INVITES_A_DAY):
        invite(shop.program.pk, ann, f"friend{number}@example.com", now())

    # when
    with pytest.raises(ReferralError) as caught:
        invite(shop.program.pk, ann, "one@more.example", now())

    # then
    assert caught.value.code is ReferralErrorCode.TOO_MANY_INVITES
    invite(shop.program.pk, ann, "one@more.example", now() + DAY)
    assert ReferralInvite.objects.count() == MOST_INVITES_A_DAY + 1


def test_where_a_member_is_at_home_is_kept_as_a_hash(shop: Shop, ann: User) -> None:
    # when
    for _ in range(2):
        code_of(shop.program.pk, ann, now(), ip=HOME)
        invite(shop.program.pk, ann, "bob@example.com", now(), ip=HOME)

    # then
    row = Evidence.objects.get(user_pk=ann.pk)
    assert row.kind == EvidenceKind.IP
    assert row.referral is None
    assert HOME not in row.digest
