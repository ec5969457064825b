"""Who owns which points: guests, members, people who change and people who leave."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.db import connection, connections
from saleor.account.models import User

from saleor_rewards import jobs, tasks
from saleor_rewards.customers.erasing import Erased, erase
from saleor_rewards.guard import faults
from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.ledger import accounts
from saleor_rewards.models import Account, AccountState, Entry, EntryKind
from saleor_rewards.points.members import member_account

from .people import (
    account_of,
    available,
    change_email,
    confirm,
    customer,
    delete,
    guest_with,
    now,
    points_of,
    register,
)
from .world import Shop

EMAIL = "ada@example.com"


@pytest.fixture
def rewarding(shop: Shop) -> Shop:
    """A shop whose points are on."""
    shop.points()
    return shop


def signing_up_gives(shop: Shop, points: int, **definition: Any) -> Any:
    benefit = {"type": "POINTS_FIXED", "points": points, "occasion": "SIGN_UP"}
    return shop.rule("Welcome", benefit, lane="POINTS", **definition)


def let_nobody_confirm(settings: Any) -> None:
    """Switch off that people have to confirm their address."""
    settings.ENABLE_ACCOUNT_CONFIRMATION_BY_EMAIL = False
    if capabilities.confirmed_accounts:
        shop = Site.objects.get_current().settings
        shop.enable_account_confirmation_by_email = False
        shop.save()


def let_beat_run() -> None:
    """Do what the schedule does where Saleor tells plugins nothing."""
    tasks.welcome_members()
    tasks.sweep_members()


@pytest.mark.django_db(transaction=True)
def test_a_guests_points_become_a_members_when_the_address_is_confirmed(
    rewarding: Shop,
) -> None:
    # given
    guest = guest_with(rewarding, EMAIL, 120)
    user = register(EMAIL)
    let_beat_run()
    assert available(account_of(rewarding, user.pk)) == 0
    assert available(guest) == 120

    # when
    confirm(user)
    let_beat_run()

    # then
    mine = account_of(rewarding, user.pk)
    assert available(mine) == 120
    guest.refresh_from_db()
    assert (guest.state, guest.merged_into_id) == (AccountState.MERGED, mine.pk)


@pytest.mark.django_db(transaction=True)
def test_who_confirms_an_account_finds_everything_at_once(rewarding: Shop) -> None:
    # given
    signing_up_gives(rewarding, 50)
    guest_with(rewarding, EMAIL, 120)

    # when
    user = confirm(register(EMAIL))

    # then
    assert available(account_of(rewarding, user.pk)) == 170


@pytest.mark.django_db
def test_looking_an_account_up_claims_for_a_confirmed_address_alone(
    rewarding: Shop,
) -> None:
    # given
    guest = guest_with(rewarding, EMAIL, 120)
    unconfirmed = {"is_confirmed": False} if capabilities.confirmed_accounts else {}
    user = customer("Ada@Example.com", **unconfirmed)
    if not unconfirmed:
        User.objects.filter(pk=user.pk).update(is_active=False)
        user.refresh_from_db()

    # when
    before = available(member_account(rewarding.program.pk, user))
    User.objects.filter(pk=user.pk).update(
        is_active=True, **dict.fromkeys(unconfirmed, True)
    )
    user.refresh_from_db()
    after = available(member_account(rewarding.program.pk, user))

    # then
    assert (before, after) == (0, 120)
    guest.refresh_from_db()
    assert guest.state == AccountState.MERGED


@pytest.mark.django_db
def test_looking_up_an_account_that_is_right_costs_one_query(
    rewarding: Shop, django_assert_num_queries: Any
) -> None:
    # given
    user = customer(EMAIL)
    program_pk = rewarding.program.pk
    member_account(program_pk, user)

    # then
    with django_assert_num_queries(1):
        member_account(program_pk, user)


@pytest.mark.django_db
def test_a_guest_who_orders_again_after_signing_up_is_claimed_too(
    rewarding: Shop,
) -> None:
    # given
    user = customer(EMAIL)
    member_account(rewarding.program.pk, user)

    # when
    guest_with(rewarding, EMAIL, 30)

    # then
    assert available(member_account(rewarding.program.pk, user)) == 30


@pytest.mark.django_db(transaction=True)
def test_signing_up_gives_points_once(rewarding: Shop) -> None:
    # given
    signing_up_gives(rewarding, 50)
    signing_up_gives(rewarding, 40)

    # when
    user = confirm(register(EMAIL))
    let_beat_run()
    signing_up_gives(rewarding, 80)
    let_beat_run()
    member_account(rewarding.program.pk, user)

    # then
    mine = account_of(rewarding, user.pk)
    assert available(mine) == 50
    (entry,) = Entry.objects.filter(account=mine, kind=EntryKind.EARN)
    assert entry.rule_version.name == "Welcome"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_given_before_the_address_is_confirmed(rewarding: Shop) -> None:
    # given
    signing_up_gives(rewarding, 50)

    # when
    user = register(EMAIL)
    let_beat_run()

    # then
    assert available(account_of(rewarding, user.pk)) == 0


@pytest.mark.django_db(transaction=True)
def test_a_shop_that_asks_nobody_to_confirm_welcomes_at_once(
    rewarding: Shop, settings: Any
) -> None:
    # given
    signing_up_gives(rewarding, 50)
    let_nobody_confirm(settings)

    # when
    user = register(EMAIL)

    # then
    assert available(account_of(rewarding, user.pk)) == 50


@pytest.mark.django_db
def test_who_signed_up_before_there_were_points_gets_none_for_it(
    rewarding: Shop,
) -> None:
    # given
    signing_up_gives(rewarding, 50)
    user = customer(EMAIL, date_joined=now() - timedelta(hours=1))

    # when
    let_beat_run()

    # then
    assert available(member_account(rewarding.program.pk, user)) == 0


@pytest.mark.django_db
def test_sign_up_points_expire_as_the_merchant_says(rewarding: Shop) -> None:
    # given
    rewarding.points(expiry="after_earning", expiry_days=30)
    signing_up_gives(rewarding, 50)

    # when
    account = member_account(rewarding.program.pk, customer(EMAIL))

    # then
    ((expires_at, points),) = accounts.expiring_soon(
        account, now(), now() + timedelta(days=31)
    )
    assert points == 50
    assert timedelta(days=29) < expires_at - now() < timedelta(days=30)


@pytest.mark.parametrize("stopped", [{"active": False}, {"killed": True}])
@pytest.mark.django_db
def test_a_plugin_that_is_stopped_gives_nothing(
    rewarding: Shop, stopped: dict[str, bool]
) -> None:
    # given
    signing_up_gives(rewarding, 50)
    rewarding.plugin(**stopped)

    # when
    account = member_account(rewarding.program.pk, customer(EMAIL))

    # then
    assert available(account) == 0


@pytest.mark.django_db(transaction=True)
def test_a_changed_address_is_followed_and_brings_what_was_earned_under_it(
    rewarding: Shop,
) -> None:
    # given
    user = customer(EMAIL)
    member_account(rewarding.program.pk, user)
    guest_with(rewarding, "countess@example.com", 70)

    # when
    change_email(user, "countess@example.com")
    let_beat_run()

    # then
    mine = account_of(rewarding, user.pk)
    assert (mine.email, available(mine)) == ("countess@example.com", 70)


@pytest.mark.django_db(transaction=True)
def test_who_is_deleted_from_the_shop_is_erased_from_the_ledger(
    rewarding: Shop,
) -> None:
    # given
    user, other = customer(EMAIL), customer("other@example.com")
    account = member_account(rewarding.program.pk, user)
    points_of(account, 90)
    points_of(member_account(rewarding.program.pk, other), 10)
    user_pk = user.pk

    # when
    delete(user)
    if not capabilities.account_events:
        tasks.sweep_members()

    # then
    account.refresh_from_db()
    assert account.state == AccountState.ERASED
    assert (account.email, account.points_available) == ("", 0)
    assert not Account.objects.filter(email=EMAIL).exists()
    assert account_of(rewarding, user_pk) is None
    assert available(account_of(rewarding, other.pk)) == 10


@pytest.mark.django_db
def test_the_sweep_erases_whom_no_hook_told_of(rewarding: Shop) -> None:
    # given
    user = customer(EMAIL)
    account = member_account(rewarding.program.pk, user)
    User.objects.filter(pk=user.pk).delete()

    # when
    tasks.sweep_members()

    # then
    account.refresh_from_db()
    assert account.state == AccountState.ERASED


@pytest.mark.django_db
def test_a_user_without_a_key_is_not_taken_for_the_guests(rewarding: Shop) -> None:
    # given
    guest = guest_with(rewarding, EMAIL, 120)

    # then
    assert erase(None, "", now()) == Erased()
    assert available(guest) == 120


@pytest.mark.django_db
def test_tasks_work_in_chunks_and_reach_everybody(
    rewarding: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(jobs, "CHUNK", 2)
    users = [customer(f"p{number}@example.com") for number in range(5)]

    # when
    tasks.welcome_members()
    User.objects.filter(pk__in=[user.pk for user in users]).delete()
    tasks.sweep_members()

    # then
    assert Account.objects.filter(state=AccountState.ERASED).count() == 5


@pytest.mark.django_db(transaction=True)
def test_signing_up_goes_on_while_our_tables_are_gone(
    rewarding: Shop, settings: Any
) -> None:
    # given
    let_nobody_confirm(settings)
    before = faults["REWARDS_WELCOME"]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE saleor_rewards_account RENAME TO hidden")
    try:
        # when
        user = register(EMAIL)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE hidden RENAME TO saleor_rewards_account")

    # then
    assert user.is_active
    assert faults["REWARDS_WELCOME"] == before + 1


@pytest.mark.django_db(transaction=True)
def test_many_who_look_at_once_claim_and_welcome_once(rewarding: Shop) -> None:
    # given
    signing_up_gives(rewarding, 50)
    guest_with(rewarding, EMAIL, 120)
    user = customer(EMAIL)
    start = Barrier(8)

    def look(_number: int) -> int:
        try:
            start.wait()
            return member_account(rewarding.program.pk, user).pk
        finally:
            connections.close_all()

    # when
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(look, range(8)))

    # then
    mine = account_of(rewarding, user.pk)
    assert found == {mine.pk}
    assert available(mine) == 170
