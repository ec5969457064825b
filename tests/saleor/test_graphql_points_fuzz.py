"""Bad input about points is answered in words, every odd value in every field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone
from saleor.graphql.api import schema

from saleor_rewards.models import Account, Entry, Tier
from saleor_rewards.programs import ProgramErrorCode

from . import merchants
from .error_table import known_answers
from .fuzzing import TEXTS, check_answer, ids, paths, replaced, values
from .importing import rows_of
from .inputs import document, node_id
from .merchants import Caller
from .purses import account_id, days, earn, open_purse
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)

CODES = {code.name for code in ProgramErrorCode}


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who looks after customers, in a shop with points."""
    shop.points()
    return merchants.staff(merchants.USERS, merchants.DISCOUNTS, merchants.ORDERS)


@pytest.fixture
def purse(shop: Shop, clerk: Caller) -> Account:
    """An account with a million points."""
    account = open_purse(shop, merchants.customer("ann@example.com"))
    earn(account, 10**6)
    return account


def body_of(name: str, **variables: Any) -> str:
    return json.dumps({"query": document(name), "variables": variables})


def check_query(caller: Caller, name: str, **variables: Any) -> None:
    """Send it; fail unless the answer is data, or errors that are meant."""
    status, answer = caller.send(document(name), **variables)
    assert status in (200, 400), (status, variables)
    for error in answer.get("errors", ()):
        assert error["message"]
        if status == 200:
            code = error["extensions"]["exception"]["code"]
            # A page out of bounds is refused as Saleor refuses one.
            assert code == "GraphQLError" or code in CODES, (error, variables)


@pytest.mark.parametrize("by", ["account", "user", "email"])
def test_odd_values_in_an_adjustment_are_answered_in_words(
    shop: Shop, clerk: Caller, purse: Account, by: str
) -> None:
    # given
    who = {
        "account": {"accountId": account_id(purse)},
        "user": {
            "channel": shop.channel.slug,
            "userId": node_id("User", purse.user_pk),
        },
        "email": {"channel": shop.channel.slug, "email": "ann@example.com"},
    }[by]
    fine = {
        **who,
        "points": 5,
        "reason": "Sorry",
        "expiresAt": (timezone.now() + days(9)).isoformat(),
        "key": "case",
    }
    names = set(schema.get_type("RewardsPointsAdjustInput").fields)
    assert names - set(fine) <= {"accountId", "channel", "userId", "email"}

    # when
    for path, kind in paths("RewardsPointsAdjustInput", fine):
        for value in values(kind):
            odd = replaced(fine, path, value)
            before = Entry.objects.count()
            payload = check_answer(clerk, body_of("PointsAdjust", input=odd))

            # then
            if payload is None or payload["errors"]:
                assert Entry.objects.count() == before
            else:
                assert payload["account"]["available"] >= 10**6


def test_odd_values_in_a_filter_of_accounts_find_nothing_or_are_refused(
    shop: Shop, clerk: Caller, purse: Account
) -> None:
    # given
    tier = Tier.objects.create(program=shop.program, name="Gold", threshold=5)
    fine = {
        "channel": shop.channel.slug,
        "search": "ann",
        "tier": node_id("RewardsTier", tier.pk),
        "available": {"gte": 5, "lte": 10},
        "state": "OPEN",
    }
    sort = {"field": "EMAIL", "direction": "ASC"}
    assert set(fine) == set(schema.get_type("RewardsAccountFilterInput").fields)
    assert set(sort) == set(schema.get_type("RewardsAccountSortInput").fields)

    # then
    for path, kind in paths("RewardsAccountFilterInput", fine):
        for value in values(kind):
            check_query(clerk, "Accounts", filter=replaced(fine, path, value))
    for path, kind in paths("RewardsAccountSortInput", sort):
        for value in values(kind):
            check_query(clerk, "Accounts", sortBy=replaced(sort, path, value))


def test_odd_names_of_accounts_orders_and_channels_are_answered_in_words(
    shop: Shop, clerk: Caller
) -> None:
    for value in ids():
        check_query(clerk, "Account", id=value)
        check_query(clerk, "Account", channel=shop.channel.slug, userId=value)
        check_query(clerk, "RefundPreview", orderId=value, amount=1)
        check_query(
            clerk, "BalancesExport", channel=shop.channel.slug, after=value, first=1
        )
    for text in TEXTS:
        check_query(clerk, "Account", channel=text, email="ann@example.com")
        check_query(clerk, "Account", channel=shop.channel.slug, email=text)
        check_query(clerk, "Liability", channel=text)
        check_query(clerk, "BalancesExport", channel=text)


def test_odd_carts_and_numbers_of_points_are_answered_in_words(shop: Shop) -> None:
    # given
    shop.points()
    caller = merchants.customer()

    # then
    for value in ids():
        check_answer(caller, body_of("PointsRedeem", checkoutId=value, points=5))
        check_answer(caller, body_of("PointsRelease", checkoutId=value))
    for number in values("Int"):
        check_answer(caller, body_of("PointsRedeem", checkoutId="x", points=number))


@pytest.mark.parametrize("dry_run", [True, False])
def test_odd_cells_in_an_import_are_answered_in_words(
    shop: Shop, clerk: Caller, dry_run: bool
) -> None:
    # given
    header = ["email", "user_id", "points", "expires_at", "reference"]
    fine = ["ann@example.com", "", "5", "2090-01-01", "r"]
    odd = [str(value) for kind in ("Decimal", "Int", "DateTime", "ID", "String")
           for value in values(kind)]  # fmt: skip

    # when
    for column in range(len(header)):
        lines = [",".join(header)]
        for number, value in enumerate(odd):
            cells = [*fine[:-1], f"{column}-{number}"]
            cells[column] = '"' + value.replace('"', '""').replace("\0", "") + '"'
            lines.append(",".join(cells))
        body = body_of(
            "BalancesImport",
            channel=shop.channel.slug,
            csv="\n".join(lines),
            dryRun=dry_run,
        )
        payload = check_answer(clerk, body)

        # then
        assert payload is not None
        assert payload["errors"] == []
        rows = rows_of(clerk, payload["import"]["id"])
        assert 0 < sum(row["status"] == "FAILED" for row in rows) <= len(odd)
        for row in rows:
            failed = row["status"] == "FAILED"
            assert failed is bool(row["code"]) is bool(row["field"])
            assert failed is bool(row["message"])
            assert (
                not failed or ("rewardsBalancesImport", row["code"]) in known_answers()
            )
    assert (Entry.objects.count() == 0) is dry_run


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:12])
def test_odd_texts_for_a_csv_are_answered_in_words(
    shop: Shop, clerk: Caller, text: str
) -> None:
    # given
    body = body_of("BalancesImport", channel=shop.channel.slug, csv=text, dryRun=False)

    # when
    payload = check_answer(clerk, body)

    # then
    assert payload is not None
    assert [(e["field"], e["code"]) for e in payload["errors"]] == [
        ("csv", "INVALID_VALUE")
    ]
