"""Staff look through accounts."""

from __future__ import annotations

from typing import Any

import pytest

from saleor_rewards.models import Account, Tier

from . import merchants
from .inputs import document, node_id
from .merchants import Caller
from .purses import account_id, make_crowd
from .world import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who looks after customers, in a shop with points."""
    shop.points()
    return merchants.staff(merchants.USERS)


def listed(caller: Caller, **variables: Any) -> list[str]:
    found = caller.ask(document("Accounts"), **variables)["rewardsAccounts"]
    return [edge["node"]["email"] for edge in found["edges"]]


@pytest.fixture
def crowd(shop: Shop, clerk: Caller) -> dict[str, Account]:
    """Two members and a guest: 300, 20 and 100 points."""
    return make_crowd(shop)


@pytest.mark.parametrize(
    ("wanted", "emails"),
    [
        ({}, ["ann@example.com", "bob@example.com", "guest@shop.test"]),
        ({"search": "EXAMPLE"}, ["ann@example.com", "bob@example.com"]),
        ({"search": "\0nobody"}, []),
        ({"channel": "moon"}, []),
        ({"channel": "default"}, None),
        ({"available": {"gte": 100}}, ["ann@example.com", "guest@shop.test"]),
        ({"available": {"gte": 21, "lte": 100}}, ["guest@shop.test"]),
        ({"state": "ERASED"}, []),
        ({"state": None, "search": None, "tier": None, "available": None}, None),
    ],
)
def test_accounts_are_filtered(
    shop: Shop,
    clerk: Caller,
    crowd: dict[str, Account],
    wanted: dict[str, Any],
    emails: list[str] | None,
) -> None:
    # given
    if wanted.get("channel") == "default":
        wanted = {"channel": shop.channel.slug}

    # then
    assert listed(clerk, filter=wanted) == (list(crowd) if emails is None else emails)


def test_accounts_are_found_by_user_and_by_tier(
    shop: Shop, clerk: Caller, crowd: dict[str, Account]
) -> None:
    # given
    bob = crowd["bob@example.com"]
    tier = Tier.objects.get()

    # then
    by_user = {"search": node_id("User", bob.user_pk)}
    assert listed(clerk, filter=by_user) == ["bob@example.com"]
    by_tier = {"tier": node_id("RewardsTier", tier.pk)}
    assert listed(clerk, filter=by_tier) == ["ann@example.com"]


@pytest.mark.parametrize(
    ("field", "direction", "emails"),
    [
        ("AVAILABLE", "ASC", ["bob@example.com", "guest@shop.test", "ann@example.com"]),
        ("LIFETIME", "DESC", ["ann@example.com", "guest@shop.test", "bob@example.com"]),
        ("EMAIL", "DESC", ["guest@shop.test", "bob@example.com", "ann@example.com"]),
        (
            "JOINED_AT",
            "DESC",
            ["guest@shop.test", "bob@example.com", "ann@example.com"],
        ),
    ],
)
def test_accounts_are_sorted_page_by_page(
    shop: Shop,
    clerk: Caller,
    crowd: dict[str, Account],
    field: str,
    direction: str,
    emails: list[str],
) -> None:
    # when
    seen: list[str] = []
    cursor = None
    for _ in emails:
        page = clerk.ask(
            document("Accounts"),
            first=1,
            after=cursor,
            sortBy={"field": field, "direction": direction},
        )["rewardsAccounts"]
        seen += [edge["node"]["email"] for edge in page["edges"]]
        cursor = page["pageInfo"]["endCursor"]

    # then
    assert seen == emails
    assert page["totalCount"] == 3
    assert page["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "(first: 101)",
        "(first: -1)",
        '(first: 1, after: "x")',
        '(first: 1, after: "WyJhYmMiXQ==")',
        '(first: 1, after: "WyJhYmMiLCAiYSJd")',
        "(first: 1, last: 1)",
    ],
)
def test_a_page_of_accounts_out_of_bounds_is_refused_in_words(
    clerk: Caller, crowd: dict[str, Account], arguments: str
) -> None:
    # when
    status, answer = clerk.send(
        f"{{ rewardsAccounts{arguments} {{ edges {{ node {{ id }} }} }} }}"
    )

    # then
    assert (status, answer["data"]) == (200, {"rewardsAccounts": None})
    (error,) = answer["errors"]
    assert error["extensions"]["exception"]["code"] == "GraphQLError"


def test_one_account_is_found_by_each_of_its_names(
    shop: Shop, clerk: Caller, crowd: dict[str, Account]
) -> None:
    # given
    ann, channel = crowd["ann@example.com"], shop.channel.slug

    # when
    found = [
        clerk.ask(document("Account"), **names)["rewardsAccount"]
        for names in (
            {"id": account_id(ann)},
            {"channel": channel, "userId": node_id("User", ann.user_pk)},
            {"channel": channel, "email": " Ann@Example.com "},
        )
    ]

    # then
    assert [account["id"] for account in found] == [account_id(ann)] * 3
    assert found[0]["user"]["email"] == found[0]["email"] == "ann@example.com"
    guest = clerk.ask(document("Account"), channel=channel, email="guest@shop.test")
    assert guest["rewardsAccount"]["user"] is None
    nobody = clerk.ask(document("Account"), channel=channel, email="no@body.test")
    assert nobody == {"rewardsAccount": None}


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ({}, "REQUIRED"),
        ({"channel": "default"}, "REQUIRED"),
        ({"email": "ann@example.com"}, "REQUIRED"),
        ({"id": "x"}, "INVALID_ID"),
        ({"id": "UmV3YXJkc0FjY291bnQ6MQ==", "channel": "default"}, "REQUIRED"),
        ({"channel": "default", "userId": "VXNlcjo5OTk5OTk5OTk5"}, "INVALID_ID"),
        (
            {"channel": "default", "userId": "VXNlcjox", "email": "ann@example.com"},
            "REQUIRED",
        ),
    ],
)
def test_an_account_named_too_little_or_too_much_is_refused_in_words(
    clerk: Caller, names: dict[str, Any], code: str
) -> None:
    # when
    _status, answer = clerk.send(document("Account"), **names)

    # then
    (error,) = answer["errors"]
    assert error["extensions"]["exception"]["code"] == code
