"""Customers and staff see balances, what becomes of them, and how they came about."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import graphene
import pytest
from django.utils import timezone as clock

from saleor_rewards.ledger import posting
from saleor_rewards.ledger.membership import review_tier
from saleor_rewards.models import Account, Entry, EntryKind
from saleor_rewards.programs import replace_tiers

from . import merchants
from .inputs import document, nodes
from .merchants import Caller
from .purses import BALANCE, days, earn, open_purse
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann(shop: Shop) -> Caller:
    """A customer of a shop where 100 points are worth 1.00."""
    shop.points()
    return merchants.customer()


def my_points(caller: Caller, shop: Shop, query: str = "MyPoints", **more: Any) -> Any:
    data = caller.ask(document(query), channel=shop.channel.slug, **more)
    return data["me"]["rewards"]["account"]


def test_a_customer_without_points_has_no_account_yet(shop: Shop, ann: Caller) -> None:
    assert my_points(ann, shop) is None
    assert Account.objects.count() == 0


def test_a_customer_sees_every_part_of_the_balance(shop: Shop, ann: Caller) -> None:
    # given
    at = clock.now()
    account = open_purse(shop, ann)
    earn(account, 250)
    earn(account, 40, "later", available_from=at + days(14))
    with posting(account.pk, at) as book:
        book.hold(50, key="h", checkout_token=str(uuid4()), expires_at=at + days(1))

    # when
    mine = my_points(ann, shop)

    # then
    assert {name: mine[name] for name in BALANCE.split()} == {
        "pending": 40,
        "available": 200,
        "held": 50,
        "debt": 0,
        "lifetime": 290,
    }
    assert mine["worth"] == {"amount": 2, "currency": "USD"}
    assert mine["channel"] == shop.channel.slug


def test_a_balance_is_exact_before_any_task_posts_what_is_due(
    shop: Shop, ann: Caller
) -> None:
    # given
    past = clock.now() - days(10)
    account = open_purse(shop, ann, past)
    earn(account, 70, "matures", at=past, available_from=past + days(9))
    earn(account, 30, "expires", at=past, expires_at=past + days(9))

    # when
    mine = my_points(ann, shop)

    # then
    assert (mine["pending"], mine["available"]) == (0, 70)
    assert mine["worth"]["amount"] == Decimal("0.7")
    account.refresh_from_db()
    assert (account.points_pending, account.points_available) == (70, 30)


def test_points_that_expire_soon_are_told_soonest_first(
    shop: Shop, ann: Caller
) -> None:
    # given
    shop.points(notice_days=30)
    at = clock.now()
    account = open_purse(shop, ann)
    for points, ahead in ((10, 20), (20, 5), (40, 200)):
        earn(account, points, f"in {ahead}", expires_at=at + days(ahead))
    earn(account, 80, "forever")

    # when
    mine = my_points(ann, shop)
    further = ann.ask(
        "query($channel: String!) { me { rewards { account(channel: $channel) { "
        "expiringSoon(days: 365, first: 9) { edges { node { points } } } } } } }",
        channel=shop.channel.slug,
    )

    # then
    soon = nodes(mine["expiringSoon"])
    assert [row["points"] for row in soon] == [20, 10]
    told = datetime.fromisoformat(soon[0]["expiresAt"].replace("Z", "+00:00"))
    assert abs(told - (at + days(5))) < days(1)
    rows = nodes(further["me"]["rewards"]["account"]["expiringSoon"])
    assert [row["points"] for row in rows] == [20, 10, 40]


def test_the_history_comes_in_pages_newest_first(shop: Shop, ann: Caller) -> None:
    # given
    account = open_purse(shop, ann)
    for number in range(1, 6):
        earn(account, number, f"gift {number}")

    # when
    seen: list[int] = []
    cursor = None
    for _ in range(3):
        page = my_points(ann, shop, "MyPointsHistory", first=2, after=cursor)["entries"]
        seen += [edge["node"]["points"] for edge in page["edges"]]
        cursor = page["pageInfo"]["endCursor"]

    # then
    assert seen == [5, 4, 3, 2, 1]
    assert page["totalCount"] == 5
    assert page["pageInfo"]["hasNextPage"] is False
    backwards = ann.ask(
        "query($channel: String!) { me { rewards { account(channel: $channel) { "
        "entries(last: 2) { edges { node { points } } } } } } }",
        channel=shop.channel.slug,
    )
    edges = backwards["me"]["rewards"]["account"]["entries"]["edges"]
    assert [edge["node"]["points"] for edge in edges] == [2, 1]


def test_every_kind_of_entry_can_be_told(shop: Shop, ann: Caller) -> None:
    # given
    account = open_purse(shop, ann)
    at = clock.now()
    Entry.objects.bulk_create(
        Entry(account=account, kind=kind, key=kind, fingerprint="-", at=at)
        for kind in EntryKind.values
    )

    # when
    page = my_points(ann, shop, "MyPointsHistory", first=50)["entries"]

    # then
    kinds = {edge["node"]["kind"] for edge in page["edges"]}
    assert kinds == set(EntryKind.names)


def test_an_entry_names_the_order_and_the_rule(
    shop: Shop, ann: Caller, shopper: Shopper
) -> None:
    # given
    rule = shop.ladder(("30.00", "10"))
    cart = shopper.ship(
        shopper.cart((shop.product("50.00"), 1)), shop.shipping_method("5.00")
    )
    order = shopper.buy(cart)
    pk = graphene.Node.from_global_id(order["id"])[1]
    earn(open_purse(shop, ann), 7, order_pk=pk, rule_version_pk=rule.current_id)

    # when
    page = my_points(ann, shop, "MyPointsHistory", first=5)["entries"]

    # then
    (entry,) = [edge["node"] for edge in page["edges"] if edge["node"]["points"] == 7]
    assert entry["orderId"] == order["id"]
    assert entry["orderNumber"] == order["number"]
    assert entry["ruleName"] == "Spend more, save more"


def test_a_member_sees_the_tier_and_the_way_to_the_next(
    shop: Shop, ann: Caller
) -> None:
    # given
    replace_tiers(
        shop.program.pk,
        [
            {"name": "Silver", "threshold": Decimal(100)},
            {"name": "Gold", "threshold": Decimal(500)},
        ],
    )
    account = open_purse(shop, ann)
    earn(account, 120)
    review_tier(account.pk, clock.now())

    # when
    mine = my_points(ann, shop)

    # then
    progress = mine["tierProgress"]
    assert mine["tier"]["name"] == progress["tier"]["name"] == "Silver"
    assert progress["nextTier"]["name"] == "Gold"
    assert progress["nextTier"]["threshold"] == 500
    assert (progress["measure"], progress["value"]) == ("POINTS", 120)
    assert progress["missing"] == 380
    assert [
        (row["tier"]["name"], row["reason"]) for row in nodes(mine["tierHistory"])
    ] == [("Silver", "REACHED")]


def test_progress_in_spend_is_money(shop: Shop, ann: Caller) -> None:
    # given
    shop.points(tier_measure="spend")
    replace_tiers(shop.program.pk, [{"name": "Gold", "threshold": Decimal("99.50")}])
    open_purse(shop, ann)

    # when
    progress = my_points(ann, shop)["tierProgress"]

    # then
    assert (progress["measure"], progress["value"]) == ("SPEND", 0)
    assert progress["missing"] == progress["nextTier"]["threshold"] == Decimal("99.5")


def test_an_account_of_another_channel_is_told_by_its_channel(
    shop: Shop, ann: Caller
) -> None:
    # given
    earn(open_purse(shop, ann), 5)

    # when
    other = ann.ask(document("MyPoints"), channel="moon")["me"]["rewards"]
    every = ann.ask("{ me { rewards { accounts { available channel } } } }")

    # then
    assert other["account"] is None
    assert every["me"]["rewards"]["accounts"] == [
        {"available": 5, "channel": shop.channel.slug}
    ]


def test_a_page_of_accounts_reads_each_thing_once(
    shop: Shop, ann: Caller, django_assert_max_num_queries: Any
) -> None:
    # given
    at = clock.now()
    staff = merchants.staff(merchants.USERS)
    for number in range(8):
        account = open_purse(shop, merchants.customer())
        earn(account, 100 + number, expires_at=at + days(5))
        with posting(account.pk, at) as book:
            token = str(uuid4())
            book.hold(5, key=token, checkout_token=token, expires_at=at + days(1))
    query = (
        f"{{ rewardsAccounts(first: 10) {{ edges {{ node {{ channel {BALANCE} worth "
        "{ amount } email user { email } tier { name } "
        "tierHistory(first: 2) { totalCount edges { node { at } } } "
        "expiringSoon(first: 2) { edges { node { points } } } "
        "holds(first: 2) { edges { node { checkoutId points } } } } } } }"
    )

    # when
    with django_assert_max_num_queries(16):
        found = staff.ask(query)

    # then
    accounts = nodes(found["rewardsAccounts"])
    assert [one["available"] for one in accounts] == list(range(95, 103))
    soon = [nodes(one["expiringSoon"])[0]["points"] for one in accounts]
    assert soon == list(range(95, 103))
    assert all(nodes(one["holds"])[0]["points"] == 5 for one in accounts)


def test_what_accounts_have_expire_and_mature_is_read_once_for_all_of_them(
    shop: Shop, ann: Caller, django_assert_max_num_queries: Any
) -> None:
    # given
    past = clock.now() - days(10)
    staff = merchants.staff(merchants.USERS)
    for number in range(8):
        account = open_purse(shop, merchants.customer(), past)
        earn(account, 50, "a", at=past, expires_at=past + days(9))
        earn(account, number + 1, "b", at=past, available_from=past + days(9))

    # when
    with django_assert_max_num_queries(10):
        found = staff.ask(
            f"{{ rewardsAccounts(first: 10) {{ edges {{ node {{ {BALANCE} }} }} }} }}"
        )

    # then
    accounts = nodes(found["rewardsAccounts"])
    assert [one["available"] for one in accounts] == list(range(1, 9))
