"""What a friend's order earns follows from how the order stands, and from nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.ledger.facts import OrderFacts, OrderLineFacts
from saleor_rewards.referrals.settle import (
    Stage,
    Tally,
    Terms,
    goods_amount,
    targets,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=timezone.utc)
TERMS = Terms(hold_days=14, minimum_amount=2000)


def line(gross: int, net: int = 0, **facts: Any) -> OrderLineFacts:
    """Four units of one variant."""
    return OrderLineFacts("1", "2", "3", 4, net, gross, **facts)


def order(**facts: Any) -> OrderFacts:
    """A paid order of 40.00 that was shipped for 10.00."""
    known: dict[str, Any] = {
        "total_amount": 5000,
        "lines": (line(4000, net=3200),),
        "is_paid": True,
        "paid_at": NOON,
    }
    return OrderFacts(
        order_pk="1",
        channel_pk=1,
        channel="main",
        currency="USD",
        email="ann@example.com",
        ordered_at=NOON - timedelta(hours=1),
        **{**known, **facts},
    )


def test_a_paid_order_is_due_after_the_hold_period() -> None:
    # when
    found = targets(order(), TERMS)

    # then
    assert found.stage is Stage.PAID
    assert (found.paid_at, found.due_at) == (NOON, NOON + timedelta(days=14))
    assert found.kept(500) == 500


@pytest.mark.parametrize(
    "facts", [{"is_paid": False}, {"is_confirmed": False}, {"is_exchange": True}]
)
def test_an_order_is_open_until_it_is_paid_and_confirmed_and_no_exchange(
    facts: dict[str, Any],
) -> None:
    # when
    found = targets(order(**facts), TERMS)

    # then
    assert (found.stage, found.due_at, found.kept(500)) == (Stage.OPEN, None, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"is_cancelled": True},
        {"refunded_amount": 5000},
        {"lines": (line(1999),)},
        {"refunded_amount": 3001},
        {"lines": (line(4000, returned_quantity=4),)},
        {"lines": (line(4000, is_gift_card=True),)},
        {"is_paid": False, "is_cancelled": True},
    ],
)
def test_an_order_that_is_not_worth_enough_any_more_is_undone(
    fields: dict[str, Any],
) -> None:
    # when
    found = targets(order(**fields), TERMS)

    # then
    assert (found.stage, found.kept(500)) == (Stage.UNDONE, 0)


@pytest.mark.parametrize(
    ("fields", "amount"),
    [
        ({}, 4000),
        # What went back counts as the shipping's first.
        ({"refunded_amount": 1000}, 4000),
        ({"refunded_amount": 1100}, 3900),
        ({"refunded_amount": 5000}, 0),
        # Gift cards paid 20.00 of it.
        (
            {"total_amount": 3000, "gift_card_amount": 2000, "refunded_amount": 1000},
            4000,
        ),
        # One of four came back, and nothing was given for it.
        ({"lines": (line(4000, returned_quantity=1),)}, 3000),
        ({"lines": (line(4000, returned_quantity=1, points_amount=2000),)}, 3000),
        ({"total_amount": 0, "gift_card_amount": 5000}, 4000),
        ({"prices_with_tax": False}, 3200),
        ({"prices_with_tax": False, "refunded_amount": 3000}, 1600),
        ({"lines": (line(3000), line(1000, is_gift_card=True))}, 3000),
        ({"lines": ()}, 0),
    ],
)
def test_goods_are_worth_what_is_left_of_them(
    fields: dict[str, Any], amount: int
) -> None:
    assert goods_amount(order(**fields)) == amount


def test_an_order_that_gift_cards_paid_keeps_all() -> None:
    # when
    found = targets(order(total_amount=0, gift_card_amount=5000), TERMS)

    # then
    assert (found.stage, found.kept(500)) == (Stage.PAID, 500)


@settings(deadline=None)
@given(
    total=st.integers(1, 10**6),
    steps=st.lists(st.integers(0, 10**6), min_size=1, max_size=6),
    worth=st.integers(1, 10**6),
)
def test_the_more_goes_back_the_less_is_kept_and_at_last_nothing(
    total: int, steps: list[int], worth: int
) -> None:
    # given
    goods = order(total_amount=total, lines=(line(total),))
    kept = worth

    # then
    for taken in sorted(min(step, total) for step in steps):
        found = targets(replace(goods, refunded_amount=taken), Terms())
        assert 0 <= found.kept(worth) <= kept
        kept = found.kept(worth)
        assert (kept == 0) is (taken == total)
        # No more of a reward is left than of the order, but for a rounding.
        assert kept * total < worth * (total - taken) + total


class Wallet:
    """A referrer with one reward of 10.00, and what an honest count makes of it."""

    def __init__(self, *, owes: bool) -> None:
        self.owes = owes
        self.tally = Tally(kept=1000, given=1000)
        self.left = 1000
        self.spent = 0
        self.paid = 0

    def earn(self, kept: int) -> None:
        """Let the order earn so much from now on."""
        self.tally = self.tally.settled(kept, self.left, owes=self.owes)
        self.left = self.tally.given - self.spent

    def spend(self, amount: int) -> None:
        part = min(amount, self.left)
        self.left -= part
        self.spent += part

    def pay(self, amount: int) -> None:
        """Let a later reward pay what is owed."""
        part = min(amount, self.tally.owed)
        self.tally = replace(self.tally, owed=self.tally.owed - part)
        self.paid += part


steps = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(0, 1000)),
        st.tuples(st.just("spend"), st.integers(0, 1000)),
        st.tuples(st.just("pay"), st.integers(0, 1000)),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(steps=steps, owes=st.booleans())
def test_whatever_happens_nobody_gains_or_loses_by_a_reward(
    steps: list[tuple[str, int]], owes: bool
) -> None:
    # given
    wallet = Wallet(owes=owes)

    # when
    for name, amount in steps:
        getattr(wallet, name)(amount)
        tally = wallet.tally
        assert min(tally.owed, tally.waived, wallet.left, tally.paid) >= 0
        assert tally.paid == wallet.paid
        # What the referrer had, less what they owe and paid, is what was earned.
        had = wallet.spent + wallet.left
        assert had - tally.owed - tally.waived - wallet.paid == tally.kept
        # Nothing is missing that is still there.
        assert not (wallet.left and (tally.owed or tally.waived))
        assert not (owes and tally.waived)

    # then
    wallet.earn(1000)
    assert wallet.tally.owed == wallet.tally.waived == 0
    assert wallet.spent + wallet.left == 1000 + wallet.paid


@settings(deadline=None)
@given(steps=steps, kept=st.integers(0, 999), owes=st.booleans())
def test_what_a_won_dispute_gives_back_is_what_the_dispute_took(
    steps: list[tuple[str, int]], kept: int, owes: bool
) -> None:
    # given
    wallet = Wallet(owes=owes)
    for name, amount in steps:
        getattr(wallet, name)(amount)
    before = wallet.tally, wallet.left
    disputed = min(kept, wallet.tally.kept)

    # when
    wallet.earn(disputed)
    wallet.earn(before[0].kept)

    # then
    assert (wallet.tally, wallet.left) == before


@settings(deadline=None)
@given(kept=st.integers(1, 1000), debts=st.lists(st.integers(1, 600), max_size=4))
def test_a_new_reward_pays_debts_and_gives_the_rest(
    kept: int, debts: list[int]
) -> None:
    # when
    tally, parts = Tally(kept=kept).paying(debts)

    # then
    assert tally.given + sum(parts) == kept
    assert tally.offset == sum(parts) == min(kept, sum(debts))
    assert all(part <= debt for part, debt in zip(parts, debts))
    assert tally.paid == 0


def test_a_reward_that_paid_debts_owes_them_once_it_is_taken_back() -> None:
    # given
    tally, _parts = Tally(kept=1000).paying([1000])

    # when
    taken = tally.settled(0, 0, owes=True)
    again = taken.settled(1000, 0, owes=True)

    # then
    assert (taken.given, taken.owed) == (0, 1000)
    assert again == tally


def test_what_staff_put_on_a_card_besides_is_not_counted() -> None:
    assert Tally(kept=1000, given=1000).spent(left=1500) == 0
