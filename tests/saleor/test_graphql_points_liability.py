"""What the shop owes in points, told by month of expiry."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone as clock

from saleor_rewards.ledger import posting

from . import merchants
from .inputs import document
from .merchants import Caller
from .purses import account_id, days, earn, open_purse
from .world import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who looks after customers, in a shop with points."""
    shop.points()
    return merchants.staff(merchants.USERS)


def test_liability_is_told_by_month_of_expiry(shop: Shop, clerk: Caller) -> None:
    # given
    past = clock.now() - days(400)
    ann, bob = (open_purse(shop, merchants.customer(), past) for _ in range(2))
    march, april = (datetime(2090, month, 9, tzinfo=timezone.utc) for month in (3, 4))
    earn(ann, 100, "a", expires_at=march)
    earn(bob, 50, "a", expires_at=march + days(20))
    earn(bob, 7, "b", available_from=clock.now() + days(9), expires_at=april)
    earn(ann, 30, "c")
    earn(ann, 9, "over", at=past, expires_at=past + days(9))
    earn(ann, 5, "ripe", at=past, available_from=past + days(9))
    at = clock.now()
    with posting(bob.pk, at) as book:
        book.hold(20, key="h", checkout_token=str(uuid4()), expires_at=at + days(1))

    # when
    (owed,) = clerk.ask(document("Liability"))["rewardsLiability"]

    # then
    assert (owed["channel"], owed["currency"]) == (shop.channel.slug, "USD")
    rows = [
        tuple(month[name] for name in ("month", "available", "pending", "held"))
        for month in owed["months"]
    ]
    assert rows == [
        ("2090-03-01", 130, 0, 20),
        ("2090-04-01", 0, 7, 0),
        (None, 35, 0, 0),
    ]
    march_row = owed["months"][0]
    assert march_row["availableWorth"]["amount"] == Decimal("1.3")
    assert march_row["heldWorth"]["amount"] == Decimal("0.2")
    nowhere = clerk.ask(document("Liability"), channel="moon")
    assert nowhere == {"rewardsLiability": []}


def test_liability_of_points_that_lapse_counts_in_the_month_of_the_lapse(
    shop: Shop, clerk: Caller
) -> None:
    # given
    ann = open_purse(shop, merchants.customer())
    earn(ann, 30, lapses_at=datetime(2090, 5, 1, tzinfo=timezone.utc))

    # when
    (owed,) = clerk.ask(document("Liability"))["rewardsLiability"]

    # then
    assert [(row["month"], row["available"]) for row in owed["months"]] == [
        ("2090-05-01", 30)
    ]


def test_liability_is_more_than_an_int_holds(shop: Shop, clerk: Caller) -> None:
    # given
    for _ in range(3):
        earn(open_purse(shop, merchants.customer()), 10**9)

    # when
    (owed,) = clerk.ask(document("Liability"))["rewardsLiability"]

    # then
    assert owed["months"][0]["available"] == 3 * 10**9
    assert owed["months"][0]["availableWorth"]["amount"] == 3 * 10**7


def test_points_that_cannot_be_spent_are_worth_nothing_that_is_known(
    shop: Shop, clerk: Caller
) -> None:
    # given
    shop.points(redeem_points=None, redeem_amount=None)
    ann = open_purse(shop, merchants.customer())
    earn(ann, 30)

    # when
    (owed,) = clerk.ask(document("Liability"))["rewardsLiability"]
    account = clerk.ask(document("Account"), id=account_id(ann))["rewardsAccount"]

    # then
    assert owed["months"][0]["availableWorth"] is None
    assert account["worth"] is None
