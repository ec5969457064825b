"""Staff change balances by hand, with a reason and under their name."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone as clock

from saleor_rewards.models import Account, AccountState, Entry

from . import merchants
from .inputs import document, node_id, nodes
from .merchants import Caller
from .purses import account_id, days, make_crowd
from .world import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who may give points, in a shop that has them."""
    shop.points()
    return merchants.staff(merchants.USERS, merchants.DISCOUNTS)


def adjust(caller: Caller, **input: Any) -> dict[str, Any]:
    wanted = {"points": 100, "reason": "Sorry for the delay", **input}
    return caller.do(document("PointsAdjust"), input=wanted)


def codes_of(payload: dict[str, Any]) -> list[tuple[str, str]]:
    assert all(error["message"] for error in payload["errors"])
    return [(error["field"], error["code"]) for error in payload["errors"]]


@pytest.fixture
def crowd(shop: Shop, clerk: Caller) -> dict[str, Account]:
    """Two members and a guest: 300, 20 and 100 points."""
    return make_crowd(shop)


def test_staff_add_points_with_a_reason_and_their_name(
    shop: Shop, clerk: Caller, crowd: dict[str, Account]
) -> None:
    # given
    bob = crowd["bob@example.com"]

    # when
    payload = adjust(clerk, accountId=account_id(bob), points=50)

    # then
    assert payload["errors"] == []
    assert payload["account"]["available"] == 70
    entry = payload["entry"]
    assert (entry["kind"], entry["points"], entry["available"]) == ("ADJUST", 50, 50)
    assert entry["reason"] == "Sorry for the delay"
    assert entry["author"] == f"User:{clerk.user.pk}"
    shown = clerk.ask(document("Account"), id=account_id(bob))["rewardsAccount"]
    assert shown["entries"]["edges"][0]["node"] == entry


def test_all_of_an_account_can_be_asked_for_in_the_answer(
    shop: Shop, clerk: Caller, crowd: dict[str, Account]
) -> None:
    # when
    payload = clerk.do(
        "mutation($input: RewardsPointsAdjustInput!) { rewardsPointsAdjust("
        "input: $input) { account { entries(first: 1) { totalCount edges { node { "
        "points } } } tierProgress { value } holds(first: 1) { totalCount } "
        "user { email } } "
        "errors { code } } }",
        input={
            "accountId": account_id(crowd["bob@example.com"]),
            "points": 5,
            "reason": "Sorry",
        },
    )

    # then
    assert payload["account"] == {
        "entries": {"totalCount": 2, "edges": [{"node": {"points": 5}}]},
        "tierProgress": {"value": 25},
        "holds": {"totalCount": 0},
        "user": {"email": "bob@example.com"},
    }


def test_staff_take_points_away_but_no_more_than_there_are(
    shop: Shop, clerk: Caller, crowd: dict[str, Account]
) -> None:
    # given
    bob = account_id(crowd["bob@example.com"])

    # when
    taken = adjust(clerk, accountId=bob, points=-15)
    more = adjust(clerk, accountId=bob, points=-15)

    # then
    assert taken["account"]["available"] == 5
    assert codes_of(more) == [("points", "INSUFFICIENT_POINTS")]
    assert more["account"] is None


def test_points_that_staff_give_expire_when_they_say(
    shop: Shop, clerk: Caller, crowd: dict[str, Account]
) -> None:
    # when
    payload = adjust(
        clerk,
        accountId=account_id(crowd["bob@example.com"]),
        expiresAt=(clock.now() + days(3)).isoformat(),
    )

    # then
    assert payload["errors"] == []
    assert [row["points"] for row in nodes(payload["account"]["expiringSoon"])] == [100]


def test_an_adjustment_sent_twice_with_one_key_is_made_once(
    shop: Shop, clerk: Caller, crowd: dict[str, Account]
) -> None:
    # given
    named = {"accountId": account_id(crowd["bob@example.com"]), "key": "case 7"}

    # when
    first = adjust(clerk, **named)
    second = adjust(clerk, **named)
    other = adjust(clerk, **named, points=200)

    # then
    assert first["entry"]["id"] == second["entry"]["id"]
    assert second["account"]["available"] == 120
    assert codes_of(other) == [("key", "KEY_CONFLICT")]
    assert other["errors"][0]["message"] == (
        "The key 'case 7' was sent before, for another change."
    )


def test_an_adjustment_opens_the_account_that_it_is_for(
    shop: Shop, clerk: Caller
) -> None:
    # given
    new = merchants.customer("new@example.com")
    channel = shop.channel.slug

    # when
    by_user = adjust(clerk, channel=channel, userId=node_id("User", new.user.pk))
    by_email = adjust(clerk, channel=channel, email="NEW@example.com")
    guest = adjust(clerk, channel=channel, email="Guest@example.com")

    # then
    assert by_user["account"]["id"] == by_email["account"]["id"]
    assert by_email["account"]["available"] == 200
    assert guest["account"]["available"] == 100
    found = Account.objects.values_list("user_pk", "email").order_by("pk")
    assert list(found) == [
        (new.user.pk, "new@example.com"),
        (None, "guest@example.com"),
    ]


@pytest.mark.parametrize(
    ("input", "expected"),
    [
        ({"points": 0}, ("points", "OUT_OF_RANGE")),
        ({"points": 2**31 - 1}, ("points", "TOO_MANY_POINTS")),
        ({"reason": " "}, ("reason", "REQUIRED")),
        ({"reason": "a\0b"}, ("reason", "INVALID_VALUE")),
        ({"reason": "x" * 1001}, ("reason", "TOO_LONG")),
        ({"key": ""}, ("key", "REQUIRED")),
        ({"key": "x" * 101}, ("key", "TOO_LONG")),
        ({"expiresAt": "2001-01-01T00:00:00Z"}, ("expiresAt", "INVALID_VALUE")),
        ({"expiresAt": "2101-01-01T00:00:00"}, ("expiresAt", "INVALID_VALUE")),
        (
            {"points": -1, "expiresAt": "2101-01-01T00:00:00Z"},
            ("expiresAt", "INVALID_VALUE"),
        ),
        ({"accountId": "x"}, ("accountId", "INVALID_ID")),
        (
            {"accountId": node_id("RewardsAccount", 999_999)},
            ("accountId", "NOT_FOUND"),
        ),
        ({"accountId": None}, ("accountId", "REQUIRED")),
        ({"email": "ann@example.com"}, ("accountId", "REQUIRED")),
        (
            {"accountId": None, "channel": "moon", "email": "ann@example.com"},
            ("channel", "NOT_FOUND"),
        ),
    ],
)
def test_a_wrong_adjustment_is_refused_by_name(
    shop: Shop,
    clerk: Caller,
    crowd: dict[str, Account],
    input: dict[str, Any],
    expected: tuple[str, str],
) -> None:
    # given
    wanted = {"accountId": account_id(crowd["bob@example.com"]), **input}
    before = Entry.objects.count()

    # when
    payload = adjust(clerk, **wanted)

    # then
    assert codes_of(payload) == [expected]
    assert (payload["account"], payload["entry"]) == (None, None)
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({"email": "no address"}, ("email", "INVALID_VALUE")),
        ({"email": "x" * 250 + "@example.com"}, ("email", "INVALID_VALUE")),
        ({"userId": "VXNlcjo5OTk5OTk="}, ("userId", "NOT_FOUND")),
        ({"userId": "x"}, ("userId", "NOT_FOUND")),
        ({"userId": "x", "email": "a@b.cd"}, ("accountId", "REQUIRED")),
        ({}, ("accountId", "REQUIRED")),
    ],
)
def test_an_adjustment_for_nobody_is_refused_by_name(
    shop: Shop, clerk: Caller, person: dict[str, Any], expected: tuple[str, str]
) -> None:
    # when
    payload = adjust(clerk, channel=shop.channel.slug, **person)

    # then
    assert codes_of(payload) == [expected]
    assert Account.objects.count() == 0


def test_a_closed_account_is_not_adjusted(
    shop: Shop, clerk: Caller, crowd: dict[str, Account]
) -> None:
    # given
    bob = crowd["bob@example.com"]
    Account.objects.filter(pk=bob.pk).update(state=AccountState.ERASED, user_pk=None)

    # when
    payload = adjust(clerk, accountId=account_id(bob))

    # then
    assert codes_of(payload) == [("accountId", "NOT_FOUND")]
