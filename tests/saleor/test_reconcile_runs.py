"""A run looks at all that may have changed since the last good one, and at little else.

No hook says a word here: what a run does not find by itself, nobody finds.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone
from saleor.order.models import Order

from saleor_rewards import jobs, tasks
from saleor_rewards.host.bindings import Since
from saleor_rewards.host.current import host
from saleor_rewards.models import Hold, ReconcileRun, Settlement
from saleor_rewards.orders import reconciling, settling
from saleor_rewards.orders import stripe_work as work

from ..stripe_events.build import charge
from .elsewhere import held_elsewhere
from .limits import needs
from .order_changes import EVERY_WAY, Way, bought, goods
from .points import no_hooks, reconcile_all, written
from .staff import Staff, pk_of
from .stripe_sender import PAID, Sender, pay_by_stripe
from .test_sql_counts import queries
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run look at nothing that it need not, so that nothing is found by luck."""
    monkeypatch.setattr(reconciling, "OVERLAP", timedelta(0))


@pytest.mark.parametrize("way", EVERY_WAY)
def test_whatever_changes_the_money_of_an_order_is_found(
    shop: Shop, staff: Staff, way: Way
) -> None:
    # given a run that left nothing undone
    shop.points()
    shop.earning(10)
    steps = way(shop, staff)
    next(steps)
    tasks.reconcile_points()

    # when
    with no_hooks():
        order_pk = next(steps)
    tasks.reconcile_points()

    # then
    (run,) = ReconcileRun.objects.all()
    assert run.since_at is not None
    assert (run.settled, run.failed) == (1, 0), order_pk
    assert written(reconcile_all) == []


def test_what_stripe_tells_is_found(
    shop: Shop, shopper: Shopper, stripe: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    pay_by_stripe(shop, shopper)
    tasks.reconcile_points()

    # when the process dies before it settles what was told
    with monkeypatch.context() as patch:
        patch.setattr(work, "settle_order", lambda *_arguments: False)
        stripe.tell("charge.refunded", charge(**PAID, amount_refunded=2000))
    tasks.reconcile_points()

    # then
    assert ReconcileRun.objects.get().settled == 1
    assert written(reconcile_all) == []


def test_points_that_are_aside_for_an_order_are_found_however_old_it_is(
    shop: Shop, staff: Staff
) -> None:
    # given a hold that is open again, as after a restored backup of our tables
    shop.points()
    member, order = bought(shop, 500)
    tasks.reconcile_points()
    begun_after_all(ReconcileRun.objects.get())
    hold = Hold.objects.get()
    Settlement.objects.all().delete()
    Hold.objects.filter(pk=hold.pk).update(state="open", order_pk="", closed_at=None)

    # then
    assert pk_of(order) in changed_since_the_last()
    assert member.email


def begun_after_all(run: ReconcileRun) -> None:
    """Let a run have begun after everything that was written up to now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT txid_snapshot_xmax(txid_current_snapshot())")
        (newest,) = cursor.fetchone()
    ReconcileRun.objects.filter(pk=run.pk).update(
        started_at=timezone.now(), transaction_id=newest
    )


def changed_since_the_last() -> list[str]:
    """Return the orders that the next run would look at."""
    return changed(since_the_last())


def since_the_last() -> Since:
    """Return from where on the next run would look."""
    with host.writing():
        pk = reconciling.begin(timezone.now())
        run = ReconcileRun.objects.get(pk=pk)
        since = reconciling._since(run)
        run.delete()
    assert since is not None
    return since


def changed(since: Since) -> list[str]:
    with host.writing():
        signs = settling.ChangeSigns(
            since, settling.told_of(since.at), settling.open_tokens()
        )
        return host.orders_changed("", 100, signs)


def test_orders_that_did_not_change_are_left_out(shop: Shop, staff: Staff) -> None:
    # given
    shop.points()
    shop.earning(10)
    _first, order = bought(shop)
    bought(shop)
    tasks.reconcile_points()
    begun_after_all(ReconcileRun.objects.get())

    # when
    with no_hooks():
        staff.refund(order, "12.00")

    # then
    assert changed_since_the_last() == [pk_of(order)]
    tasks.reconcile_points()
    assert ReconcileRun.objects.get().orders == 1


def test_a_run_that_finds_nothing_costs_the_same_for_few_and_many_orders(
    shop: Shop, staff: Staff
) -> None:
    # given
    shop.points()
    shop.earning(10)

    def count(orders: int) -> int:
        for _ in range(orders):
            bought(shop)
        tasks.reconcile_points()
        begun_after_all(ReconcileRun.objects.get())
        return len(queries(tasks.reconcile_points))

    # then
    assert count(1) == count(6)


def test_changed_orders_are_looked_at_a_chunk_at_a_time(
    shop: Shop, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    shop.points()
    shop.earning(10)
    orders = [bought(shop)[1] for _ in range(5)]
    tasks.reconcile_points()
    begun_after_all(ReconcileRun.objects.get())
    monkeypatch.setattr(jobs, "CHUNK", 2)

    # when
    with no_hooks():
        for order in orders:
            staff.refund(order, "12.00")
    tasks.reconcile_points()

    # then
    run = ReconcileRun.objects.get()
    assert (run.orders, run.settled, run.failed) == (5, 5, 0)
    assert written(reconcile_all) == []


@pytest.mark.parametrize("fault", ["fails", "dies"])
def test_what_a_run_left_undone_is_looked_at_again(
    shop: Shop, staff: Staff, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    # given
    shop.points()
    shop.earning(10)
    _member, order = bought(shop)
    tasks.reconcile_points()
    begun_after_all(ReconcileRun.objects.get())
    with no_hooks():
        staff.refund(order, "12.00")

    # when
    with monkeypatch.context() as patch:
        if fault == "fails":
            patch.setattr(settling, "settle_order", _fail)
            tasks.reconcile_points()
        else:
            patch.setattr(reconciling, "reconcile", _fail)
            # The worker that goes on with the run dies, not the one that began it.
            tasks.reconcile_points()
    runs_before = ReconcileRun.objects.count()
    tasks.reconcile_points()

    # then
    assert runs_before == 2
    assert ReconcileRun.objects.get().settled == 1
    assert written(reconcile_all) == []


def _fail(*_arguments: Any) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("change", ["terms", "stopped"])
def test_every_order_is_looked_at_once_points_work_otherwise(
    shop: Shop, staff: Staff, change: str
) -> None:
    # given orders that left no receipt, and are to earn by another policy
    shop.points(earn_on="fulfilled")
    shop.earning(10)
    if change == "stopped":
        shop.points(earn_on="paid")
        shop.plugin(active=False)
    order = staff.draft((goods(shop), 1), email="ann@example.com", channel=shop.channel)
    staff.do("pay", order)
    tasks.reconcile_points()
    assert not Settlement.objects.filter(points_earned__gt=0).exists()

    # when
    if change == "stopped":
        shop.plugin()
    else:
        shop.points(earn_on="paid")
    tasks.reconcile_points()

    # then
    assert ReconcileRun.objects.get().since_at is None
    assert written(reconcile_all) == []


def test_the_command_looks_at_every_order(
    shop: Shop, staff: Staff, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    shop.points()
    for _ in range(3):
        bought(shop)
    tasks.reconcile_points()
    begun_after_all(ReconcileRun.objects.get())

    # when
    call_command("rewards_reconcile")

    # then
    assert "3 orders looked at, 0 settled, 0 failed" in capsys.readouterr().out
    run = ReconcileRun.objects.get()
    assert (run.since_at, run.failed) == (None, 0)


def test_a_run_from_long_ago_is_not_gone_on_from(shop: Shop) -> None:
    # given
    shop.points()
    tasks.reconcile_points()
    past = timezone.now() - timedelta(days=31)
    ReconcileRun.objects.update(started_at=past)

    # when
    tasks.reconcile_points()

    # then
    assert ReconcileRun.objects.get().since_at is None


def test_every_order_is_looked_at_once_the_database_was_restored(shop: Shop) -> None:
    # given a database whose transactions are counted from elsewhere than before the dump
    shop.points()
    tasks.reconcile_points()
    begun_after_all(ReconcileRun.objects.get())
    ReconcileRun.objects.update(transaction_id=F("transaction_id") + 1_000_000)

    # when
    tasks.reconcile_points()

    # then
    assert ReconcileRun.objects.get().since_at is None


@needs("unnoted changes")
def test_what_was_being_written_as_a_run_began_is_found_whoever_writes_later(
    shop: Shop, staff: Staff
) -> None:
    # given an order that is written by whoever was writing already then
    shop.points()
    _member, order = bought(shop)
    pk = pk_of(order)

    def change() -> None:
        Order.objects.filter(pk=pk).update(shipping_method_name="By hand")

    with held_elsewhere(change):
        tasks.reconcile_points()
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text::bigint FROM order_order WHERE id = %s", [pk])
        (writer,) = cursor.fetchone()
    run = ReconcileRun.objects.filter(transaction_id__lte=writer)
    assert run.update(started_at=timezone.now(), transaction_id=writer)

    # when
    since = since_the_last()
    with held_elsewhere(write), held_elsewhere(write):
        found = changed(since)

    # then
    assert found == [pk]


def write() -> None:
    """Be somebody who writes something or other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT txid_current()")
