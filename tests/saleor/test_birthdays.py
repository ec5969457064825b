"""Points for birthdays: once a year, on the day that it is where the shop is."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from saleor.account.models import User

from saleor_rewards.guard import faults
from saleor_rewards.host.current import host
from saleor_rewards.ledger.upkeep import merge
from saleor_rewards.models import Account, Entry
from saleor_rewards.points.birthdays import (
    birthday_of,
    celebrated,
    give_birthdays,
    latest,
    programs_at_dawn,
)
from saleor_rewards.points.members import account_of

from .people import customer
from .world import Shop

DAY = timedelta(days=1)


def utc(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=timezone.utc)


@pytest.fixture
def party(shop: Shop) -> Shop:
    """A shop that gives 50 points for a birthday."""
    shop.points(birthday_key="birthday")
    benefit = {"type": "POINTS_FIXED", "points": 50, "occasion": "BIRTHDAY"}
    shop.rule("Happy birthday", benefit, lane="POINTS")
    return shop


def born(value: Any, email: str = "ada@example.com", **fields: Any) -> User:
    return customer(email, metadata={"birthday": value}, **fields)


def celebrate(shop: Shop, at: datetime) -> None:
    after = 0
    while after is not None:
        after = give_birthdays(shop.program.pk, after, 2, at)


def given_at(user: User) -> list[str]:
    """Return the days that a user was given points for."""
    keys = Entry.objects.filter(
        account__user_pk=user.pk, key__contains=":BIRTHDAY:"
    ).order_by("pk")
    return [key.rsplit(":", 1)[1] for key in keys.values_list("key", flat=True)]


@pytest.mark.parametrize(
    ("text", "birthday"),
    [
        ("1990-05-17", (5, 17)),
        ("05-17", (5, 17)),
        (" 1992-02-29 ", (2, 29)),
        ("02-29", (2, 29)),
        ("1990-02-30", None),
        ("1990-13-01", None),
        ("17.5.1990", None),
        ("1990-5-17", None),
        ("١٩٩٠-٠٥-١٧", None),
        ("", None),
        (19900517, None),
        (None, None),
        (["1990-05-17"], None),
    ],
)
def test_a_birthday_is_an_iso_date_or_no_date(text: object, birthday: object) -> None:
    assert birthday_of(text) == birthday


def test_a_leap_day_is_on_the_28th_in_common_years() -> None:
    assert celebrated((2, 29), 2024) == date(2024, 2, 29)
    assert celebrated((2, 29), 2100) == date(2100, 2, 28)
    assert latest((2, 29), date(2025, 2, 27)) == date(2024, 2, 29)
    assert latest((2, 29), date(2025, 2, 28)) == date(2025, 2, 28)


@pytest.mark.django_db
def test_a_birthday_earns_on_its_day_and_once(party: Shop) -> None:
    # given
    user = born("1990-05-17")
    born("1990-05-18", "other@example.com")

    # when
    celebrate(party, utc(2030, 5, 16, 12))
    assert given_at(user) == []
    celebrate(party, utc(2030, 5, 17, 0, 5))
    celebrate(party, utc(2030, 5, 17, 23))

    # then
    assert given_at(user) == ["2030-05-17"]
    assert Account.objects.get(user_pk=user.pk).points_available == 50
    assert Entry.objects.filter(key__contains=":BIRTHDAY:").count() == 1


@pytest.mark.django_db
def test_every_year_has_a_birthday_even_that_of_a_leap_day(party: Shop) -> None:
    # given
    user = born("1992-02-29")

    # when
    for day in range(5 * 366):
        if (utc(2027, 1, 1) + day * DAY).month in (2, 3):
            celebrate(party, utc(2027, 1, 1, 1) + day * DAY)

    # then
    assert given_at(user) == [
        "2027-02-28",
        "2028-02-29",
        "2029-02-28",
        "2030-02-28",
        "2031-02-28",
    ]


@pytest.mark.django_db
def test_who_moves_the_birthday_has_no_second_one_within_a_year(party: Shop) -> None:
    # given
    user = born("1990-05-17")
    celebrate(party, utc(2030, 5, 17))

    # when
    for month, day, year in ((6, 1, 2030), (5, 16, 2031), (5, 17, 2031)):
        user.metadata = {"birthday": f"{month:02}-{day:02}"}
        user.save(update_fields=["metadata"])
        celebrate(party, utc(year, month, day))

    # then
    assert given_at(user) == ["2030-05-17", "2031-05-17"]


@pytest.mark.django_db
def test_a_merged_account_brings_its_birthdays_along(party: Shop) -> None:
    # given two accounts of one person, who had a birthday on the first
    first, second = born("1990-05-17"), born("1990-05-17", "ada@example.org")
    celebrate(party, utc(2030, 5, 16))
    second.metadata = {"birthday": "06-01"}
    second.save(update_fields=["metadata"])
    celebrate(party, utc(2030, 5, 17))
    mine = account_of(party.program.pk, host.person(second), utc(2030, 5, 18))
    merge(Account.objects.get(user_pk=first.pk).pk, mine.pk, utc(2030, 5, 18))

    # when
    celebrate(party, utc(2030, 6, 1))
    celebrate(party, utc(2031, 6, 1))

    # then
    assert given_at(second) == ["2031-06-01"]


@pytest.mark.django_db
def test_no_key_tells_whose_birthday_it_is(party: Shop) -> None:
    # given
    account = account_of(
        party.program.pk, host.person(born("1990-05-17")), utc(2030, 1, 1)
    )

    # when
    celebrate(party, utc(2030, 5, 17))

    # then
    rule = party.program.rules.get()
    (entry,) = Entry.objects.filter(account=account)
    assert entry.key == f"account:{account.pk}:BIRTHDAY:{rule.pk}:2030-05-17"


@pytest.mark.django_db
def test_the_day_begins_where_the_shop_is(party: Shop) -> None:
    # given
    party.settings(time_zone="Asia/Tokyo")
    user = born("1990-05-17")

    # when it is still the 16th in London, and at last the 17th in Tokyo
    celebrate(party, utc(2030, 5, 16, 14, 59))
    assert given_at(user) == []
    celebrate(party, utc(2030, 5, 16, 15, 0))

    # then
    assert given_at(user) == ["2030-05-17"]


@pytest.mark.django_db
def test_the_task_starts_each_program_in_the_first_hour_of_its_day(
    party: Shop,
) -> None:
    # given
    party.settings(time_zone="America/New_York")

    # when
    hours = [hour for hour in range(24) if programs_at_dawn(utc(2030, 7, 1, hour, 5))]

    # then
    assert hours == [4]


@pytest.mark.django_db
def test_a_day_without_the_task_is_made_up_for(party: Shop) -> None:
    # given
    user = born("1990-12-31")
    late = born("1990-12-29", "late@example.com")

    # when
    celebrate(party, utc(2031, 1, 1, 0, 5))

    # then
    assert given_at(user) == ["2030-12-31"]
    assert given_at(late) == []


@pytest.mark.django_db
def test_texts_that_are_no_date_are_skipped_and_counted(party: Shop) -> None:
    # given
    before = faults["REWARDS_BIRTHDAY_UNREADABLE"]
    for number, value in enumerate(["soon", "2000-02-31", {"day": 1}]):
        born(value, f"p{number}@example.com")
    user = born("1990-05-17")

    # when
    celebrate(party, utc(2030, 5, 17))

    # then
    assert faults["REWARDS_BIRTHDAY_UNREADABLE"] == before + 3
    assert given_at(user) == ["2030-05-17"]


@pytest.mark.django_db
def test_nothing_is_given_to_staff_or_where_no_rule_says_so(shop: Shop) -> None:
    # given
    shop.points(birthday_key="birthday")
    user = born("1990-05-17")

    # when
    celebrate(shop, utc(2030, 5, 17))
    benefit = {"type": "POINTS_FIXED", "points": 50, "occasion": "BIRTHDAY"}
    shop.rule("Happy birthday", benefit, lane="POINTS")
    boss = born("1990-05-17", "boss@example.com", is_staff=True)
    celebrate(shop, utc(2030, 5, 18))

    # then
    assert (given_at(user), given_at(boss)) == (["2030-05-17"], [])
