"""Frauds are held back, honest friends never turned away, and each has its reasons."""

from __future__ import annotations

import pytest

from .frauds import FRAUDS
from .honest import HONEST
from .people import Case

ALL = [*FRAUDS, *HONEST]


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.story)
def test_a_case_has_its_signals_and_its_verdict(case: Case) -> None:
    assert [signal.code.name for signal in case.found] == case.signals
    assert case.decided == case.verdict


def test_at_least_nineteen_of_twenty_frauds_are_held_back() -> None:
    # given
    held = [case for case in FRAUDS if case.decided in ("review", "reject")]

    # then
    assert len(FRAUDS) >= 30
    assert 20 * len(held) >= 19 * len(FRAUDS)


def test_no_honest_friend_is_turned_away() -> None:
    # given
    turned_away = [case.story for case in HONEST if case.decided == "reject"]

    # then
    assert len(HONEST) >= 30
    assert turned_away == []


def test_no_story_is_told_twice() -> None:
    stories = [case.story for case in ALL]
    assert len(set(stories)) == len(stories)
