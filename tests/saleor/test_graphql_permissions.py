"""Who may read and change what: every field and mutation of ours, every caller."""

from __future__ import annotations

from typing import Any, Callable
from uuid import uuid4

import graphene
import pytest
from django.utils import timezone
from graphql import get_named_type, is_leaf_type
from saleor.graphql.api import schema
from saleor.order.models import Order

from saleor_rewards.models import Account, Entry, PointsPolicy, Receipt, Rule
from saleor_rewards.plugin.host import MAJOR

from . import merchants
from .merchants import DISCOUNTS, ORDERS, STAFF, USERS, Caller
from .purses import earn, open_purse
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db

#: By name: how a caller is made who has, or lacks, one permission.
CALLERS: dict[str, Callable[[str], Caller]] = {
    "anonymous": lambda _permission: merchants.anonymous(),
    "customer": lambda _permission: merchants.customer(),
    "staff without": lambda _permission: merchants.staff(),
    "staff with another": lambda permission: merchants.staff(*others(permission)),
    "staff with": lambda permission: merchants.staff(permission),
    "app without": lambda _permission: merchants.app(),
    "app with another": lambda permission: merchants.app(*others(permission)),
    "app with": lambda permission: merchants.app(permission),
}
ALLOWED = ("staff with", "app with")

#: By the name of the field: who may, and a document that reads or changes rules of
#: channel $channel, rule $rule, points of user $user, or order $order.
GUARDED = {
    "rewardsProgram": (
        DISCOUNTS,
        "query($channel: String!) { rewardsProgram(channel: $channel) "
        "{ id points { isActive } tiers { id } } }",
    ),
    "rewardsPrograms": (
        DISCOUNTS,
        "{ rewardsPrograms(first: 1) { edges { node { id } } } }",
    ),
    "rewardsRule": (DISCOUNTS, "query($rule: ID!) { rewardsRule(id: $rule) { id } }"),
    "rewardsRules": (DISCOUNTS, "{ rewardsRules(first: 1) { edges { node { id } } } }"),
    "rewardsProgramUpdate": (
        DISCOUNTS,
        "mutation($channel: String!) { rewardsProgramUpdate(channel: $channel, "
        'input: {name: "Mine", points: {isActive: true}, tiers: []}) '
        "{ program { id } errors { code } } }",
    ),
    "rewardsRuleCreate": (
        DISCOUNTS,
        "mutation($channel: String!) { rewardsRuleCreate(channel: $channel, "
        'input: {name: "Mine", lane: ORDER, benefit: {percentOff: {percent: 99}}}) '
        "{ rule { id } errors { code } } }",
    ),
    "rewardsRuleUpdate": (
        DISCOUNTS,
        'mutation($rule: ID!) { rewardsRuleUpdate(id: $rule, input: {name: "Mine"}) '
        "{ rule { id } errors { code } } }",
    ),
    "rewardsRuleDelete": (
        DISCOUNTS,
        "mutation($rule: ID!) { rewardsRuleDelete(id: $rule) "
        "{ rule { id } errors { code } } }",
    ),
    "rewardsRuleTest": (
        DISCOUNTS,
        "mutation($checkout: ID!) { rewardsRuleTest(input: {checkoutId: $checkout}) "
        "{ rewards { savings { amount } } errors { code } } }",
    ),
    "rewardsAccount": (
        USERS,
        "query($channel: String!, $user: ID!) { rewardsAccount(channel: $channel, "
        "userId: $user) { id available } }",
    ),
    "rewardsAccounts": (
        USERS,
        "{ rewardsAccounts(first: 1) { totalCount edges { node { id } } } }",
    ),
    "rewardsLiability": (USERS, "{ rewardsLiability { currency } }"),
    "rewardsBalancesExport": (
        USERS,
        "query($channel: String!) { rewardsBalancesExport(channel: $channel) { csv } }",
    ),
    "rewardsPointsAdjust": (
        USERS,
        "mutation($channel: String!, $user: ID!) { rewardsPointsAdjust(input: "
        '{channel: $channel, userId: $user, points: 99, reason: "Mine"}) '
        "{ account { id } errors { code } } }",
    ),
    "rewardsBalancesImport": (
        USERS,
        "mutation($channel: String!) { rewardsBalancesImport(channel: $channel, "
        'csv: "email,points,reference\\na@b.cd,5,r1", dryRun: false) '
        "{ rows { status } errors { code } } }",
    ),
    "rewardsRefundPreview": (
        ORDERS,
        "query($order: ID!) { rewardsRefundPreview(orderId: $order, amount: 1) "
        "{ pointsTakenBack } }",
    ),
}

#: Open to everybody: they answer in words to all but the owner of the checkout.
OF_SHOPPERS = {"rewardsPointsRedeem", "rewardsPointsRelease"}


def others(permission: str) -> list[str]:
    """Return all the permissions that open anything of ours, but this one."""
    return [name for name in (DISCOUNTS, ORDERS, USERS) if name != permission]


def used(document: str, **values: Any) -> dict[str, Any]:
    """Return those of the variables that the document declares."""
    return {name: value for name, value in values.items() if f"${name}:" in document}


def state() -> list[Any]:
    """Return what a mutation might have changed."""
    rules = Rule.objects.order_by("pk").values_list("pk", "current", "deleted_at")
    policies = PointsPolicy.objects.values_list("is_active")
    return [*rules, *policies, Account.objects.count(), Entry.objects.count()]


def test_the_matrix_names_every_query_and_mutation_of_the_schema() -> None:
    # when
    ours = {
        name
        for type_name in ("Query", "Mutation")
        for name in schema.get_type(type_name).fields
        if name.startswith("rewards")
    }

    # then
    assert ours == {*GUARDED, *OF_SHOPPERS}


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("field", GUARDED)
def test_what_is_not_for_shoppers_opens_to_its_own_permission_alone(
    shop: Shop, shopper: Shopper, field: str, who: str
) -> None:
    # given
    permission, document = GUARDED[field]
    caller = CALLERS[who](permission)
    rule = shop.ladder(("30.00", "10"))
    user = merchants.customer().user
    variables = used(
        document,
        channel=shop.channel.slug,
        rule=graphene.Node.to_global_id("RewardsRule", rule.pk),
        checkout=shopper.cart((shop.product(), 1)).id,
        user=graphene.Node.to_global_id("User", user.pk),
        order=graphene.Node.to_global_id("Order", make_order(user).pk),
    )
    before = state()

    # when
    refused = caller.is_refused(document, **variables)

    # then
    assert refused is (who not in ALLOWED)
    if refused:
        assert state() == before


@pytest.mark.parametrize("who", CALLERS)
def test_whoever_holds_a_carts_token_sees_its_offers(
    shop: Shop, shopper: Shopper, who: str
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    cart = shopper.cart((shop.product("20.00"), 2))

    # when
    data = CALLERS[who](DISCOUNTS).ask(
        "query($token: UUID!) { checkout(token: $token) { rewards { "
        "savings { amount } offers { state } } } }",
        token=cart.pk,
    )

    # then
    assert data["checkout"]["rewards"]["savings"]["amount"] == 4
    assert [offer["state"] for offer in data["checkout"]["rewards"]["offers"]] == [
        "APPLIED"
    ]


#: What of an account and of its postings the owner does not see.
FOR_STAFF = {"user", "email", "holds", "reason", "author"}

REWARDS_OF = {
    "RewardsAccount": "accounts { %s }",
    "RewardsEntry": "accounts { entries(first: 5) { edges { node { %s } } } }",
}


def selected(type_name: str, field: str) -> str:
    """Return a selection of the field that is valid, whatever its type."""
    kind = get_named_type(schema.get_type(type_name).fields[field].type)
    arguments = "(first: 1)" if kind.name.endswith("Connection") else ""
    inside = "" if is_leaf_type(kind) else " { __typename }"
    return REWARDS_OF[type_name] % f"{field}{arguments}{inside}"


@pytest.mark.parametrize(
    ("type_name", "field"),
    [
        (type_name, field)
        for type_name in REWARDS_OF
        for field in schema.get_type(type_name).fields
    ],
)
def test_owners_see_all_of_their_points_but_what_is_for_staff(
    shop: Shop, type_name: str, field: str
) -> None:
    # given
    owner = merchants.customer()
    earn(open_purse(shop, owner), 5)
    rewards = selected(type_name, field)
    clerk = merchants.staff(USERS)

    # then
    assert owner.is_refused(f"{{ me {{ rewards {{ {rewards} }} }} }}") is (
        field in FOR_STAFF
    )
    assert not clerk.is_refused(
        f"query($id: ID!) {{ user(id: $id) {{ rewards {{ {rewards} }} }} }}",
        id=graphene.Node.to_global_id("User", owner.user.pk),
    )


@pytest.mark.parametrize(
    ("permissions", "may"), [((STAFF,), False), ((STAFF, USERS), True)]
)
def test_whoever_sees_a_user_does_not_see_their_points_for_it(
    shop: Shop, permissions: tuple[str, ...], may: bool
) -> None:
    # given
    caller, colleague = merchants.staff(*permissions), merchants.staff()
    earn(open_purse(shop, colleague), 5)
    query = (
        "{ staffUsers(first: 9) { edges { node { email rewards { accounts { "
        "available } } } } } }"
    )

    # then
    assert caller.is_refused(query) is not may


RECEIPT = "rewards { savings { amount } entries { name } }"


def make_order(user: Any = None, **fields: Any) -> Order:
    """Make an order with a receipt, as a placed cart leaves them."""
    token = str(uuid4())
    if MAJOR >= 3:
        from saleor.channel.models import Channel

        fields.setdefault("channel", Channel.objects.get())
        fields.setdefault("currency", "USD")
        fields.setdefault("lines_count", 0)
    order = Order.objects.create(
        user=user,
        user_email=user.email if user else "guest@example.com",
        checkout_token=token,
        status="unfulfilled",
        **fields,
    )
    Receipt.objects.create(
        checkout_token=token,
        order_pk=str(order.pk),
        channel_pk=1,
        currency="USD",
        at=timezone.now(),
        snapshot={"lines": [{"id": "7", "variant_id": "3"}]},
        settings={"cap_percent": None, "time_zone": "UTC", "points": None},
        effects=[
            {
                "type": "LINE_DISCOUNT",
                "rule_id": 5,
                "rule_version": 2,
                "rule_name": "Spring",
                "line_id": "7",
                "amount": 400,
                "currency": "USD",
            }
        ],
    )
    return order


def token_of(order: Order) -> str:
    return str(order.pk) if MAJOR >= 3 else order.token


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


@pytest.mark.saleor3
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
