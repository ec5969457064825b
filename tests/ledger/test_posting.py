"""Points are earned, spent, taken back and given again, to the point."""

from __future__ import annotations

import pytest

from saleor_rewards.ledger import LedgerError, LedgerErrorCode, posting
from saleor_rewards.ledger.upkeep import merge
from saleor_rewards.ledger.verify import verify
from saleor_rewards.models import Entry, EntryKind, EntryNote, HoldState, Lot, Shortage

from .build import DAY, NOON, Balance, earn, key, left, open_account, rule_version, sums

pytestmark = pytest.mark.django_db


def test_points_are_pending_until_they_become_available() -> None:
    # given
    account = open_account()
    earn(account, 100, available_from=NOON + 14 * DAY)
    assert sums(account) == Balance(pending=100, lifetime=100)

    # when
    with posting(account.pk, NOON + 14 * DAY) as book:
        found = book.balance

    # then
    assert found == sums(account) == Balance(available=100, lifetime=100)
    kinds = Entry.objects.filter(account=account).values_list("kind", flat=True)
    assert list(kinds) == [EntryKind.EARN, EntryKind.MATURE]


def test_the_lot_that_expires_first_is_spent_first() -> None:
    # given
    account = open_account()
    never = earn(account, 10)
    late = earn(account, 10, expires_at=NOON + 9 * DAY)
    soon = earn(account, 10, expires_at=NOON + 5 * DAY)

    # when
    with posting(account.pk, NOON) as book:
        book.spend(25, key=key(), checkout_token="", order_pk="1")

    # then
    assert [left(lot) for lot in (soon, late, never)] == [
        (0, 0, 0),
        (0, 0, 0),
        (0, 5, 0),
    ]


def test_an_expired_lot_cannot_be_spent_before_any_task_ran() -> None:
    # given
    account = open_account()
    lot = earn(account, 10, expires_at=NOON + DAY)

    # when
    with posting(account.pk, NOON + DAY) as book:
        with pytest.raises(LedgerError) as refused:
            book.hold(1, key=key(), checkout_token="t", expires_at=NOON + 2 * DAY)

    # then
    assert refused.value.code is LedgerErrorCode.INSUFFICIENT_POINTS
    assert left(lot) == (0, 0, 0)
    assert Entry.objects.latest("pk").kind == EntryKind.EXPIRE


def test_a_hold_protects_points_from_expiry_and_release_ends_that() -> None:
    # given
    account = open_account()
    lot = earn(account, 10, expires_at=NOON + DAY)
    with posting(account.pk, NOON) as book:
        hold = book.hold(6, key=key(), checkout_token="t", expires_at=NOON + 3 * DAY)

    # when
    with posting(account.pk, NOON + 2 * DAY) as book:
        assert book.balance == Balance(held=6, lifetime=10)
        book.release(hold, key=key())

    # then
    assert sums(account) == Balance(lifetime=10)
    assert left(lot) == (0, 0, 0)
    assert hold.state == HoldState.RELEASED


def test_capture_spends_a_part_of_the_hold_and_releases_the_rest() -> None:
    # given
    account = open_account()
    first = earn(account, 10, expires_at=NOON + DAY)
    second = earn(account, 10)
    with posting(account.pk, NOON) as book:
        hold = book.hold(15, key=key(), checkout_token="t", expires_at=NOON + DAY)

    # when
    with posting(account.pk, NOON) as book:
        book.capture(hold, 12, key=key(), order_pk="1")

    # then
    assert (left(first), left(second)) == ((0, 0, 0), (0, 8, 0))
    assert hold.points_captured == 12
    assert hold.draws == [[first.pk, 10], [second.pk, 2]] or hold.draws == [
        (first.pk, 10),
        (second.pk, 2),
    ]


def test_a_new_hold_of_a_checkout_replaces_the_old_one() -> None:
    # given
    account = open_account()
    earn(account, 10)
    with posting(account.pk, NOON) as book:
        old = book.hold(8, key=key(), checkout_token="t", expires_at=NOON + DAY)

    # when
    with posting(account.pk, NOON) as book:
        new = book.hold(9, key=key(), checkout_token="t", expires_at=NOON + DAY)

    # then
    old.refresh_from_db()
    assert (old.state, new.state) == (HoldState.RELEASED, HoldState.OPEN)
    assert sums(account) == Balance(available=1, held=9, lifetime=10)


def test_a_refused_hold_leaves_the_old_one_as_it_was() -> None:
    # given
    account = open_account()
    earn(account, 10)
    with posting(account.pk, NOON) as book:
        old = book.hold(8, key=key(), checkout_token="t", expires_at=NOON + DAY)

    # when
    with posting(account.pk, NOON) as book, pytest.raises(LedgerError):
        book.hold(11, key=key(), checkout_token="t", expires_at=NOON + DAY)

    # then
    old.refresh_from_db()
    assert old.state == HoldState.OPEN
    assert sums(account) == Balance(available=2, held=8, lifetime=10)


def test_points_taken_back_come_from_the_orders_own_lots_first() -> None:
    # given
    account, version = open_account(), rule_version()
    other = earn(account, 10, expires_at=NOON + DAY)
    own = earn(
        account,
        10,
        order_pk="1",
        rule_version_pk=version,
        available_from=NOON + DAY,
    )

    # when
    with posting(account.pk, NOON) as book:
        book.reverse(
            13,
            key=key(),
            shortage=Shortage.DEBT,
            order_pk="1",
            rule_version_pk=version,
        )

    # then
    assert (left(own), left(other)) == ((0, 0, 0), (0, 7, 0))
    assert sums(account) == Balance(available=7, lifetime=7)


@pytest.mark.parametrize(
    ("shortage", "debt", "waived"), [(Shortage.DEBT, 6, 0), (Shortage.CLAMP, 0, 6)]
)
def test_restoring_undoes_a_reversal_exactly(
    shortage: Shortage, debt: int, waived: int
) -> None:
    # given
    account, version = open_account(), rule_version()
    named = {"order_pk": "1", "rule_version_pk": version}
    lot = earn(account, 10, **named)
    with posting(account.pk, NOON) as book:
        book.spend(6, key=key(), checkout_token="", order_pk="2")
    before = sums(account)

    # when
    with posting(account.pk, NOON) as book:
        book.reverse(10, key=key(), shortage=shortage, **named)
    assert sums(account) == Balance(debt=debt)
    assert Entry.objects.latest("pk").points_waived == waived
    with posting(account.pk, NOON) as book:
        book.restore(3, key=key(), **named)
        book.restore(7, key=key(), **named)

    # then
    assert sums(account) == before
    assert left(lot) == (0, 4, 0)


def test_points_of_the_order_that_expired_count_as_taken_back() -> None:
    # given
    account, version = open_account(), rule_version()
    named = {"order_pk": "1", "rule_version_pk": version}
    lot = earn(account, 10, expires_at=NOON + DAY, **named)
    other = earn(account, 20)
    with posting(account.pk, NOON) as book:
        book.spend(4, key=key(), checkout_token="", order_pk="2")

    # when
    with posting(account.pk, NOON + DAY) as book:
        book.reverse(5, key=key(), shortage=Shortage.DEBT, **named)
        assert left(other) == (0, 20, 0)
        book.reverse(5, key=key(), shortage=Shortage.DEBT, **named)

    # then
    assert (left(lot), left(other)) == ((0, 0, 0), (0, 16, 0))
    assert sums(account) == Balance(available=16, lifetime=20)


def test_what_had_expired_before_it_was_taken_back_stays_expired() -> None:
    # given
    account, version = open_account(), rule_version()
    named = {"order_pk": "1", "rule_version_pk": version}
    lot = earn(account, 10, expires_at=NOON + DAY, **named)
    with posting(account.pk, NOON) as book:
        book.spend(4, key=key(), checkout_token="", order_pk="2")
    with posting(account.pk, NOON + DAY) as book:
        before = book.balance
        book.reverse(10, key=key(), shortage=Shortage.DEBT, **named)
        assert book.balance == Balance(debt=4)

    # when
    with posting(account.pk, NOON + DAY) as book:
        book.restore(10, key=key(), **named)

    # then
    assert sums(account) == before == Balance(lifetime=10)
    assert Lot.objects.get(pk=lot.pk).points_expired == 6


def test_expired_points_come_along_when_accounts_are_merged() -> None:
    # given
    mine, guests, version = open_account(), open_account(), rule_version()
    named = {"order_pk": "1", "rule_version_pk": version}
    earn(guests, 10, expires_at=NOON + DAY, **named)
    earn(mine, 10)

    # when
    merge(guests.pk, mine.pk, NOON + DAY)
    with posting(mine.pk, NOON + DAY) as book:
        book.reverse(10, key=key(), shortage=Shortage.DEBT, **named)

    # then
    assert sums(mine) == Balance(available=10, lifetime=10)
    assert verify([mine.pk, guests.pk]) == []


def test_what_was_debt_and_is_paid_by_now_comes_back_to_the_orders_lot() -> None:
    # given
    account, version = open_account(), rule_version()
    named = {"order_pk": "1", "rule_version_pk": version}
    lot = earn(account, 10, **named)
    with posting(account.pk, NOON) as book:
        book.spend(10, key=key(), checkout_token="", order_pk="2")
        book.reverse(10, key=key(), shortage=Shortage.DEBT, **named)
    earn(account, 10)
    assert sums(account) == Balance(lifetime=10)

    # when
    with posting(account.pk, NOON) as book:
        book.restore(10, key=key(), **named)

    # then
    assert left(lot) == (0, 10, 0)
    assert sums(account) == Balance(available=10, lifetime=20)


def test_points_that_become_available_pay_what_is_owed_first() -> None:
    # given
    account = open_account()
    with posting(account.pk, NOON) as book:
        book.spend(7, key=key(), checkout_token="", order_pk="1")
    earn(account, 10, available_from=NOON + DAY)
    assert sums(account) == Balance(pending=10, debt=7, lifetime=10)

    # when
    with posting(account.pk, NOON + DAY):
        pass

    # then
    assert sums(account) == Balance(available=3, lifetime=10)


def test_spent_points_come_back_to_the_lots_that_were_taken_last() -> None:
    # given
    account = open_account()
    first = earn(account, 10, expires_at=NOON + 5 * DAY)
    second = earn(account, 10)
    with posting(account.pk, NOON) as book:
        hold = book.spend(23, key=key(), checkout_token="", order_pk="1")
    assert sums(account) == Balance(debt=3, lifetime=20)

    # when
    with posting(account.pk, NOON) as book:
        book.give_back(hold, 8, key=key())

    # then
    assert (left(first), left(second)) == ((0, 0, 0), (0, 5, 0))
    with posting(account.pk, NOON) as book:
        book.retake(hold, 8, key=key())
    assert sums(account) == Balance(debt=3, lifetime=20)
    with posting(account.pk, NOON) as book:
        book.give_back(hold, 23, key=key())
    assert (left(first), left(second)) == ((0, 10, 0), (0, 10, 0))


def test_what_was_owed_and_is_paid_by_now_comes_back_as_points() -> None:
    # given
    account = open_account()
    with posting(account.pk, NOON) as book:
        hold = book.spend(10, key=key(), checkout_token="", order_pk="1")
    earn(account, 4)

    # when
    with posting(account.pk, NOON) as book:
        book.give_back(hold, 10, key=key())

    # then
    assert sums(account) == Balance(available=4, lifetime=4)
    with posting(account.pk, NOON) as book:
        book.retake(hold, 10, key=key())
    assert sums(account) == Balance(debt=6, lifetime=4)


def test_all_points_lapse_with_the_account_but_held_ones() -> None:
    # given
    account = open_account()
    earn(account, 10, lapses_at=NOON + 5 * DAY)
    earn(account, 10, available_from=NOON + 9 * DAY)
    with posting(account.pk, NOON) as book:
        hold = book.hold(4, key=key(), checkout_token="t", expires_at=NOON + DAY)

    # when
    with posting(account.pk, NOON + 5 * DAY) as book:
        found = book.balance
        book.release(hold, key=key())

    # then
    assert found == Balance(held=4, lifetime=20)
    assert sums(account) == Balance(lifetime=20)


def test_an_adjustment_keeps_its_reason_and_author() -> None:
    # given
    account = open_account()

    # when
    with posting(account.pk, NOON) as book:
        book.adjust(10, key="a", reason="Sorry", author="ann", expires_at=NOON + DAY)
        book.adjust(-4, key="b", reason="Too much", author="bob")

    # then
    assert sums(account) == Balance(available=6, lifetime=10)
    notes = EntryNote.objects.order_by("pk").values_list("entry__key", "reason")
    assert list(notes) == [("a", "Sorry"), ("b", "Too much")]
    assert Lot.objects.get(account=account).expires_at == NOON + DAY


def test_a_block_that_fails_posts_nothing() -> None:
    # given
    account = open_account()

    # when
    with pytest.raises(LedgerError):
        _earn_and_fail(account.pk)

    # then
    assert sums(account) == Balance()
    assert not Entry.objects.filter(account=account).exists()


def _earn_and_fail(account_pk: int) -> None:
    with posting(account_pk, NOON) as book:
        book.earn(5, key=key(), available_from=NOON)
        book.earn(0, key=key(), available_from=NOON)


def test_a_time_without_a_zone_is_refused() -> None:
    account = open_account()
    with pytest.raises(LedgerError) as refused, posting(
        account.pk, NOON.replace(tzinfo=None)
    ):
        pass
    assert refused.value.code is LedgerErrorCode.NAIVE_TIME
