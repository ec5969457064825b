"""Points that lapse after inactivity: every order keeps them, and leaving ends it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from saleor_rewards import jobs, tasks
from saleor_rewards.ledger import accounts, balance, posting
from saleor_rewards.ledger.upkeep import settle_due
from saleor_rewards.models import Account, Entry, Settlement
from saleor_rewards.orders.cases import cases
from saleor_rewards.orders.settling import settle_order
from saleor_rewards.programs.rulebook import ends, points_in_force

from .points import Member, make_member, no_hooks, reconcile_all, rows, written
from .staff import Staff, pk_of
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


@pytest.fixture
def goods(shop: Shop) -> Any:
    """A variant for 10.00, in a shop where points lapse after 90 days."""
    shop.points(expiry="after_inactivity", expiry_days=90)
    return shop.product("10.00", ships=False)


@pytest.fixture
def ann(shop: Shop, goods: Any) -> Member:
    """A member with 1000 points that lapse tomorrow."""
    return lapsing_member(shop)


def lapsing_member(shop: Shop) -> Member:
    member = make_member(shop, 1000)
    Account.objects.filter(pk=member.account.pk).update(lapses_at=tomorrow())
    return member


def tomorrow() -> datetime:
    return timezone.now() + DAY


def in_days(days: int, account: Account) -> int:
    """Let so many days pass; return what the account has then."""
    at = timezone.now() + days * DAY
    settle_due(at, 100)
    account.refresh_from_db()
    return balance(account, at).available


def is_kept(member: Member) -> bool:
    """Tell whether the points live for 90 days from today on, and no longer."""
    left = member.account.lapses_at - timezone.now()
    return 89 * DAY < left <= 90 * DAY


def reconciled_twice() -> bool:
    """Reconcile; tell whether a second time would write anything."""
    reconcile_all()
    return written(reconcile_all) == []


def test_an_order_keeps_points_from_when_it_is_placed(
    shop: Shop, goods: Any, ann: Member, staff: Staff
) -> None:
    # given somebody whose changed address nobody followed yet
    shop.earning()
    Account.objects.update(email="former@example.com")

    # when it is placed today and paid after the points would have lapsed
    order = ann.order(ann.cart((goods, 1)))
    assert is_kept(ann)
    assert reconciled_twice()
    assert in_days(2, ann.account) == 1000
    staff.capture(order, "10.00")

    # then
    assert ann.sums == (1010, 0)
    assert is_kept(ann)
    assert Settlement.objects.get().step == 2
    assert reconciled_twice()


def test_an_order_that_earns_nothing_keeps_points(goods: Any, ann: Member) -> None:
    # when
    ann.buy(ann.cart((goods, 1)))

    # then
    assert is_kept(ann)
    assert in_days(2, ann.account) == 1000
    assert reconciled_twice()


@pytest.mark.parametrize("is_released", [False, True])
def test_an_order_that_points_pay_for_keeps_the_others(
    goods: Any, ann: Member, is_released: bool
) -> None:
    # given
    with no_hooks():
        order = ann.spend(goods, 900)
    if is_released:
        hold = ann.account.holds.get()
        with posting(ann.account.pk, timezone.now()) as book:
            book.release(hold, key="lapsed")

    # when
    settle_order(pk_of(order))

    # then
    assert is_kept(ann)
    assert in_days(2, ann.account) == 100
    assert reconciled_twice()


def test_points_that_never_lapsed_do_so_some_time_after_they_paid(
    shop: Shop, goods: Any
) -> None:
    # given
    bob = make_member(shop, 1000)
    assert bob.account.lapses_at is None

    # when
    bob.spend(goods, 900)

    # then
    assert is_kept(bob)


@pytest.mark.parametrize("points", [0, 900])
def test_a_cancelled_order_keeps_nothing(
    goods: Any, ann: Member, staff: Staff, points: int
) -> None:
    # given
    end = ann.account.lapses_at
    with no_hooks():
        order = ann.spend(goods, points) if points else ann.order(ann.cart((goods, 1)))
        staff.do("cancel", order)

    # when
    settle_order(pk_of(order))

    # then
    assert ann.account.lapses_at == end
    assert in_days(2, ann.account) == 0


def test_an_order_shortens_no_life(goods: Any, ann: Member) -> None:
    # given
    end = timezone.now() + 200 * DAY
    Account.objects.update(lapses_at=end)

    # when
    ann.order(ann.cart((goods, 1)))
    ann.buy(ann.cart((goods, 1)))

    # then
    assert ann.account.lapses_at == end


def test_an_order_opens_no_account_just_to_keep_it(
    goods: Any, shopper: Shopper
) -> None:
    # when
    shopper.order(shopper.cart((goods, 1)))

    # then
    assert not Account.objects.exists()
    assert not Settlement.objects.exists()


def test_a_guests_order_keeps_a_guests_points(
    shop: Shop, goods: Any, shopper: Shopper
) -> None:
    # given
    guest = accounts.guest(shop.program.pk, "guest@example.com", timezone.now())
    Account.objects.filter(pk=guest.pk).update(lapses_at=tomorrow())

    # when
    shopper.order(shopper.cart((goods, 1)))

    # then
    guest.refresh_from_db()
    assert guest.lapses_at > timezone.now() + 89 * DAY


def test_what_orders_keep_is_read_in_a_number_of_queries_that_does_not_grow(
    shop: Shop, goods: Any
) -> None:
    # given
    with no_hooks():
        orders = []
        for _ in range(3):
            member = lapsing_member(shop)
            orders.append(pk_of(member.order(member.cart((goods, 1)))))

    # when
    counts = []
    for pks in (orders[:1], orders):
        with CaptureQueriesContext(connection) as captured:
            found = cases(pks)
        assert [case.is_settled for case in found] == [False] * len(pks)
        counts.append(len(captured))

    # then
    assert counts[0] == counts[1]


def test_points_for_a_birthday_live_on_where_the_others_just_lapsed(
    shop: Shop, ann: Member
) -> None:
    # given
    at = timezone.now() + 2 * DAY
    book = points_in_force(shop.channel.pk)

    # when
    found = ends(ann.account, book, at)

    # then
    assert found == {"lapses_at": at + 90 * DAY}
    assert ends(ann.account, book, timezone.now()) == {}


# When the merchant lets nothing lapse any more


@pytest.fixture
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the task waiting that clears what a policy left behind."""
    monkeypatch.setattr(tasks.clear_lapses, "apply_async", lambda *_, **__: None)


@pytest.mark.parametrize("expiry", ["never", "after_earning"])
def test_nothing_lapses_from_the_change_on_before_any_task_ran(
    shop: Shop, ann: Member, no_worker: None, expiry: str
) -> None:
    # given
    bob, later = lapsing_member(shop), timezone.now() + 2 * DAY

    # when
    shop.points(expiry=expiry)

    # then what is read
    assert balance(ann.account, later).available == 1000
    assert accounts.expiring_soon(ann.account, timezone.now(), later) == []
    # and what is posted, one by one and in chunks
    with posting(ann.account.pk, later) as book:
        assert book.balance.available == 1000
    assert in_days(2, bob.account) == 1000
    assert {ann.account.lapses_at, bob.account.lapses_at} == {None}
    assert not Entry.objects.filter(kind="expire").exists()


def test_the_task_clears_every_account_in_chunks(
    shop: Shop, goods: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(jobs, "CHUNK", 2)
    for _ in range(5):
        lapsing_member(shop)

    # when
    shop.points(expiry="never")

    # then
    assert not Account.objects.filter(lapses_at__isnull=False).exists()
    assert written(lambda: tasks.clear_lapses(shop.program.pk)) == []


def test_a_policy_that_comes_back_brings_no_old_time_along(
    shop: Shop, ann: Member, no_worker: None
) -> None:
    # given
    Account.objects.update(lapses_at=timezone.now() - DAY)
    shop.points(expiry="never")

    # when
    shop.points(expiry="after_inactivity")

    # then
    assert in_days(300, ann.account) == 1000
    assert ann.account.lapses_at is None


def test_a_task_that_comes_late_clears_no_new_time(
    shop: Shop, goods: Any, ann: Member, no_worker: None
) -> None:
    # given
    shop.points(expiry="never")
    shop.points(expiry="after_inactivity")
    ann.spend(goods, 900)

    # when
    tasks.clear_lapses(shop.program.pk)

    # then
    assert is_kept(ann)


def test_a_change_of_something_else_clears_nothing(shop: Shop, ann: Member) -> None:
    # when
    shop.points(expiry="after_inactivity", expiry_days=30)

    # then
    assert ann.account.lapses_at is not None


def test_an_order_of_a_policy_that_was_left_brings_no_time_back(
    shop: Shop, goods: Any, ann: Member, staff: Staff
) -> None:
    # given
    shop.earning()
    order = ann.order(ann.cart((goods, 1)))
    shop.points(expiry="never")
    before = rows()
    assert reconcile_all() == 0
    assert rows() == before

    # when
    staff.capture(order, "10.00")

    # then
    assert ann.account.lapses_at is None
    assert ann.sums == (1010, 0)
