"""Splits sum exactly; the steady one never lets a neighbour cost a line anything."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.engine.allocate import split_by_largest_remainder, split_steadily

from .oracle import auction

SPLITS = (split_by_largest_remainder, split_steadily)
SETTINGS = settings(max_examples=200, deadline=None)

weight_lists = st.lists(
    st.integers(0, 12) | st.integers(0, 10**6), min_size=1, max_size=8
)


@st.composite
def amounts_and_weights(draw: Any) -> tuple[int, list[int]]:
    weights = draw(weight_lists)
    return draw(st.integers(0, sum(weights))), weights


@pytest.mark.parametrize("split", SPLITS)
@SETTINGS
@given(case=amounts_and_weights())
def test_parts_sum_exactly_and_none_exceeds_its_line(split: Any, case: Any) -> None:
    # given
    amount, weights = case

    # when
    parts = split(amount, weights)

    # then
    assert sum(parts) == amount
    assert all(0 <= part <= weight for part, weight in zip(parts, weights))


@SETTINGS
@given(amounts_and_weights())
def test_largest_remainders_stay_within_a_unit_of_the_exact_share(case: Any) -> None:
    # given
    amount, weights = case

    # when
    parts = split_by_largest_remainder(amount, weights)

    # then
    for part, weight in zip(parts, weights):
        assert abs(part - Fraction(amount * weight, sum(weights) or 1)) < 1


@SETTINGS
@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), st.data())
def test_the_steady_split_is_the_auction_unit_by_unit(
    weights: list[int], data: Any
) -> None:
    # given
    amount = data.draw(st.integers(0, sum(weights)))

    # when / then
    assert split_steadily(amount, weights) == auction(amount, weights)


@SETTINGS
@given(amounts_and_weights(), st.data())
def test_the_steady_split_takes_no_more_off_a_line_than_the_line_grew(
    case: Any, data: Any
) -> None:
    # given: some lines grow, or come new
    amount, weights = case
    added = [data.draw(st.integers(0, 9)) for _ in weights]
    larger = [weight + more for weight, more in zip(weights, added)]

    # when
    before = split_steadily(amount, weights)
    after = split_steadily(amount, larger)

    # then
    for old, new, more in zip(before, after, added):
        assert new <= old + more


def test_largest_remainders_let_a_newcomer_cost_a_line_more() -> None:
    # given / when / then: why the item lane does not use them
    assert split_by_largest_remainder(2, [3, 1, 0]) == [2, 0, 0]
    assert split_by_largest_remainder(2, [3, 1, 1]) == [1, 1, 0]
    assert split_steadily(2, [3, 1, 0]) == [2, 0, 0]
    assert split_steadily(2, [3, 1, 1]) == [2, 0, 0]


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("amount", [-1, 4])
def test_an_amount_that_the_lines_cannot_bear_is_refused(
    split: Any, amount: int
) -> None:
    with pytest.raises(ValueError, match=f"cannot split {amount} over 3"):
        split(amount, [1, 2])


@pytest.mark.parametrize("split", SPLITS)
def test_nothing_to_split_gives_nothing_to_every_line(split: Any) -> None:
    assert split(0, [0, 5]) == [0, 0]
    assert split(0, []) == []
