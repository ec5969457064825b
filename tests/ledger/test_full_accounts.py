"""An account holds so many points; of what is earned beyond, it takes what fits."""

from __future__ import annotations

import pytest

from saleor_rewards.ledger import LedgerError, LedgerErrorCode, earn, posting
from saleor_rewards.ledger.earning import Earned, earned_for
from saleor_rewards.ledger.invariants import assert_account
from saleor_rewards.ledger.lots import MAX_POINTS
from saleor_rewards.ledger.upkeep import merge
from saleor_rewards.models import Account, Entry, Lot, Shortage

from .build import NOON, Balance, key, open_account, rule_version, sums

pytestmark = pytest.mark.django_db


def filled(left: int) -> Account:
    """Return an account with room for so many points."""
    account = open_account()
    give(account, MAX_POINTS - left)
    return account


def give(account: Account, points: int, name: str = "", **options: object) -> None:
    """Earn points as every caller does, available at once."""
    earn(
        account.pk,
        points,
        key=name or key(),
        at=NOON,
        available_from=NOON,
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(("room", "taken"), [(7, 7), (0, 0), (10, 10), (11, 10)])
def test_an_earning_is_taken_as_far_as_it_fits(room: int, taken: int) -> None:
    # given
    account = filled(room)

    # when
    give(account, 10, "k")

    # then
    entry = Entry.objects.get(key="k")
    assert (entry.points_available, entry.points_waived) == (taken, 10 - taken)
    assert sums(account).available == MAX_POINTS - room + taken
    assert_account(account.pk)


def test_what_was_let_go_does_not_come_with_the_same_key_again() -> None:
    # given
    account = filled(7)
    give(account, 10, "k")

    # when
    with posting(account.pk, NOON) as book:
        book.adjust(-50, key=key(), reason="r", author="a")
    give(account, 10, "k")

    # then
    assert sums(account).available == MAX_POINTS - 50
    assert_account(account.pk)


def test_points_that_pay_a_debt_need_no_room() -> None:
    # given
    account = filled(0)
    with posting(account.pk, NOON) as book:
        book.spend(MAX_POINTS + 30, key=key(), checkout_token="", order_pk="1")
    assert sums(account).debt == 30

    # when
    give(account, MAX_POINTS, "k")

    # then
    assert (sums(account).available, sums(account).debt) == (MAX_POINTS - 30, 0)
    assert Entry.objects.get(key="k").points_waived == 0
    assert_account(account.pk)


def test_an_account_that_spent_all_earns_again_whatever_it_ever_earned() -> None:
    # given
    account = filled(0)
    with posting(account.pk, NOON) as book:
        book.adjust(-MAX_POINTS, key=key(), reason="r", author="a")

    # when
    give(account, 500)

    # then
    assert sums(account) == Balance(available=500, lifetime=MAX_POINTS + 500)


def test_by_hand_nobody_adds_more_than_fits() -> None:
    # given
    account = filled(7)

    # when
    with posting(account.pk, NOON) as book, pytest.raises(LedgerError) as refused:
        book.adjust(8, key=key(), reason="r", author="a")

    # then
    assert refused.value.code is LedgerErrorCode.TOO_MANY_POINTS
    assert "Only 7 more points fit" in refused.value.message
    assert sums(account).available == MAX_POINTS - 7


def test_points_that_come_back_and_merged_accounts_are_never_turned_away() -> None:
    # given
    account, other = open_account(), filled(0)
    give(account, 10)
    with posting(account.pk, NOON) as book:
        hold = book.spend(10, key=key(), checkout_token="", order_pk="1")
    give(account, MAX_POINTS)

    # when
    with posting(account.pk, NOON) as book:
        book.give_back(hold, 10, key=key())
    merge(account.pk, other.pk, NOON)

    # then
    assert sums(other).available == 2 * MAX_POINTS + 10
    assert_account(other.pk)


def test_what_an_order_earned_is_known_by_what_was_taken_and_what_was_let_go() -> None:
    # given
    account, version = filled(7), rule_version()
    give(account, 10, order_pk="1", rule_version_pk=version)

    # when
    earned = earned_for("1", version)

    # then
    assert earned == Earned(taken=7, waived=3)
    assert Lot.objects.get(order_pk="1").points == 7
    with posting(account.pk, NOON) as book:
        taken = earned.on_account(10) - earned.on_account(5)
        book.reverse(
            taken,
            key=key(),
            shortage=Shortage.DEBT,
            order_pk="1",
            rule_version_pk=version,
        )
    assert sums(account).available == MAX_POINTS - 2
