"""Dates and weekly windows, to the second, over changes of the clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from dateutil import tz

from saleor_rewards.engine import OfferCode

from .build import NOW, cart, line, percent_off, run, utc

TEN_DOLLARS = cart(line("a", 1000))

STARTS = "2024-05-01T09:00:00Z"
ENDS = "2024-05-31T22:00:00+02:00"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (utc(2024, 5, 1, 8, 59, 59, 999999), OfferCode.NOT_STARTED),
        (utc(2024, 5, 1, 9), OfferCode.APPLIED),
        (utc(2024, 5, 31, 19, 59, 59, 999999), OfferCode.APPLIED),
        (utc(2024, 5, 31, 20), OfferCode.ENDED),
    ],
)
def test_a_rule_lasts_from_its_start_up_to_but_not_at_its_end(
    at: datetime, expected: OfferCode
) -> None:
    # given
    rule = percent_off("10", starts_at=STARTS, ends_at=ENDS)

    # when
    evaluation = run(TEN_DOLLARS, rule, at=at)

    # then
    assert evaluation.offer(1).code is expected
    assert bool(evaluation.effects) == (expected is OfferCode.APPLIED)
    assert bool(evaluation.offers) == (expected is not OfferCode.ENDED)


def test_the_moment_may_come_in_any_zone_but_not_without_one() -> None:
    # given
    rule = percent_off("10", ends_at="2024-05-01T12:00:00Z")
    tokyo = timezone(timedelta(hours=9))

    # when / then
    assert run(TEN_DOLLARS, rule, at=datetime(2024, 5, 1, 20, 59, tzinfo=tokyo)).effects
    assert not run(TEN_DOLLARS, rule, at=datetime(2024, 5, 1, 21, tzinfo=tokyo)).effects
    with pytest.raises(ValueError, match="at: an aware time is needed"):
        run(TEN_DOLLARS, rule, at=datetime(2024, 5, 1))  # noqa: DTZ001


WARSAW = tz.gettz("Europe/Warsaw")
MONDAY_MORNING = {"weekday": 0, "start": "09:00", "end": "17:00"}


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        # Winter, one hour ahead of UTC: 09:00 to 17:00 is 08:00 to 16:00.
        (utc(2024, 1, 8, 7, 59), False),
        (utc(2024, 1, 8, 8, 0), True),
        (utc(2024, 1, 8, 15, 59, 59), True),
        (utc(2024, 1, 8, 16, 0), False),
        # Summer, two hours ahead.
        (utc(2024, 7, 8, 6, 59), False),
        (utc(2024, 7, 8, 7, 0), True),
        (utc(2024, 7, 8, 15, 0), False),
        # Another day.
        (utc(2024, 1, 9, 8, 0), False),
    ],
)
def test_weekly_windows_follow_the_clock_on_the_wall_of_the_program(
    at: datetime, is_open: bool
) -> None:
    # given
    rule = percent_off("10", weekly_windows=[MONDAY_MORNING])

    # when
    offer = run(TEN_DOLLARS, rule, at=at, time_zone=WARSAW).offer(1)

    # then
    expected = OfferCode.APPLIED if is_open else OfferCode.OUTSIDE_WINDOW
    assert offer.code is expected


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        # 31 March 2024: the clock jumps from 02:00 to 03:00 at 01:00 UTC.
        (utc(2024, 3, 31, 0, 59, 59), False),
        (utc(2024, 3, 31, 1, 0), False),
        # 27 October 2024: 02:00 to 03:00 comes twice, and so does the window.
        (utc(2024, 10, 27, 0, 29, 59), False),
        (utc(2024, 10, 27, 0, 30), True),
        (utc(2024, 10, 27, 1, 0), False),
        (utc(2024, 10, 27, 1, 30), True),
        (utc(2024, 10, 27, 2, 0), False),
    ],
)
def test_a_window_in_the_hour_that_the_clock_skips_or_repeats(
    at: datetime, is_open: bool
) -> None:
    # given
    night = {"weekday": 6, "start": "02:30", "end": "03:00"}
    rule = percent_off("10", weekly_windows=[night])

    # when
    evaluation = run(TEN_DOLLARS, rule, at=at, time_zone=WARSAW)

    # then
    assert bool(evaluation.effects) is is_open


def test_a_window_up_to_midnight_includes_its_last_minute() -> None:
    # given
    evening = {"weekday": 2, "start": "20:00", "end": "24:00"}
    rule = percent_off("10", weekly_windows=[MONDAY_MORNING, evening])
    last = NOW.replace(hour=23, minute=59, second=59)

    # when / then: 1 May 2024 was a Wednesday
    assert run(TEN_DOLLARS, rule, at=last).effects
    assert not run(TEN_DOLLARS, rule, at=last + timedelta(seconds=1)).effects
