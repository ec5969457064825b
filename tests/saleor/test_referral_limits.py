"""Whoever guesses codes has to wait, learns nothing, and stops nobody else."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory
from saleor.account.models import User

from saleor_rewards import tasks
from saleor_rewards.host.client_addresses import client_address
from saleor_rewards.models import ClaimLimit, Referral
from saleor_rewards.referrals.codes import new_code
from saleor_rewards.referrals.errors import ReferralError, ReferralErrorCode
from saleor_rewards.referrals.limits import LIMITS, LimitScope
from saleor_rewards.referrals.member_codes import renew_code

from .friends import (
    code_for,
    friend_cart,
    now,
    referrer,
    refused,
    switch_on,
    try_code,
)
from .inputs import document
from .world import HOST, Cart, Refused, Shop, Shopper

NOT_ACCEPTED = ReferralErrorCode.NOT_ACCEPTED
NOT_NEW = ReferralErrorCode.NOT_NEW
TOO_MANY = ReferralErrorCode.TOO_MANY_ATTEMPTS

NETWORK = "198.51.100.66"


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member of a shop that rewards referrals."""
    switch_on(shop)
    return referrer("ann@example.com")


def guess() -> str:
    return new_code(random.SystemRandom())


def answer(cart: Cart, code: str, ip: str) -> tuple[str, str | None, str]:
    """Return all that a guesser sees of a refusal."""
    with pytest.raises(ReferralError) as caught:
        try_code(cart, code, ip=ip)
    error = caught.value
    return error.code.name, error.field, error.message


def wait(pause: timedelta) -> None:
    """Let so much time pass for everybody who has to wait."""
    for row in ClaimLimit.objects.all():
        row.failed_at -= pause
        row.blocked_until = row.blocked_until and row.blocked_until - pause
        row.save()


@pytest.mark.parametrize("guesses", [60, pytest.param(1000, marks=pytest.mark.storm)])
@pytest.mark.django_db
def test_a_storm_of_guesses_learns_nothing_and_hinders_nobody(
    shop: Shop, ann: User, guesses: int
) -> None:
    # given
    code = code_for(shop, ann).code
    shopper, variant = Shopper(), shop.product("10.00")
    carts = [
        shopper.cart((variant, 1), email=f"guesser{number}@example.com")
        for number in range(10)
    ]

    # when
    answers = [answer(carts[n % 10], guess(), NETWORK) for n in range(guesses)]

    # then every one is refused, and once there are too many a real code is as well
    assert {name for name, _, _ in answers} == {NOT_ACCEPTED.name, TOO_MANY.name}
    assert len(set(answers)) == 2
    assert {answer(cart, code, NETWORK) for cart in carts} == {answers[-1]}
    assert not Referral.objects.exists()
    free = sum(1 for name, _, _ in answers if name == NOT_ACCEPTED.name)
    assert free <= LIMITS[LimitScope.ADDRESS].free + 1
    # and who is elsewhere notices nothing
    assert try_code(friend_cart(shop), code).referrer_user_pk == ann.pk


@pytest.mark.parametrize("scope", list(LimitScope))
@pytest.mark.django_db
def test_each_who_guesses_too_often_has_to_wait(
    shop: Shop, ann: User, scope: LimitScope
) -> None:
    # given
    code = code_for(shop, ann).code
    one = friend_cart(shop)

    def options(number: int) -> tuple[Cart, dict[str, Any]]:
        cart = one if scope is LimitScope.CHECKOUT else friend_cart(shop)
        ip = NETWORK if scope is LimitScope.ADDRESS else f"203.0.113.{number}"
        return cart, {"ip": ip, "user_pk": 7 if scope is LimitScope.ACCOUNT else None}

    # when
    for number in range(LIMITS[scope].free + 1):
        cart, wanted = options(number)
        assert refused(cart, guess(), **wanted) is NOT_ACCEPTED

    # then
    cart, wanted = options(200)
    assert refused(cart, code, **wanted) is TOO_MANY
    wait(LIMITS[scope].first)
    assert try_code(cart, code, **wanted).referrer_user_pk == ann.pk


@pytest.mark.django_db
def test_every_further_guess_takes_twice_as_long(shop: Shop, ann: User) -> None:
    # given
    cart = friend_cart(shop)
    for _ in range(LIMITS[LimitScope.CHECKOUT].free):
        refused(cart, guess(), ip="")
    pauses = []

    # when
    for _ in range(4):
        refused(cart, guess(), ip="")
        row = ClaimLimit.objects.get()
        pauses.append((row.blocked_until - row.failed_at).total_seconds())
        wait(row.blocked_until - row.failed_at)

    # then
    assert pauses == [30, 60, 120, 240]


@pytest.mark.django_db
def test_a_days_rest_forgives_all_and_the_night_forgets_it(
    shop: Shop, ann: User
) -> None:
    # given
    cart = friend_cart(shop)
    for _ in range(LIMITS[LimitScope.CHECKOUT].free + 1):
        refused(cart, guess())
    wait(timedelta(days=1))

    # then
    assert refused(cart, guess()) is NOT_ACCEPTED
    assert set(ClaimLimit.objects.values_list("failures", flat=True)) == {1}
    wait(timedelta(days=1))
    tasks.forget_evidence()
    assert not ClaimLimit.objects.exists()


@pytest.mark.django_db
def test_nothing_that_is_counted_tells_who_it_was(shop: Shop, ann: User) -> None:
    # when
    refused(friend_cart(shop), guess(), ip=NETWORK, user_pk=7)

    # then
    digests = ClaimLimit.objects.values_list("digest", flat=True)
    assert len(set(digests)) == 3
    assert {len(digest) for digest in digests} == {64}


@pytest.mark.django_db
def test_a_member_who_is_no_new_customer_may_look_at_many_links(
    shop: Shop, ann: User
) -> None:
    # given
    code = code_for(shop, ann).code
    bob = Shopper(token=HOST.sign_up("bob@example.com"))
    user_pk = User.objects.get(email="bob@example.com").pk
    cart = friend_cart(shop, "bob@example.com", bob)
    bob.buy(bob.ship(cart, shop.shipping_method()))
    guest = Shopper()
    guess_of = friend_cart(shop, "bob@example.com", guest)

    # then what they learn of themselves is no guess
    for _ in range(8):
        own = friend_cart(shop, "bob@example.com", bob)
        assert refused(own, code, user_pk=user_pk, ip="") is NOT_NEW
    # but what others learn of them is
    for _ in range(LIMITS[LimitScope.CHECKOUT].free + 1):
        assert refused(guess_of, code, ip="") is NOT_NEW
    assert refused(guess_of, code, ip="") is TOO_MANY


@pytest.mark.django_db
def test_the_api_says_the_same_of_every_code_that_does_not_count(
    shop: Shop, ann: User
) -> None:
    # given
    retired = code_for(shop, ann).code
    current = renew_code(shop.program.pk, ann, now()).code
    of_same_mailbox = code_for(shop, referrer("bob@gmail.com")).code
    guesser = Shopper(client=Client(REMOTE_ADDR=NETWORK))

    def said(code: str) -> Any:
        cart = friend_cart(shop, "b.ob@gmail.com", guesser)
        with pytest.raises(Refused) as caught:
            guesser.do(document("ReferralClaim"), checkoutId=cart.id, code=code)
        return caught.value.errors

    # when
    answers = [said(code) for code in (guess(), retired, of_same_mailbox, "", "?")]
    for _ in range(LIMITS[LimitScope.ADDRESS].free):
        said(guess())

    # then
    assert answers == [answers[0]] * len(answers)
    assert [error["code"] for error in answers[0]] == [NOT_ACCEPTED.name]
    assert said(guess()) == said(retired) == said(current)
    assert [error["code"] for error in said(current)] == [TOO_MANY.name]


@pytest.mark.parametrize(
    ("environ", "headers", "address"),
    [
        ("REMOTE_ADDR", {"REMOTE_ADDR": "203.0.113.9"}, "203.0.113.9"),
        ("REMOTE_ADDR", {"REMOTE_ADDR": "10.0.0.7"}, ""),
        ("REMOTE_ADDR", {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, ""),
        (
            "HTTP_X_FORWARDED_FOR",
            {"HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.9, 10.0.0.7"},
            "203.0.113.9",
        ),
        (
            "HTTP_X_FORWARDED_FOR",
            {"HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.9:51234"},
            "203.0.113.9",
        ),
        (
            "HTTP_X_FORWARDED_FOR",
            {"HTTP_X_FORWARDED_FOR": "198.51.100.1, [2001:db8:1:2::9]:443, 10.0.0.7"},
            "2001:db8:1:2::/64",
        ),
        (
            "HTTP_X_FORWARDED_FOR",
            {"HTTP_X_FORWARDED_FOR": "198.51.100.1, unknown, 10.0.0.7"},
            "",
        ),
        (
            ["HTTP_X_REAL_IP", "REMOTE_ADDR"],
            {"HTTP_X_REAL_IP": "what I like", "REMOTE_ADDR": "2001:db8:1:2:3::4"},
            "2001:db8:1:2::/64",
        ),
        ("HTTP_X_REAL_IP", {}, ""),
    ],
)
def test_where_a_request_comes_from_cannot_be_made_up(
    settings: Any, environ: Any, headers: dict[str, str], address: str
) -> None:
    # given
    settings.REAL_IP_ENVIRON = environ
    request = RequestFactory(REMOTE_ADDR="127.0.0.1").post("/graphql/", **headers)

    # then
    assert client_address(request) == address
