"""Points that an order was paid with come back with the money, share by share."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from saleor_rewards.ledger import posting
from saleor_rewards.ledger.upkeep import settle_due
from saleor_rewards.models import Account, Hold, HoldState, Lot, Settlement
from saleor_rewards.orders.settling import preview, reconcile, settle_order

from .plugin_hooks import hooks
from .points import make_member
from .staff import Staff, pk_of
from .world import Cart, Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def goods(shop: Shop) -> Any:
    """A variant for 40.00 that needs no shipping and earns 10 points a dollar."""
    shop.points()
    shop.earning(10)
    return shop.product("40.00", ships=False)


def test_the_order_takes_what_was_put_aside(
    shop: Shop, goods: Any, staff: Staff
) -> None:
    # given
    ann = make_member(shop, 1500)

    # when
    order = ann.spend(goods, 1000)

    # then
    assert order["total"]["gross"]["amount"] == Decimal("30.00")
    hold = Hold.objects.get()
    assert (hold.state, hold.points_captured) == (HoldState.CAPTURED, 1000)
    assert hold.order_pk == pk_of(order)
    assert ann.sums == (500 + 300, 0)


def test_refunds_give_back_their_share_of_the_points(
    shop: Shop, goods: Any, staff: Staff
) -> None:
    # given
    ann = make_member(shop, 1000)
    order = ann.spend(goods, 1000)

    # then
    refunded = 0
    for amount in ("0.01", "9.99", "10.50", "9.50"):
        staff.refund(order, amount)
        refunded += int(Decimal(amount) * 100)
        earned = 300 - 300 * refunded // 3000
        assert ann.sums == (earned + 1000 * refunded // 3000, 0)
    assert ann.sums == (1000, 0)


@pytest.mark.parametrize("refund", [None, "7.77"])
def test_a_cancelled_order_gives_all_points_back(
    shop: Shop, goods: Any, staff: Staff, refund: str | None
) -> None:
    # given
    ann = make_member(shop, 1000)
    order = ann.spend(goods, 1000)
    if refund:
        staff.refund(order, refund)

    # when
    staff.do("cancel", order)

    # then
    assert ann.sums == (1000, 0)


def test_an_order_paid_with_points_alone_gives_them_back_when_cancelled(
    shop: Shop, staff: Staff
) -> None:
    # given
    shop.points()
    ann = make_member(shop, 1000)
    order = ann.spend(shop.product("10.00", ships=False), 900)
    assert ann.sums[0] == 100

    # when
    staff.do("cancel", order)

    # then
    assert ann.sums == (1000, 0)


@pytest.mark.parametrize("shortage", ["debt", "clamp"])
def test_points_that_are_spent_already_become_a_debt_or_are_let_go(
    shop: Shop, goods: Any, staff: Staff, shortage: str
) -> None:
    # given
    shop.points(shortage=shortage)
    ann = make_member(shop, 100)
    first = ann.buy(ann.cart((goods, 1)))
    ann.spend(goods, 500)
    assert ann.sums == (350, 0)

    # when
    told = preview(pk_of(first), Decimal("40.00"))
    staff.refund(first, "40.00")

    # then
    debt = 50 if shortage == "debt" else 0
    assert ann.sums == (0, debt)
    assert told.points_taken_back == 400
    assert (told.points_debt, told.points_waived) == (debt, 50 - debt)


def test_points_that_expired_before_a_refund_cost_nobody_anything(
    shop: Shop, goods: Any, staff: Staff
) -> None:
    # given
    shop.points()
    ann = make_member(shop, 100)
    first = ann.buy(ann.cart((goods, 1)))
    ann.spend(goods, 130)
    later = timezone.now() - timedelta(days=1)
    Lot.objects.filter(order_pk=pk_of(first)).update(expires_at=later)
    Account.objects.filter(pk=ann.account.pk).update(due_at=later)
    settle_due(timezone.now(), 10)
    before, _ = ann.sums

    # when
    told = preview(pk_of(first), Decimal("40.00"))
    staff.refund(first, "40.00")

    # then
    assert told.points_taken_back == 400
    assert told.points_expired == 370
    assert ann.sums == (before - 30, 0)


@pytest.mark.parametrize("ways", [3, pytest.param(20, marks=pytest.mark.storm)])
@pytest.mark.parametrize("shortage", ["debt", "clamp"])
def test_all_ways_to_split_a_refund_end_where_it_ends_at_once(
    shop: Shop, goods: Any, staff: Staff, shortage: str, ways: int
) -> None:
    # given
    shop.points(shortage=shortage)
    ends = set()

    # when
    for seed in range(ways + 1):
        dice = random.Random(seed)
        ann = make_member(shop, 977)
        order = ann.spend(goods, 977)
        ann.spend(goods, ann.sums[0])
        parts = [] if seed == 0 else sorted(dice.sample(range(1, 2800), 3))
        for start, end in zip([0, *parts], [*parts, 2801]):
            staff.refund(order, Decimal(end - start) / 100)
        ends.add(ann.sums)

    # then
    assert len(ends) == 1


@pytest.mark.parametrize("shortage", ["debt", "clamp"])
def test_previews_say_what_each_of_many_refunds_does(
    shop: Shop, goods: Any, staff: Staff, shortage: str
) -> None:
    # given
    shop.points(shortage=shortage)
    ann = make_member(shop, 600)
    order = ann.spend(goods, 600)
    ann.spend(goods, 300)
    available, debt = ann.sums

    # then
    for amount in ("0.01", "11.11", "5.00", "17.88"):
        told = preview(pk_of(order), Decimal(amount))
        staff.refund(order, amount)
        before = available - debt
        available, debt = ann.sums
        kept = told.points_taken_back - told.points_waived
        assert available - debt == before + told.points_given_back - kept
        assert told.points_debt <= debt


def test_a_hook_that_never_came_leaves_nothing_aside(
    shop: Shop, goods: Any, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    ann = make_member(shop, 1000)
    monkeypatch.setattr(hooks, "settle_soon", lambda _order_pk: None)
    order = ann.spend(goods, 1000)
    staff.refund(order, "15.00")
    monkeypatch.undo()

    # when
    assert reconcile("", 10).settled == 1

    # then
    assert ann.sums == (150 + 500, 0)
    assert Hold.objects.get().state == HoldState.CAPTURED
    assert reconcile("", 10).settled == 0


def test_an_order_that_took_points_without_a_hold_spends_them_all_the_same(
    shop: Shop, goods: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    ann = make_member(shop, 1000)
    monkeypatch.setattr(hooks, "settle_soon", lambda _order_pk: None)
    order = ann.spend(goods, 1000)
    monkeypatch.undo()
    hold = Hold.objects.get()
    at = timezone.now() + timedelta(hours=2)
    with posting(hold.account_id, at) as book:
        book.release(hold, key="lapsed")

    # when
    settle_order(pk_of(order))

    # then
    assert ann.sums == (300, 0)
    assert Settlement.objects.get().points_spent == 1000


def test_points_put_aside_for_an_order_that_did_not_take_them_are_free_again(
    shop: Shop, goods: Any
) -> None:
    # given
    ann = make_member(shop, 1000)
    cart: Cart = ann.cart((goods, 1))
    with posting(ann.account.pk, timezone.now()) as book:
        book.hold(
            400,
            key="aside",
            checkout_token=cart.pk,
            expires_at=timezone.now() + timedelta(hours=1),
        )
    Hold.objects.update(expires_at=timezone.now())

    # when
    ann.buy(cart)

    # then
    assert Hold.objects.get().state == HoldState.RELEASED
    assert ann.sums == (1000 + 400, 0)
