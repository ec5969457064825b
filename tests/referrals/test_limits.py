"""Guessing gets slower and slower, and mistyping costs nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from saleor_rewards.referrals.limits import (
    LIMITS,
    LimitScope,
    blocked_until,
    failures_at,
)

from .people import NOW


@pytest.mark.parametrize(
    ("scope", "failures", "seconds"),
    [
        (LimitScope.CHECKOUT, 0, 0),
        (LimitScope.CHECKOUT, 5, 0),
        (LimitScope.CHECKOUT, 6, 30),
        (LimitScope.CHECKOUT, 7, 60),
        (LimitScope.CHECKOUT, 8, 120),
        (LimitScope.CHECKOUT, 12, 1920),
        (LimitScope.CHECKOUT, 13, 3600),
        (LimitScope.CHECKOUT, 10**9, 3600),
        (LimitScope.ACCOUNT, 6, 30),
        (LimitScope.ADDRESS, 20, 0),
        (LimitScope.ADDRESS, 21, 30),
    ],
)
def test_each_wrong_code_beyond_the_free_ones_doubles_the_pause(
    scope: LimitScope, failures: int, seconds: int
) -> None:
    # given
    expected = NOW + timedelta(seconds=seconds) if seconds else None

    # when / then
    assert blocked_until(scope, failures, NOW) == expected


@pytest.mark.parametrize("scope", LimitScope)
def test_wrong_codes_are_forgotten_after_a_quiet_day(scope: LimitScope) -> None:
    # given
    moment = timedelta(microseconds=1)

    # when / then
    assert failures_at(scope, 9, NOW, NOW + timedelta(days=1) - moment) == 9
    assert failures_at(scope, 9, NOW, NOW + timedelta(days=1)) == 0


@pytest.mark.parametrize("scope", LimitScope)
def test_no_guesser_gets_more_than_fifty_tries_a_day(scope: LimitScope) -> None:
    # given: someone who guesses again as soon as that is looked at
    at, failures, tries = NOW, 0, 0

    # when
    while at < NOW + timedelta(days=1):
        failures, tries = failures_at(scope, failures, at, at) + 1, tries + 1
        at = blocked_until(scope, failures, at) or at

    # then
    assert tries <= 50


def test_a_pause_is_over_before_its_wrong_codes_are_forgotten() -> None:
    assert all(limit.most < limit.fades for limit in LIMITS.values())
