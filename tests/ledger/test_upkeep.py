"""Whole accounts are settled in chunks, merged, and erased."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saleor_rewards.ledger import balance, expiring_soon, find, member, posting
from saleor_rewards.ledger import due as due_module
from saleor_rewards.ledger.upkeep import erase, merge, settle_due
from saleor_rewards.ledger.verify import verify
from saleor_rewards.models import (
    Account,
    AccountState,
    Entry,
    EntryNote,
    Hold,
    HoldState,
    Lot,
    PointsPolicy,
    Program,
    Shortage,
)

from .build import (
    DAY,
    NOON,
    Balance,
    earn,
    key,
    left,
    open_account,
    rule_version,
    sums,
)

pytestmark = pytest.mark.django_db

#: Points, days until they are available, days until they expire, how many are held.
LOT = st.tuples(
    st.integers(1, 9),
    st.integers(0, 4),
    st.one_of(st.none(), st.integers(1, 6)),
    st.integers(0, 9),
)


def _filled(lots: list[Any], lapse: int | None) -> Account:
    account = open_account()
    lapses_at = None if lapse is None else NOON + lapse * DAY
    for number, (points, starts, ends, held) in enumerate(lots):
        with posting(account.pk, NOON) as book:
            book.earn(
                points,
                key=key(),
                available_from=NOON + starts * DAY,
                expires_at=None if ends is None else NOON + ends * DAY,
                lapses_at=lapses_at,
            )
            if 0 < held <= book.balance.available:
                token = f"{account.pk}-{number}"
                book.hold(held, key=key(), checkout_token=token, expires_at=NOON)
    return account


def _told(account: Account) -> Any:
    row = Account.objects.get(pk=account.pk)
    lots = row.lots.order_by("pk")
    first = min(lots.values_list("pk", flat=True), default=0)
    entries = Entry.objects.filter(account=account, kind__in=["mature", "expire"])
    return (
        sums(account),
        row.due_at,
        row.lapses_at,
        list(
            lots.values_list(
                "points_pending", "points_available", "points_held", "expires_at"
            )
        ),
        [
            (entry.kind, sorted([pk - first, *rest] for pk, *rest in entry.moves))
            for entry in entries.order_by("pk")
        ],
    )


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    accounts=st.lists(st.lists(LOT, max_size=4), min_size=1, max_size=3),
    lapse=st.one_of(st.none(), st.integers(1, 6)),
    later=st.integers(0, 7),
)
def test_settling_in_chunks_does_what_posting_does(
    accounts: list[list[Any]], lapse: int | None, later: int
) -> None:
    # given the same twice
    at = NOON + later * DAY
    ones = [_filled(lots, lapse) for lots in accounts]
    others = [_filled(lots, lapse) for lots in accounts]

    # when
    for account in ones:
        with posting(account.pk, at):
            pass
    settle_due(at, 1000)

    # then
    assert [_told(one) for one in ones] == [_told(other) for other in others]
    assert verify([account.pk for account in others]) == []


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    accounts=st.lists(st.lists(LOT, max_size=5), min_size=1, max_size=3),
    lapse=st.one_of(st.none(), st.integers(1, 6)),
    size=st.integers(1, 4),
)
def test_chunks_of_any_size_end_at_the_same_sums(
    accounts: list[list[Any]], lapse: int | None, size: int
) -> None:
    # given
    at = NOON + 3 * DAY
    filled = [_filled(lots, lapse) for lots in accounts]
    expected = [balance(Account.objects.get(pk=account.pk), at) for account in filled]

    # when
    while due_module.settle_chunk(at, 2, size):
        assert verify([account.pk for account in filled]) == []

    # then
    assert [sums(account) for account in filled] == expected


def test_accounts_that_owe_are_settled_too() -> None:
    # given
    account = open_account()
    with posting(account.pk, NOON) as book:
        book.spend(4, key=key(), checkout_token="", order_pk="1")
    earn(account, 10, available_from=NOON + DAY)

    # when
    done = settle_due(NOON + DAY, 10)

    # then
    assert done == 1
    assert sums(account) == Balance(available=6, lifetime=10)
    assert settle_due(NOON + DAY, 10) == 0


@pytest.mark.parametrize("expiry", ["never", "after_inactivity"])
def test_a_time_to_lapse_counts_under_a_policy_of_inactivity_alone(expiry: str) -> None:
    # given
    program = Program.objects.create(channel_pk=7)
    PointsPolicy.objects.create(program=program, expiry=expiry)
    rich, owing = open_account(program), open_account(program)
    earn(rich, 10)
    with posting(owing.pk, NOON) as book:
        book.spend(4, key=key(), checkout_token="", order_pk="1")
    # Also under a policy that was left, until a task clears it.
    Account.objects.filter(program=program).update(lapses_at=NOON + DAY)

    # when
    done = settle_due(NOON + DAY, 10)

    # then
    lapsed = expiry == "after_inactivity"
    assert done == 2
    assert sums(rich) == Balance(available=0 if lapsed else 10, lifetime=10)
    assert settle_due(NOON + 2 * DAY, 10) == 0
    assert verify([rich.pk, owing.pk]) == []


def test_no_more_accounts_are_settled_than_asked_for() -> None:
    for _ in range(5):
        earn(open_account(), 10, expires_at=NOON + DAY)
    assert [settle_due(NOON + DAY, 3) for _ in range(3)] == [3, 2, 0]


def test_a_balance_is_exact_before_the_task_ran_and_reading_posts_nothing(
    django_assert_num_queries: Any,
) -> None:
    # given
    account = open_account()
    earn(account, 10, available_from=NOON + DAY, expires_at=NOON + 3 * DAY)
    account.refresh_from_db()

    # then
    for days, expected in ((1, 10), (2, 10), (3, 0)):
        assert balance(account, NOON + days * DAY).available == expected
    with django_assert_num_queries(0):
        assert balance(account, NOON).pending == 10
    assert Entry.objects.filter(account=account).count() == 1


def test_points_that_expire_soon_are_told_by_the_day() -> None:
    # given
    account = open_account()
    earn(account, 5, expires_at=NOON + 2 * DAY)
    earn(account, 6, expires_at=NOON + 2 * DAY)
    earn(account, 7, expires_at=NOON + 9 * DAY, lapses_at=NOON + 5 * DAY)
    earn(account, 8, expires_at=NOON + DAY)
    account.refresh_from_db()

    # then
    soon = expiring_soon(account, NOON + DAY, NOON + 4 * DAY)
    assert soon == [(NOON + 2 * DAY, 11)]
    later = expiring_soon(account, NOON + DAY, NOON + 9 * DAY)
    assert later == [(NOON + 2 * DAY, 11), (NOON + 5 * DAY, 7)]


def test_a_merged_account_leaves_everything_to_the_other() -> None:
    # given a guest with points, some held, and a member who owes
    program = Program.objects.get_or_create(channel_pk=1)[0]
    guest_account = open_account()
    mine = member(program.pk, 7, "Ann@Example.com", NOON + DAY)
    lot = earn(guest_account, 10, expires_at=NOON + 9 * DAY)
    with posting(guest_account.pk, NOON) as book:
        hold = book.hold(4, key=key(), checkout_token="t", expires_at=NOON + DAY)
    with posting(mine.pk, NOON) as book:
        book.spend(2, key=key(), checkout_token="", order_pk="1")

    # when
    merge(guest_account.pk, mine.pk, NOON + DAY)
    merge(guest_account.pk, mine.pk, NOON + DAY)

    # then
    assert sums(guest_account) == Balance()
    assert sums(mine) == Balance(available=4, held=4, lifetime=10)
    assert left(lot) == (0, 4, 4)
    assert verify([guest_account.pk, mine.pk]) == []
    mine.refresh_from_db()
    assert (mine.joined_at, mine.email) == (NOON, "ann@example.com")
    with posting(guest_account.pk, NOON + DAY) as book:
        assert book.account == mine
        book.capture(hold, 4, key=key(), order_pk="2")
    assert sums(mine) == Balance(available=4, lifetime=10)


def test_points_of_a_merged_account_are_taken_back_and_given_again() -> None:
    # given
    source, target, version = open_account(), open_account(), rule_version()
    named = {"order_pk": "1", "rule_version_pk": version}
    lot = earn(source, 10, **named)
    with posting(source.pk, NOON) as book:
        book.reverse(4, key=key(), shortage=Shortage.DEBT, **named)

    # when
    merge(source.pk, target.pk, NOON)
    with posting(source.pk, NOON) as book:
        book.restore(4, key=key(), **named)

    # then
    assert left(lot) == (0, 10, 0)
    assert sums(target) == Balance(available=10, lifetime=10)


def test_an_erased_account_keeps_its_sums_in_the_ledger_and_nothing_of_the_person() -> (
    None
):
    # given
    source, account = open_account(), open_account()
    earn(source, 5)
    merge(source.pk, account.pk, NOON)
    earn(account, 10, available_from=NOON + DAY)
    with posting(account.pk, NOON) as book:
        book.adjust(3, key=key(), reason="Sorry, Ann", author="bob")
        hold = book.hold(4, key=key(), checkout_token="t", expires_at=NOON + DAY)

    # when
    erase(account.pk, NOON)

    # then
    assert sums(account) == Balance(lifetime=18)
    assert verify([source.pk, account.pk]) == []
    assert not EntryNote.objects.filter(entry__account__in=[source, account]).exists()
    for row in Account.objects.filter(pk__in=[source.pk, account.pk]):
        assert (row.email, row.user_pk) == ("", None)
    account.refresh_from_db()
    assert account.state == AccountState.ERASED
    assert Hold.objects.get(pk=hold.pk).state == HoldState.RELEASED
    assert not any(any(left(lot)) for lot in Lot.objects.filter(account=account))
    assert settle_due(NOON + timedelta(days=999), 10) == 0


def test_people_are_found_by_their_key_or_their_address() -> None:
    # given
    program = Program.objects.get_or_create(channel_pk=1)[0]
    mine = member(program.pk, 7, "Ann@Example.com", NOON)
    stranger = open_account()

    # then
    assert member(program.pk, 7, "ann@example.com", NOON) == mine
    assert find(program.pk, user_pk=7) == mine
    assert find(program.pk, email=stranger.email.upper()) == stranger
    assert find(program.pk, email="ann@example.com") is None
    assert find(program.pk, user_pk=8) is None
    assert find(program.pk) is None
