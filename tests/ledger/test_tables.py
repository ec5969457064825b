"""The database itself refuses what must never be."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, IntegrityError, connection, transaction

from saleor_rewards.ledger import posting
from saleor_rewards.ledger.invariants import assert_account
from saleor_rewards.ledger.lots import Kind
from saleor_rewards.ledger.verify import verify
from saleor_rewards.models import Account, Entry, EntryKind, Hold, Lot

from .build import DAY, NOON, earn, key, open_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    """Ten points, four of them held."""
    account = open_account()
    earn(account, 10, expires_at=NOON + DAY)
    with posting(account.pk, NOON) as book:
        book.hold(4, key=key(), checkout_token="t", expires_at=NOON + DAY)
    return account


@pytest.mark.parametrize(
    "change",
    [
        lambda: Entry.objects.update(points_available=99),
        lambda: Entry.objects.all().delete(),
        lambda: Entry.objects.latest("pk").delete(),
        lambda: Entry.objects.latest("pk").save(),
        lambda: _run("UPDATE saleor_rewards_entry SET key = 'other'"),
        lambda: _run("DELETE FROM saleor_rewards_entry"),
    ],
)
def test_an_entry_is_never_changed_or_deleted(
    account: Account, change: Callable[[], Any]
) -> None:
    with pytest.raises(Error, match="only ever added"), transaction.atomic():
        change()
    assert Entry.objects.filter(account=account).count() == 2


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Account, {"points_pending": -1}),
        (Account, {"points_available": -1}),
        (Account, {"points_held": -1}),
        (Account, {"points_debt": -1}),
        (Account, {"points_lifetime": -1}),
        (Account, {"points_debt": 1}),
        (Lot, {"points": 0}),
        (Lot, {"points_pending": -1}),
        (Lot, {"points_available": -1}),
        (Lot, {"points_held": -1}),
        (Hold, {"points": 0}),
        (Hold, {"points_captured": 5}),
        (Hold, {"points_returned": 1}),
    ],
)
def test_nothing_is_ever_below_zero_or_beyond_what_there_was(
    account: Account, model: Any, values: dict[str, int]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**values)


def test_one_checkout_has_one_open_hold(account: Account) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.create(
            account=account, checkout_token="t", points=1, at=NOON, expires_at=NOON
        )


def test_the_pure_part_knows_the_kinds_of_the_table() -> None:
    assert [kind.value for kind in Kind] == EntryKind.values


def test_an_untouched_account_is_as_its_entries_say(account: Account) -> None:
    assert verify([account.pk]) == []
    assert_account(account.pk)
    call_command("rewards_verify", account.pk)


def _raise_a_sum(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(points_available=7)


def _raise_a_lot(account: Account) -> None:
    Lot.objects.filter(account=account).update(points_available=7)


def _raise_an_entry(account: Account) -> None:
    _run("ALTER TABLE saleor_rewards_entry DISABLE TRIGGER USER")
    _run(
        "UPDATE saleor_rewards_entry SET points_available = 11 WHERE kind = 'earn' "
        f"AND account_id = {account.pk}"
    )
    _run("ALTER TABLE saleor_rewards_entry ENABLE TRIGGER USER")


def _move_points_in_an_entry(account: Account) -> None:
    _run("ALTER TABLE saleor_rewards_entry DISABLE TRIGGER USER")
    _run(
        "UPDATE saleor_rewards_entry SET moves = '[[1, 0, 10, 0, 0]]' "
        f"WHERE kind = 'earn' AND account_id = {account.pk}"
    )
    _run("ALTER TABLE saleor_rewards_entry ENABLE TRIGGER USER")


def _forget_an_entry(account: Account) -> None:
    _run("ALTER TABLE saleor_rewards_entry DISABLE TRIGGER USER")
    _run(f"DELETE FROM saleor_rewards_entry WHERE account_id = {account.pk}")
    _run("ALTER TABLE saleor_rewards_entry ENABLE TRIGGER USER")


def _lose_a_hold(account: Account) -> None:
    Hold.objects.filter(account=account).delete()


def _forget_what_is_due(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(due_at=None)


@pytest.mark.parametrize(
    "tamper",
    [
        _raise_a_sum,
        _raise_a_lot,
        _raise_an_entry,
        _move_points_in_an_entry,
        _forget_an_entry,
        _lose_a_hold,
        _forget_what_is_due,
    ],
)
@pytest.mark.django_db(transaction=True)
def test_verifying_finds_what_somebody_changed_behind_the_ledgers_back(
    account: Account, tamper: Callable[[Account], None]
) -> None:
    # given
    healthy = open_account()
    earn(healthy, 5)

    # when
    tamper(account)

    # then
    assert {one.account_pk for one in verify()} == {account.pk}
    with pytest.raises(AssertionError, match=f"account {account.pk}"):
        assert_account(account.pk)
    with pytest.raises(CommandError):
        call_command("rewards_verify")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_moments_are_compared_whatever_zone_they_are_told_in(account: Account) -> None:
    moment = datetime.fromisoformat("2024-02-29T14:00:00+02:00")
    with posting(account.pk, moment) as book:
        assert book.balance.available == 0
