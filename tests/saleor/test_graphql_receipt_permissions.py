"""Who sees the receipts of orders."""

from __future__ import annotations

from typing import Any

import graphene
import pytest

from saleor_rewards.models import Receipt

from . import merchants
from .limits import needs
from .merchants import DISCOUNTS
from .orders import make_order, token_of
from .test_graphql_permissions import CALLERS
from .world import Shop

pytestmark = pytest.mark.django_db

RECEIPT = "rewards { savings { amount } entries { name } }"


@pytest.mark.parametrize("who", CALLERS)
def test_whoever_holds_an_orders_token_sees_its_receipt(shop: Shop, who: str) -> None:
    # given
    order = make_order()

    # when
    data = CALLERS[who](DISCOUNTS).ask(
        f"query($token: UUID!) {{ orderByToken(token: $token) {{ {RECEIPT} }} }}",
        token=token_of(order),
    )

    # then
    assert data["orderByToken"]["rewards"] == {
        "savings": {"amount": 4},
        "entries": [{"name": "Spring"}],
    }


def test_customers_see_the_receipts_of_their_own_orders_alone(shop: Shop) -> None:
    # given
    owner, other = merchants.customer(), merchants.customer()
    make_order(owner.user)
    query = f"{{ me {{ orders(first: 5) {{ edges {{ node {{ {RECEIPT} }} }} }} }} }}"

    # when
    mine = owner.ask(query)["me"]["orders"]["edges"]
    theirs = other.ask(query)["me"]["orders"]["edges"]

    # then
    assert [edge["node"]["rewards"]["savings"]["amount"] for edge in mine] == [4]
    assert theirs == []


def test_staff_who_manage_orders_see_every_receipt_with_two_queries_for_all(
    shop: Shop, django_assert_max_num_queries: Any
) -> None:
    # given
    for _ in range(3):
        make_order()
    caller = merchants.staff(merchants.ORDERS)

    # when
    with django_assert_max_num_queries(15):
        data = caller.ask(
            f"{{ orders(first: 5) {{ edges {{ node {{ {RECEIPT} }} }} }} }}"
        )

    # then
    assert [
        edge["node"]["rewards"]["savings"]["amount"] for edge in data["orders"]["edges"]
    ] == [4, 4, 4]


@needs("guessable orders")
@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("anonymous", False),
        ("customer", False),
        ("owner", True),
        ("staff without", False),
        ("staff with another", True),
        ("app without", False),
    ],
)
def test_a_receipt_behind_a_key_that_can_be_guessed_takes_more_than_the_key(
    shop: Shop, who: str, sees: bool
) -> None:
    # given
    owner = merchants.customer()
    caller = owner if who == "owner" else CALLERS[who](DISCOUNTS)
    order = make_order(owner.user, use_old_id=True)

    # when
    data = caller.ask(
        f"query($id: ID!) {{ order(id: $id) {{ {RECEIPT} }} }}",
        id=graphene.Node.to_global_id("Order", order.number),
    )

    # then
    assert (data["order"]["rewards"] is not None) is sees


def test_an_order_without_a_receipt_says_so(shop: Shop) -> None:
    # given
    order = make_order()
    Receipt.objects.all().delete()

    # when
    data = merchants.anonymous().ask(
        f"query($token: UUID!) {{ orderByToken(token: $token) {{ {RECEIPT} }} }}",
        token=token_of(order),
    )

    # then
    assert data == {"orderByToken": {"rewards": None}}
