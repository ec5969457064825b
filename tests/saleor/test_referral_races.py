"""Claims and codes that are asked for at once end as if one came after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, BrokenBarrierError
from typing import Any, Callable, Iterator, Sequence

import pytest
from django.db import connection, connections
from saleor.account.models import User

from saleor_rewards.models import (
    Evidence,
    Referral,
    ReferralCode,
    ReferralDecision,
    ReferralState,
)
from saleor_rewards.referrals import claims
from saleor_rewards.referrals.codes import lookup_of
from saleor_rewards.referrals.errors import ReferralError, ReferralErrorCode
from saleor_rewards.referrals.member_codes import (
    choose_code,
    code_of,
    renew_code,
)
from saleor_rewards.referrals.reasons import Reason, is_noted

from .friends import (
    code_for,
    friend_cart,
    now,
    on_another_device,
    referrer,
    switch_on,
    try_code,
)
from .world import HOST, Cart, Shop

pytestmark = pytest.mark.django_db(transaction=True)

#: How long those that are first wait for the others.
PATIENCE = 30


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member of a shop that rewards referrals."""
    switch_on(shop, allows_own_codes=True)
    return referrer("ann@example.com")


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all on connections of their own; return what each says, refusals too."""
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return work()
        except ReferralError as error:
            return error.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let claims lock what they are for only when so many of them have come so far."""

    def start(parties: int, lock: Any = claims.lock_claims) -> None:
        barrier = Barrier(parties)

        def waiting(*arguments: Any) -> None:
            try:
                barrier.wait(PATIENCE)
            except BrokenBarrierError:
                pass
            lock(*arguments)

        monkeypatch.setattr(claims, "lock_claims", waiting)

    return start


@pytest.fixture
def look_first(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let claims write only when so many of them have looked, and lock nothing."""

    def start(parties: int) -> None:
        judge, barrier = claims.judge, Barrier(parties)

        def waiting(*arguments: Any) -> None:
            try:
                barrier.wait(PATIENCE)
            except BrokenBarrierError:
                pass
            judge(*arguments)

        monkeypatch.setattr(claims, "judge", waiting)
        monkeypatch.setattr(claims, "lock_claims", lambda *_: None)

    return start


@contextmanager
def without(index: str, table: str) -> Iterator[None]:
    """Take away what the database itself refuses."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [index])
        (definition,) = cursor.fetchone()
        cursor.execute(f"DROP INDEX {index}")
        yield
        cursor.execute(f"TRUNCATE {table} CASCADE")
        cursor.execute(definition)


def test_one_code_from_twenty_windows_is_one_claim(
    shop: Shop, ann: User, together: Callable[..., None]
) -> None:
    # given
    code, cart = code_for(shop, ann).code, friend_cart(shop)
    together(20)

    # when
    answers = at_once([lambda: try_code(cart, code)] * 20)

    # then: on a busy machine some may be told to try again
    assert set(answers) - {ReferralErrorCode.UNAVAILABLE} == {Referral.objects.get()}
    assert ReferralDecision.objects.count() == 1
    kept = list(Evidence.objects.filter(referral__isnull=False).values_list("digest"))
    assert len(kept) == len(set(kept))


def test_of_two_codes_at_once_the_last_counts(
    shop: Shop, ann: User, together: Callable[..., None]
) -> None:
    # given
    cart, other = friend_cart(shop), referrer()
    codes = [code_for(shop, user).code for user in (ann, other)]
    together(2)

    # when
    answers = at_once([lambda code=code: try_code(cart, code) for code in codes])

    # then
    first, last = Referral.objects.order_by("pk")
    assert {answer.pk for answer in answers} == {first.pk, last.pk}
    assert (first.state, last.state) == (ReferralState.LAPSED, ReferralState.CLAIMED)
    assert is_noted(first, Reason.OTHER_CLAIM)


def test_a_member_on_two_devices_has_one_claim(
    shop: Shop, ann: User, together: Callable[..., None]
) -> None:
    # given
    codes, carts, user_pk = of_member(shop, ann)
    together(2)

    # when
    at_once(
        [
            lambda c=cart, k=code: try_code(c, k, user_pk=user_pk)
            for cart, code in zip(carts, codes)
        ]
    )

    # then
    open_ones = Referral.objects.filter(state=ReferralState.CLAIMED)
    assert open_ones.get().referee_user_pk == user_pk
    assert Referral.objects.count() == 2


def test_the_race_catches_claims_that_only_look_before_they_write(
    shop: Shop, ann: User, look_first: Callable[[int], None]
) -> None:
    # given
    codes, carts, user_pk = of_member(shop, ann)
    look_first(2)

    # when
    with without("rewards_referral_once_a_member", "saleor_rewards_referral"):
        at_once(
            [
                lambda c=cart, k=code: try_code(c, k, user_pk=user_pk)
                for cart, code in zip(carts, codes)
            ]
        )
        count = Referral.objects.filter(state=ReferralState.CLAIMED).count()

    # then
    assert count == 2


def of_member(shop: Shop, ann: User) -> tuple[list[str], list[Cart], int]:
    """Return two codes, two carts of one member, and who that is."""
    codes = [code_for(shop, user).code for user in (ann, referrer())]
    HOST.sign_up("bob@example.com")
    carts = [on_another_device(friend_cart(shop), "bob@example.com") for _ in codes]
    return codes, carts, User.objects.get(email="bob@example.com").pk


def test_a_member_who_asks_twenty_times_at_once_has_one_code(
    shop: Shop, ann: User
) -> None:
    # when
    program_pk = shop.program.pk
    codes = at_once([lambda: code_of(program_pk, ann, now())] * 20)

    # then
    assert set(codes) == {ReferralCode.objects.get()}


def test_of_two_who_choose_one_code_at_once_one_gets_it(shop: Shop, ann: User) -> None:
    # given
    users = [ann, referrer()]
    for user in users:
        code_for(shop, user)
    program_pk = shop.program.pk

    # when
    answers = at_once(
        [lambda u=user: choose_code(program_pk, u, "SUMMER", now()) for user in users]
    )

    # then the other keeps the code they had
    chosen = ReferralCode.objects.get(lookup=lookup_of("SUMMER"))
    assert chosen in answers
    assert ReferralErrorCode.CODE_TAKEN in answers
    in_force = ReferralCode.objects.filter(retired_at=None)
    assert sorted(in_force.values_list("user_pk", flat=True)) == sorted(
        user.pk for user in users
    )


def test_renewing_twice_at_once_leaves_one_code_in_force(shop: Shop, ann: User) -> None:
    # given
    before = code_for(shop, ann)
    program_pk = shop.program.pk

    # when
    at_once([lambda: renew_code(program_pk, ann, now())] * 2)

    # then
    in_force = ReferralCode.objects.get(user_pk=ann.pk, retired_at=None)
    assert in_force != before
