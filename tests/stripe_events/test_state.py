"""A payment comes to the same whatever order its events arrive in, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import reduce
from itertools import permutations
from typing import Any, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.host.charge_state import (
    TAKING,
    ChargeState,
    DisputeState,
    RefundState,
    taken,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def seen(amount: int, refunded: int, minutes: int) -> ChargeState:
    """What an event says of a charge."""
    return ChargeState(amount, refunded, at(minutes))


def in_every_order(states: list[Any]) -> Iterable[Any]:
    """Merge states in every order, each of them twice."""
    for order in permutations([*states, *states]):
        yield reduce(lambda known, told: known.after(told), order)


def test_the_newest_word_on_a_charge_counts_in_every_order() -> None:
    # given
    states = [seen(10000, 0, 0), seen(10000, 3000, 5), seen(10000, 2000, 9)]

    # then
    assert set(in_every_order(states)) == {seen(10000, 2000, 9)}


def test_within_one_second_the_larger_refund_counts() -> None:
    # given
    states = [seen(10000, 0, 5), seen(10000, 3000, 5), seen(10000, 1000, 5)]

    # then
    assert set(in_every_order(states)) == {seen(10000, 3000, 5)}


def test_an_event_that_does_not_say_what_was_refunded_changes_nothing_of_it() -> None:
    # given
    states = [seen(10000, 3000, 5), ChargeState(10000), ChargeState(6000)]

    # then
    assert set(in_every_order(states)) == {seen(10000, 3000, 5)}


@pytest.mark.parametrize(
    ("statuses", "left"),
    [
        (["needs_response"], 10000),
        (["needs_response", "under_review"], 10000),
        (["needs_response", "under_review", "won"], 0),
        (["needs_response", "under_review", "lost"], 10000),
        (["warning_needs_response"], 0),
        (["warning_needs_response", "warning_under_review", "warning_closed"], 0),
        (["warning_needs_response", "needs_response"], 10000),
        (["needs_response", "prevented"], 0),
    ],
)
def test_a_dispute_ends_as_its_newest_word_says(statuses: list[str], left: int) -> None:
    # given
    states = [
        DisputeState(10000, status, at(number))
        for number, status in enumerate(statuses)
    ]

    # then
    for found in in_every_order(states):
        assert found.status == statuses[-1]
        assert found.taken_amount == left


def test_within_one_second_the_bank_s_decision_counts() -> None:
    # given
    states = [DisputeState(10000, status, NOON) for status in ("won", "under_review")]

    # then
    assert {found.status for found in in_every_order(states)} == {"won"}


def refunds(made: int, failed: int) -> ChargeState:
    return replace(
        seen(10000, 5000, 5), refunds=(RefundState(3000, at(made), at(failed)),)
    )


def test_a_refund_that_came_to_nothing_is_taken_off_unless_the_charge_knows() -> None:
    # made and counted before it failed
    assert refunds(made=4, failed=9).given_back == 2000
    # the charge tells what was left after it failed
    assert refunds(made=1, failed=4).given_back == 5000
    # the charge does not count it yet
    assert refunds(made=6, failed=9).given_back == 5000
    assert replace(refunds(4, 9), refunded_amount=1000).given_back == 0
    assert ChargeState(refunds=refunds(4, 9).refunds).given_back == 0


def test_the_first_word_that_a_refund_failed_counts() -> None:
    # given
    states = [RefundState(3000, NOON, at(minutes)) for minutes in (7, 3, 9)]

    # then
    assert set(in_every_order(states)) == {RefundState(3000, NOON, at(3))}


def lost(amount: int) -> DisputeState:
    return DisputeState(amount, "lost", NOON)


def test_refunds_and_disputes_of_one_charge_never_take_more_than_it() -> None:
    # given
    charge = replace(seen(6000, 4000, 0), disputes=(lost(6000), lost(1000)))

    # then
    assert (charge.given_back, charge.disputed_amount) == (4000, 2000)
    assert taken([charge, seen(4000, 0, 0)], 10000) == (4000, 2000)


def test_a_dispute_of_a_charge_that_nothing_else_told_of_counts_whole() -> None:
    assert taken([ChargeState(disputes=(lost(2500),))], 10000) == (0, 2500)


@pytest.mark.parametrize(
    ("charges", "total", "expected"),
    [
        # paid twice, given back once, by refund or by dispute
        ([seen(5000, 5000, 0), seen(5000, 0, 0)], 5000, (0, 0)),
        ([replace(seen(5000, 0, 0), disputes=(lost(5000),)), seen(5000, 0, 0)], 5000)
        + ((0, 0),),
        ([replace(seen(5000, 5000, 0)), seen(5000, 1000, 0)], 5000, (1000, 0)),
        # more set aside than was taken; the rest counts as refunded
        ([seen(10000, 4000, 0)], 6000, (0, 0)),
        # another way to pay took the rest
        ([seen(6000, 3000, 0)], 10000, (3000, 0)),
        ([], 10000, (0, 0)),
    ],
)
def test_only_what_is_missing_of_the_total_is_gone(
    charges: list[ChargeState], total: int, expected: tuple[int, int]
) -> None:
    assert taken(charges, total) == expected


@settings(deadline=None)
@given(
    total=st.integers(0, 10**6),
    charges=st.lists(
        st.tuples(
            st.integers(0, 10**6),
            st.integers(0, 10**6),
            st.lists(
                st.tuples(st.integers(0, 10**6), st.sampled_from(sorted(TAKING))),
                max_size=3,
            ),
        ),
        max_size=3,
    ),
)
def test_never_more_is_gone_than_there_was_and_a_won_dispute_gives_it_all_back(
    total: int, charges: Any
) -> None:
    # given
    states = [
        replace(
            seen(amount, refunded, 0),
            disputes=tuple(DisputeState(much, how, NOON) for much, how in disputes),
        )
        for amount, refunded, disputes in charges
    ]

    # when
    during = taken(states, total)
    won = [
        replace(
            state,
            disputes=tuple(replace(one, status="won") for one in state.disputes),
        )
        for state in states
    ]

    # then
    assert 0 <= during.refunded_amount <= total
    assert 0 <= during.disputed_amount <= total
    before = taken([replace(state, disputes=()) for state in states], total)
    assert taken(won, total) == before
    assert during.refunded_amount == before.refunded_amount
