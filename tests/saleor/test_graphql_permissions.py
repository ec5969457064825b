"""Who may read and change what: every field and mutation of ours, every caller."""

from __future__ import annotations

from typing import Any, Callable
from uuid import uuid4

import graphene
import pytest
from django.utils import timezone
from saleor.graphql.api import schema
from saleor.order.models import Order

from saleor_rewards.models import Receipt, Rule
from saleor_rewards.plugin.host import MAJOR

from . import merchants
from .merchants import Caller
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db

CALLERS: dict[str, tuple[Callable[[], Caller], bool]] = {
    "anonymous": (merchants.anonymous, False),
    "customer": (merchants.customer, False),
    "staff without": (merchants.staff, False),
    "staff with another": (lambda: merchants.staff(merchants.ORDERS), False),
    "staff with": (merchants.merchant, True),
    "app without": (merchants.app, False),
    "app with": (lambda: merchants.app(merchants.DISCOUNTS), True),
}

#: By the name of the field: a document that reads or changes rules of channel
#: $channel, or rule $rule.
MERCHANTS_ONLY = {
    "rewardsProgram": "query($channel: String!) "
    "{ rewardsProgram(channel: $channel) { id } }",
    "rewardsPrograms": "{ rewardsPrograms(first: 1) { edges { node { id } } } }",
    "rewardsRule": "query($rule: ID!) { rewardsRule(id: $rule) { id } }",
    "rewardsRules": "{ rewardsRules(first: 1) { edges { node { id } } } }",
    "rewardsProgramUpdate": "mutation($channel: String!) "
    '{ rewardsProgramUpdate(channel: $channel, input: {name: "Mine"}) '
    "{ program { id } errors { code } } }",
    "rewardsRuleCreate": "mutation($channel: String!) "
    '{ rewardsRuleCreate(channel: $channel, input: {name: "Mine", lane: ORDER, '
    "benefit: {percentOff: {percent: 99}}}) { rule { id } errors { code } } }",
    "rewardsRuleUpdate": "mutation($rule: ID!) "
    '{ rewardsRuleUpdate(id: $rule, input: {name: "Mine"}) '
    "{ rule { id } errors { code } } }",
    "rewardsRuleDelete": "mutation($rule: ID!) "
    "{ rewardsRuleDelete(id: $rule) { rule { id } errors { code } } }",
    "rewardsRuleTest": "mutation($checkout: ID!) "
    "{ rewardsRuleTest(input: {checkoutId: $checkout}) "
    "{ rewards { savings { amount } } errors { code } } }",
}


def used(document: str, **values: Any) -> dict[str, Any]:
    """Return those of the variables that the document declares."""
    return {name: value for name, value in values.items() if f"${name}:" in document}


def state() -> list[Any]:
    """Return what a mutation might have changed."""
    rules = Rule.objects.order_by("pk").values_list("pk", "current", "deleted_at")
    return list(rules)


def test_the_matrix_names_every_query_and_mutation_of_the_schema() -> None:
    # when
    ours = {
        name
        for type_name in ("Query", "Mutation")
        for name in schema.get_type(type_name).fields
        if name.startswith("rewards")
    }

    # then
    assert ours == set(MERCHANTS_ONLY)


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("field", MERCHANTS_ONLY)
def test_rules_and_programs_open_to_manage_discounts_alone(
    shop: Shop, shopper: Shopper, field: str, who: str
) -> None:
    # given
    make, may = CALLERS[who]
    caller = make()
    rule = shop.ladder(("30.00", "10"))
    document = MERCHANTS_ONLY[field]
    variables = used(
        document,
        channel=shop.channel.slug,
        rule=graphene.Node.to_global_id("RewardsRule", rule.pk),
        checkout=shopper.cart((shop.product(), 1)).id,
    )
    before = state()

    # when
    refused = caller.is_refused(document, **variables)

    # then
    assert refused is not may
    if refused:
        assert state() == before


@pytest.mark.parametrize("who", CALLERS)
def test_whoever_holds_a_carts_token_sees_its_offers(
    shop: Shop, shopper: Shopper, who: str
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    cart = shopper.cart((shop.product("20.00"), 2))
    make, _may = CALLERS[who]

    # when
    data = make().ask(
        "query($token: UUID!) { checkout(token: $token) { rewards { "
        "savings { amount } offers { state } } } }",
        token=cart.pk,
    )

    # then
    assert data["checkout"]["rewards"]["savings"]["amount"] == 4
    assert [offer["state"] for offer in data["checkout"]["rewards"]["offers"]] == [
        "APPLIED"
    ]


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
        settings={"cap_percent": None, "time_zone": "UTC"},
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
    make, _may = CALLERS[who]

    # when
    data = make().ask(
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
    caller = owner if who == "owner" else CALLERS[who][0]()
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
