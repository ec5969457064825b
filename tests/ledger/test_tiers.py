"""Which tier holds, and when to look again, worked out from numbers alone."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saleor_rewards.ledger.tiers import (
    Downgrade,
    Level,
    Measure,
    Standing,
    TierTerms,
    Verdict,
    decide,
    tenure,
    within_window,
)

NOON = datetime(2024, 2, 29, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)

BRONZE, SILVER, GOLD = Level(1, 100), Level(2, 500), Level(3, 1000)


def terms(**changes: Any) -> TierTerms:
    return TierTerms((BRONZE, SILVER, GOLD), **changes)


def held(
    value: int,
    level: Level | None,
    below_since: datetime | None = None,
    at: datetime = NOON,
    **changes: Any,
) -> Verdict:
    return decide(terms(**changes), Measure(value), Standing(level, below_since), at)


@pytest.mark.parametrize(
    ("value", "level"),
    [(0, None), (99, None), (100, BRONZE), (499, BRONZE), (500, SILVER), (9999, GOLD)],
)
def test_a_tier_is_reached_at_its_threshold_and_not_before(
    value: int, level: Level | None
) -> None:
    assert held(value, None).level == level


def test_a_member_rises_over_several_tiers_at_once() -> None:
    assert held(1000, BRONZE, grace=30 * DAY).level == GOLD


def test_a_tier_is_kept_until_the_second_on_which_its_grace_ends() -> None:
    # when
    fallen = held(100, GOLD, grace=30 * DAY)

    # then
    ends = NOON + 30 * DAY
    assert fallen == Verdict(GOLD, below_since=NOON, grace_until=ends, look_at=ends)
    kept = held(100, GOLD, NOON, at=ends - SECOND, grace=30 * DAY)
    lost = held(100, GOLD, NOON, at=ends, grace=30 * DAY)
    assert (kept.level, lost.level) == (GOLD, BRONZE)


def test_who_comes_back_within_the_grace_starts_a_new_one_the_next_time() -> None:
    back = held(1000, GOLD, NOON, at=NOON + 29 * DAY, grace=30 * DAY)

    assert (back.level, back.below_since, back.grace_until) == (GOLD, None, None)


def test_without_a_grace_the_tier_falls_at_once_and_to_nothing_if_need_be() -> None:
    assert held(100, GOLD).level == BRONZE
    assert held(99, GOLD).level is None


def test_step_by_step_each_tier_has_a_grace_of_its_own() -> None:
    # given a member who is below every tier
    step = {"grace": 30 * DAY, "downgrade": Downgrade.STEP}

    # when
    first = held(0, GOLD, NOON, at=NOON + 30 * DAY, **step)
    second = held(0, SILVER, first.below_since, at=NOON + 60 * DAY, **step)

    # then
    assert (first.level, first.grace_until) == (SILVER, NOON + 60 * DAY)
    assert (second.level, second.grace_until) == (BRONZE, NOON + 90 * DAY)


@pytest.mark.parametrize("days", [60, 75, 89])
def test_a_late_look_finds_the_step_that_timely_looks_would_have_found(
    days: int,
) -> None:
    step = {"grace": 30 * DAY, "downgrade": Downgrade.STEP}

    assert held(0, GOLD, NOON, at=NOON + days * DAY, **step).level == BRONZE


def test_a_merchant_may_let_nobody_fall() -> None:
    verdict = held(0, GOLD, NOON, at=NOON + 999 * DAY, downgrade=Downgrade.NEVER)

    assert (verdict.level, verdict.grace_until) == (GOLD, None)


def test_a_deleted_tier_gives_way_to_the_next_one_under_it() -> None:
    # given
    deleted = Level(9, 700)

    # then
    assert held(750, deleted, grace=30 * DAY).level == SILVER
    assert held(50, Level(9, 50), grace=30 * DAY).level is None
    assert held(0, deleted, grace=30 * DAY).level == SILVER


def test_a_raised_threshold_leaves_the_tier_for_a_grace() -> None:
    # given a member on silver when it was reached at 300
    verdict = held(350, Level(SILVER.id, 300), grace=30 * DAY)

    # then
    assert (verdict.level, verdict.grace_until) == (SILVER, NOON + 30 * DAY)


def test_the_window_counts_by_the_second() -> None:
    # given a window of a year from a leap day on
    year = 365 * DAY

    # when
    just_in = within_window([(NOON, 500)], year, NOON + year - SECOND)
    just_out = within_window([(NOON, 500)], year, NOON + year)

    # then
    assert (just_in.value, just_out.value) == (500, 0)
    assert within_window([(NOON + SECOND, 500)], year, NOON).value == 0


def test_a_member_is_looked_at_again_when_the_window_lets_the_tier_go() -> None:
    # given points of which the older ones are not needed for silver
    parts = [(NOON, 50), (NOON + DAY, 300), (NOON + 2 * DAY, 250)]
    measure = within_window(parts, 90 * DAY, NOON + 3 * DAY)

    # when
    verdict = decide(terms(), measure, Standing(None), NOON + 3 * DAY)

    # then
    assert verdict.level == SILVER
    assert verdict.look_at == NOON + DAY + 90 * DAY


def test_without_a_window_nothing_has_to_be_looked_at_again() -> None:
    measure = within_window([(NOON, 600)], None, NOON)

    assert decide(terms(), measure, Standing(None), NOON).look_at is None


def test_more_taken_back_than_earned_counts_as_nothing() -> None:
    assert within_window([(NOON, 5), (NOON, -9)], None, NOON).value == 0


def test_tenure_counts_whole_days_and_knows_when_the_next_tier_comes() -> None:
    # when
    before = tenure(NOON, terms().levels, NOON + 100 * DAY - SECOND)
    after = tenure(NOON, terms().levels, NOON + 100 * DAY)

    # then
    assert (before.value, after.value) == (99, 100)
    verdict = decide(terms(), before, Standing(None), NOON + 100 * DAY - SECOND)
    assert verdict.look_at == NOON + 100 * DAY
    assert decide(terms(), after, Standing(None), NOON + 100 * DAY).level == BRONZE


moments = st.integers(0, 400 * 24).map(lambda hours: NOON + timedelta(hours=hours))
parts_of_measure = st.lists(st.tuples(moments, st.integers(-200, 600)), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    parts=parts_of_measure,
    days=st.integers(1, 200),
    grace=st.integers(0, 60),
    downgrade=st.sampled_from(Downgrade),
    start=st.sampled_from([None, BRONZE, SILVER, GOLD]),
)
def test_looking_only_when_told_to_ends_as_looking_all_the_time_does(
    parts: list[tuple[datetime, int]],
    days: int,
    grace: int,
    downgrade: Downgrade,
    start: Level | None,
) -> None:
    # given what will happen, and two who look: one as told, one all the time
    rules = terms(grace=grace * DAY, downgrade=downgrade)
    window = timedelta(days=days)
    events = {moment for moment, _ in parts}

    def look(standing: Standing, at: datetime) -> Verdict:
        return decide(rules, within_window(parts, window, at), standing, at)

    lazy = eager = look(Standing(start), NOON)
    # when
    for half_day in range(1, 2 * 700):
        before, at = (NOON + half * DAY / 2 for half in (half_day - 1, half_day))
        eager = look(Standing(eager.level, eager.below_since), at)
        is_due = lazy.look_at is not None and lazy.look_at <= at
        if is_due or any(before < moment <= at for moment in events):
            lazy = look(Standing(lazy.level, lazy.below_since), at)
        # then
        assert lazy.level == eager.level
        assert lazy.look_at is None or lazy.look_at > at


@settings(deadline=None)
@given(value=st.integers(0, 2000), level=st.sampled_from([None, BRONZE, SILVER, GOLD]))
def test_deciding_twice_changes_nothing(value: int, level: Level | None) -> None:
    once = held(value, level, grace=DAY)

    twice = held(value, once.level, once.below_since, grace=DAY)

    assert twice == once
