"""One answer tells prices and rewards that belong together, in whatever order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Callable

import pytest

from saleor_rewards.programs import update_rule

from .limits import needs
from .merchants import DISCOUNTS, app
from .points import Member, make_member
from .talk import TALK
from .world import Cart, Shop, Shopper, money

pytestmark = [pytest.mark.django_db(transaction=True), needs("stored discounts")]

LINES = "lines { totalPrice { gross { amount } } }"
TOTAL = "totalPrice { gross { amount } }"
REWARDS = "rewards { savings { amount } isStale offers(states: [APPLIED]) { name } }"
FRAGMENT = "fragment Mine on Checkout { rewards { savings { amount } isStale } }"

#: Fields of a checkout, in the orders that Saleor resolves differently.
FIELDS = {
    "rewards last": f"{LINES} {TOTAL} {REWARDS}",
    "rewards first": f"{REWARDS} {TOTAL} {LINES}",
    "rewards between": f"{TOTAL} {REWARDS} {LINES}",
    "lines loaded first": f"isShippingRequired {LINES} {TOTAL} {REWARDS}",
    "in a fragment": f"isShippingRequired {TOTAL} {LINES} ...Mine",
    "inline": f"isShippingRequired {TOTAL} {LINES} ... on Checkout {{ {REWARDS} }}",
}


@pytest.fixture
def member(shop: Shop) -> Member:
    """A customer of a shop with points."""
    shop.points()
    return make_member(shop, 1000)


def a_rule_begins(shop: Shop, member: Member) -> tuple[Cart, Decimal]:
    """Return a cart and what it costs since a rule began."""
    cart = member.cart((shop.product("40.00", ships=False), 1), email=member.email)
    shop.ladder(("30.00", "25"))
    return cart, Decimal("30.00")


def a_rule_ends(shop: Shop, member: Member) -> tuple[Cart, Decimal]:
    """Return a cart and what it costs since a rule ended."""
    rule = shop.ladder(("30.00", "25"))
    cart = member.cart((shop.product("40.00", ships=False), 1), email=member.email)
    assert cart.total == Decimal("30.00")
    update_rule(rule.pk, is_active=False)
    return cart, Decimal("40.00")


CHANGES = [a_rule_begins, a_rule_ends]


def agree(node: dict[str, Any]) -> bool:
    """Return whether one answer agrees with itself about a cart of 40.00."""
    savings = Decimal(str(node["rewards"]["savings"]["amount"]))
    lines = sum(money(line["totalPrice"]) for line in node["lines"])
    return bool(lines == money(node["totalPrice"]) == Decimal("40.00") - savings)


@pytest.mark.parametrize("order", sorted(FIELDS))
@pytest.mark.parametrize("change", CHANGES)
def test_an_answer_agrees_with_itself_and_with_what_comes_after(
    shop: Shop, member: Member, change: Callable[..., Any], order: str
) -> None:
    # given
    cart, now = change(shop, member)
    fragment = FRAGMENT if "...Mine" in FIELDS[order] else ""
    query = f"query($id: ID!) {{ checkout(id: $id) {{ {FIELDS[order]} }} }} {fragment}"

    # when
    node = member.ask(query, **TALK.identity(cart))["checkout"]

    # then
    assert agree(node)
    assert not node["rewards"]["isStale"]
    assert money(node["totalPrice"]) == now
    assert member.bare_total(cart) == now
    order_total = member.buy(member.look(cart))["total"]["gross"]["amount"]
    assert Decimal(str(order_total)) == now


def of_the_shopper(member: Member, fields: str) -> list[dict[str, Any]]:
    query = f"{{ me {{ checkouts(first: 5) {{ edges {{ node {{ {fields} }} }} }} }} }}"
    edges = member.ask(query)["me"]["checkouts"]["edges"]
    return [edge["node"] for edge in edges]


def of_the_shop(member: Member, fields: str) -> list[dict[str, Any]]:
    query = f"{{ checkouts(first: 5) {{ edges {{ node {{ {fields} }} }} }} }}"
    edges = app("manage_checkouts", DISCOUNTS).ask(query)["checkouts"]["edges"]
    return [edge["node"] for edge in edges]


@pytest.mark.parametrize("order", ["lines loaded first", "rewards first"])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("read", [of_the_shopper, of_the_shop])
def test_a_list_of_carts_agrees_with_itself_and_leaves_right_totals(
    shop: Shop,
    member: Member,
    read: Callable[..., list[dict[str, Any]]],
    change: Callable[..., Any],
    order: str,
) -> None:
    # given
    cart, now = change(shop, member)

    # when
    (node,) = read(member, FIELDS[order])

    # then
    assert agree(node)
    assert node["rewards"]["isStale"] or money(node["totalPrice"]) == now
    assert Shopper().bare_total(cart) == now


@pytest.mark.parametrize("change", CHANGES)
def test_a_cart_that_was_loaded_before_agrees_with_itself(
    shop: Shop, member: Member, change: Callable[..., Any]
) -> None:
    # given: prices are computed for the first field before the list comes to rewards
    cart, now = change(shop, member)
    carts = (
        f"me {{ checkouts(first: 5) {{ edges {{ node {{ {LINES} {TOTAL} {REWARDS} }} }} "
        "} }"
    )
    query = f"query($id: ID!) {{ checkout(id: $id) {{ {TOTAL} }} {carts} }}"

    # when
    answer = member.ask(query, **TALK.identity(cart))

    # then
    (edge,) = answer["me"]["checkouts"]["edges"]
    node = edge["node"]
    assert agree(node)
    assert money(answer["checkout"]["totalPrice"]) == money(node["totalPrice"])
    # No offer is told of a rule that is gone, but none that the prices lack either.
    named = [offer["name"] for offer in node["rewards"]["offers"]]
    assert not named or money(node["totalPrice"]) == Decimal("30.00")
    assert Shopper().bare_total(cart) == now
