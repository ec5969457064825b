"""No burst of guesses, and no claim or account that a guesser has, gets past the limit."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any, Callable

import pytest
from django.utils import timezone
from saleor.account.models import User

from saleor_rewards.models import ClaimLimit, Referral, ReferralCode
from saleor_rewards.referrals import member_codes as codes
from saleor_rewards.referrals.claim_limits import Tries
from saleor_rewards.referrals.claims import Claim
from saleor_rewards.referrals.codes import lookup_of
from saleor_rewards.referrals.errors import ReferralErrorCode
from saleor_rewards.referrals.limits import LIMITS, LimitScope
from saleor_rewards.referrals.member_codes import choose_code

from .friends import code_for, friend_cart, now, referrer, refused, switch_on, try_code
from .test_referral_limits import NETWORK, guess
from .test_referral_races import PATIENCE, at_once
from .world import HOST, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

NOT_ACCEPTED = ReferralErrorCode.NOT_ACCEPTED
TAKEN = ReferralErrorCode.CODE_TAKEN
TOO_MANY = ReferralErrorCode.TOO_MANY_ATTEMPTS

#: How many wrong codes of one cart, or one account, are answered within a day.
ANSWERED = LIMITS[LimitScope.CHECKOUT].free + 1
BURST = 15


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member of a shop that rewards referrals."""
    switch_on(shop, allows_own_codes=True)
    return referrer("ann@example.com")


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let guesses be looked up only when so many of them passed the first check."""

    def start(parties: int) -> None:
        check, barrier = Tries.check, Barrier(parties)

        def waiting(self: Tries, at: Any) -> None:
            check(self, at)
            try:
                barrier.wait(PATIENCE)
            except BrokenBarrierError:
                pass

        monkeypatch.setattr(Tries, "check", waiting)

    return start


def test_a_burst_of_guesses_has_no_more_answers_than_one_after_the_other(
    shop: Shop, ann: User, together: Callable[[int], None]
) -> None:
    # given
    cart = friend_cart(shop)
    guesses = [guess() for _ in range(BURST)]
    together(BURST)

    # when
    answers = at_once([lambda g=code: try_code(cart, g, ip="") for code in guesses])

    # then
    assert answers.count(NOT_ACCEPTED) == ANSWERED
    assert answers.count(TOO_MANY) == BURST - ANSWERED
    assert ClaimLimit.objects.get().failures == ANSWERED


def test_a_right_guess_at_the_end_of_a_burst_is_refused_as_any_other(
    shop: Shop, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    code, cart = code_for(shop, ann).code, friend_cart(shop)
    made, barrier = Claim.made, Barrier(2)

    def late(self: Claim, policy: Any) -> Any:
        # From here on claims of one cart wait for each other.
        if self.lookup == lookup_of(code):
            barrier.wait()
            barrier.wait()
        return made(self, policy)

    def wrong() -> list[Any]:
        barrier.wait()
        answers = [refused(cart, guess(), ip="") for _ in range(ANSWERED)]
        barrier.wait()
        return answers

    monkeypatch.setattr(Claim, "made", late)

    # when
    right, others = at_once([lambda: try_code(cart, code, ip=""), wrong])

    # then
    assert others == [NOT_ACCEPTED] * ANSWERED
    assert right is TOO_MANY
    assert not Referral.objects.exists()


def test_a_burst_of_right_codes_is_no_guessing(
    shop: Shop, ann: User, together: Callable[[int], None]
) -> None:
    # given
    switch_on(shop, weights={"REPEATED_IP": 0})
    code = code_for(shop, ann).code
    carts = [friend_cart(shop) for _ in range(BURST)]
    together(BURST)

    # when
    answers = at_once([lambda c=cart: try_code(c, code) for cart in carts])

    # then
    assert len(set(answers)) == Referral.objects.count() == BURST


def test_a_member_with_a_claim_cannot_try_codes_for_ever(shop: Shop, ann: User) -> None:
    # given
    bob = Shopper(token=HOST.sign_up("bob@example.com"))
    user_pk = User.objects.get(email="bob@example.com").pk
    code = code_for(shop, ann).code
    cart = friend_cart(shop, "bob@example.com", bob)
    try_code(cart, code, user_pk=user_pk, ip="")

    # when
    answers = [
        refused(friend_cart(shop, "", bob), guess(), user_pk=user_pk, ip="")
        for _ in range(ANSWERED + 2)
    ]

    # then
    assert answers == [NOT_ACCEPTED] * ANSWERED + [TOO_MANY] * 2
    assert refused(cart, code, user_pk=user_pk, ip="") is TOO_MANY


def test_codes_that_are_taken_are_counted_for_the_network_too(
    shop: Shop, ann: User
) -> None:
    # given
    choose_code(shop.program.pk, ann, "SUMMER", now())
    most = LIMITS[LimitScope.ADDRESS].free + 1
    users = [referrer() for _ in range(most + 1)]

    def said(user: User, ip: str) -> Any:
        try:
            return choose_code(shop.program.pk, user, "SUMMER", now(), ip=ip)
        except codes.ReferralError as error:
            return error.code

    # when
    answers = [said(user, NETWORK) for user in users]

    # then
    assert answers == [TAKEN] * most + [TOO_MANY]
    assert said(users[-1], "203.0.113.99") is TAKEN
    # and whoever claims from there waits as well
    code = code_for(shop, ann).code
    assert refused(friend_cart(shop), code, ip=NETWORK) is TOO_MANY


def test_of_many_codes_chosen_at_once_no_more_are_looked_up(
    shop: Shop, ann: User
) -> None:
    # given
    bob = referrer("bob@example.com")
    program_pk = shop.program.pk
    taken = [f"TAKEN{number}" for number in range(BURST)]
    for text in taken:
        choose_code(program_pk, referrer(), text, now())

    # when
    answers = at_once(
        [lambda t=text: choose_code(program_pk, bob, t, now()) for text in taken]
    )

    # then
    assert answers.count(TAKEN) == ANSWERED
    assert answers.count(TOO_MANY) == BURST - ANSWERED
    assert not ReferralCode.objects.filter(user_pk=bob.pk).exists()


def test_after_its_pause_a_burst_is_one_guess_more(
    shop: Shop, ann: User, together: Callable[[int], None]
) -> None:
    # given
    cart = friend_cart(shop)
    for _ in range(ANSWERED):
        refused(cart, guess(), ip="")
    past = timezone.now() - timedelta(minutes=1)
    ClaimLimit.objects.update(failed_at=past, blocked_until=past)
    guesses = [guess() for _ in range(BURST)]
    together(BURST)

    # when
    answers = at_once([lambda g=code: try_code(cart, g, ip="") for code in guesses])

    # then
    assert sorted(answers, key=str) == [NOT_ACCEPTED] + [TOO_MANY] * (BURST - 1)
