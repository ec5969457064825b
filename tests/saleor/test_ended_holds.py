"""Points whose time in a cart is over are free at once, before any task releases them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from saleor.account.models import User
from saleor.checkout.models import Checkout

from saleor_rewards import tasks
from saleor_rewards.ledger import posting
from saleor_rewards.models import Hold, HoldState, Pledge, Shortage

from . import merchants
from .inputs import document, node_id, nodes
from .merchants import Caller
from .points import Member, make_member
from .purses import days, earn, open_purse
from .stopping import agree
from .test_sql_counts import queries
from .world import Cart, Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNT = (
    "{ me { rewards { accounts { available held debt worth { amount } "
    "holds(first: 9) { totalCount edges { node { checkoutId points expiresAt } } } "
    "expiringSoon(first: 9, days: 999) { edges { node { points } } } } } } }"
)

POINTS = (
    "query($token: UUID!) { checkout(token: $token) { rewards { points { "
    "redeemed available mostRedeemable expiresAt } } } }"
)


def account(member: Member) -> dict[str, Any]:
    (found,) = member.ask(ACCOUNT)["me"]["rewards"]["accounts"]
    return dict(found)


def points(member: Member, cart: Cart) -> dict[str, Any]:
    data = member.ask(POINTS, token=cart.pk)
    return dict(data["checkout"]["rewards"]["points"])


def redeem(member: Member, cart: Cart, count: int) -> None:
    member.do(document("PointsRedeem"), checkoutId=cart.id, points=count)


def cart_of(member: Member, variant: Any) -> Cart:
    """Return another cart of a member; Saleor 2.10 begins only one for each."""
    cart = Shopper().cart((variant, 1))
    user = User.objects.get(email=member.email)
    Checkout.objects.filter(pk=cart.pk).update(user=user)
    return member.look(cart)


def let_end(minutes: int = 30) -> None:
    """Let the time of all that is put aside be over since so many minutes."""
    Hold.objects.update(expires_at=timezone.now() - timedelta(minutes=minutes))


@pytest.fixture
def goods(shop: Shop) -> Any:
    shop.points()
    return shop.product("40.00", ships=False)


def test_a_hold_that_ended_is_counted_as_ended_by_every_query(
    shop: Shop, goods: Any
) -> None:
    # given
    member = make_member(shop, 300)
    cart = member.put_aside(goods, 300)
    other = cart_of(member, goods)
    before = account(member), points(member, other)

    # when
    let_end()

    # then
    assert (before[0]["available"], before[0]["held"]) == (0, 300)
    assert (before[1]["available"], before[1]["mostRedeemable"]) == (0, 0)
    mine = account(member)
    assert (mine["available"], mine["held"], mine["worth"]["amount"]) == (300, 0, 3)
    assert mine["holds"] == {"totalCount": 0, "edges": []}
    for one in (cart, other):
        assert points(member, one) == {
            "redeemed": 0,
            "available": 300,
            "mostRedeemable": 300,
            "expiresAt": None,
        }


def test_points_of_a_hold_that_ended_can_be_spent_elsewhere_at_once(
    shop: Shop, goods: Any
) -> None:
    # given
    member = make_member(shop, 300)
    left = member.put_aside(goods, 200)
    other = cart_of(member, goods)
    let_end()

    # when
    redeem(member, other, 250)

    # then
    assert points(member, other)["redeemed"] == 250
    assert member.look(other).total == 40 - 2.5
    assert member.look(left).total == 40
    (hold,) = Hold.objects.filter(state=HoldState.OPEN)
    assert (hold.checkout_token, hold.points) == (other.pk, 250)
    order = member.buy(member.look(other))
    assert order["total"]["gross"]["amount"] == 37.5
    assert member.sums == (50, 0)


def test_points_that_a_cart_waits_to_be_ordered_with_stay_put_aside(
    shop: Shop, goods: Any
) -> None:
    # given one cart that was paid, and one of which an order is on its way
    member = make_member(shop, 500)
    paid = member.put_aside(goods, 200)
    agree(member, paid)
    asked = cart_of(member, goods)
    redeem(member, asked, 200)
    Pledge.objects.create(checkout_token=asked.pk, gate_at=timezone.now())
    other = cart_of(member, goods)

    # when
    let_end()

    # then
    mine = account(member)
    assert (mine["available"], mine["held"]) == (100, 400)
    assert {one["points"] for one in nodes(mine["holds"])} == {200}
    assert points(member, other)["available"] == 100
    with pytest.raises(Refused) as refused:
        redeem(member, other, 300)
    assert refused.value.errors[0]["code"] == "INSUFFICIENT_POINTS"
    assert points(member, asked)["expiresAt"] is None


def test_a_storefront_can_count_down_to_the_end_of_a_hold(
    shop: Shop, goods: Any
) -> None:
    # given
    member = make_member(shop, 500)
    first, second = member.put_aside(goods, 200), cart_of(member, goods)
    redeem(member, second, 100)
    end = timezone.now() + timedelta(minutes=5)
    Hold.objects.filter(checkout_token=second.pk).update(expires_at=end)

    # when
    told = [points(member, cart)["expiresAt"] for cart in (second, first)]
    mine = nodes(account(member)["holds"])

    # then the first to end comes first
    ends = list(
        Hold.objects.order_by("expires_at").values_list("expires_at", flat=True)
    )
    assert [moment(one) for one in told] == ends
    assert [moment(one["expiresAt"]) for one in mine] == ends
    assert [one["checkoutId"] for one in mine] == [second.id, first.id]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_nobody_sees_what_others_put_aside(shop: Shop, goods: Any) -> None:
    # given
    member, other = make_member(shop, 300), make_member(shop, 10)
    member.put_aside(goods, 200)
    query = (
        "{ rewardsAccounts(first: 9) { edges { node { holds(first: 1) "
        "{ totalCount } } } } }"
    )

    # then
    assert account(other)["holds"]["totalCount"] == 0
    assert Caller(f"JWT {other.token}").is_refused(query)
    assert not merchants.staff(merchants.USERS).is_refused(query)


def test_staff_can_take_away_what_a_hold_that_ended_gave_back(
    shop: Shop, goods: Any
) -> None:
    # given
    member = make_member(shop, 300)
    member.put_aside(goods, 300)
    let_end()
    clerk = merchants.staff(merchants.USERS, merchants.DISCOUNTS)

    # when
    payload = clerk.do(
        document("PointsAdjust"),
        input={
            "accountId": node_id("RewardsAccount", member.account.pk),
            "points": -200,
            "reason": "Given by mistake",
        },
    )

    # then
    assert payload["errors"] == []
    assert payload["account"]["available"] == 100


@pytest.mark.parametrize("case", ["plain", "lot expired", "owes"])
def test_a_query_says_what_the_task_makes_of_it(
    shop: Shop, goods: Any, case: str
) -> None:
    # given
    member = make_member(shop, 100)
    at = timezone.now()
    with posting(member.account.pk, at) as book:
        book.earn(
            300, key="brief", available_from=at, expires_at=at + days(9), order_pk="5"
        )
    member.put_aside(goods, 350)
    if case == "lot expired":
        member.account.lots.filter(expires_at__isnull=False).update(
            expires_at=at - timedelta(minutes=40)
        )
    if case == "owes":
        with posting(member.account.pk, at) as book:
            book.reverse(200, key="back", shortage=Shortage.DEBT, order_pk="5")
    let_end()

    # when
    told = account(member)
    tasks.release_holds()
    tasks.settle_due_points()
    so = account(member)

    # then
    assert told == so
    assert so["available"] == {"plain": 400, "lot expired": 100, "owes": 200}[case]


def test_what_was_held_is_among_what_expires_soon(shop: Shop, goods: Any) -> None:
    # given
    member = make_member(shop, 1)
    earn(member.account, 200, expires_at=timezone.now() + days(9))
    member.put_aside(goods, 200)
    before = nodes(account(member)["expiringSoon"])

    # when
    let_end()

    # then
    assert before == []
    assert nodes(account(member)["expiringSoon"]) == [{"points": 200}]


@pytest.mark.parametrize("is_over", [False, True])
def test_what_ended_is_read_once_for_all_accounts_of_a_page(
    shop: Shop, goods: Any, is_over: bool
) -> None:
    # given
    clerk = merchants.staff(merchants.USERS)
    query = (
        "{ rewardsAccounts(first: 20) { edges { node { available held worth { amount } "
        "holds(first: 2) { edges { node { points } } } } } } }"
    )

    def count(members: int) -> int:
        for _ in range(members):
            make_member(shop, 300).put_aside(goods, 200)
        if is_over:
            let_end()
        clerk.ask(query)
        return len(queries(lambda: clerk.ask(query)))

    # then
    assert count(1) == count(7)


def test_an_account_without_holds_costs_no_query_more(shop: Shop, goods: Any) -> None:
    # given
    caller = merchants.customer()
    earn(open_purse(shop, caller), 300)
    query = "{ me { rewards { accounts { available } } } }"
    caller.ask(query)

    # when
    sent = queries(lambda: caller.ask(query))

    # then
    assert not [sql for sql in sent if Hold._meta.db_table in sql]
