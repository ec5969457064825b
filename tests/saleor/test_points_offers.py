"""What a cart would earn stands among its offers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saleor_rewards.models import Rule

from .inputs import create, document, dollars
from .merchants import merchant
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_offer_of_points_says_what_a_cart_earns_and_what_it_could(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.points()
    shop.earning()
    minimum = {"amounts": {"USD": "50.00"}}
    benefit = {"type": "POINTS_FIXED", "points": 70}
    asked = {"minimum_subtotal": minimum}
    shop.rule("Bonus", benefit, lane="POINTS", conditions=asked)
    cart = shopper.cart((shop.product("42.80"), 1))

    # when
    found = shopper.ask(document("CheckoutWithRewards"), token=cart.pk)

    # then
    points, bonus = found["checkout"]["rewards"]["offers"]
    assert (points["state"], points["points"]) == ("APPLIED", 42)
    assert points["nextPoints"] is None
    assert (bonus["state"], bonus["points"]) == ("REACHABLE", 0)
    assert (bonus["gap"]["amount"], bonus["nextPoints"]) == (Decimal("7.20"), 70)
    assert bonus["message"] == "Add $7.20 more for 70 points."


def test_an_offer_of_points_by_full_steps_says_so_and_the_order_earns_by_them(
    shop: Shop, shopper: Shopper
) -> None:
    # given: ten points for each full ten dollars
    shop.points()
    benefit = {"points": 10, "per": dollars(10), "counting": "FULL_STEPS"}
    saved = create(
        merchant(), shop, lane="POINTS", benefit={"pointsPerAmount": benefit}
    )
    assert saved["errors"] == []
    cart = shopper.cart((shop.product("25.50"), 1))

    # when
    found = shopper.ask(document("CheckoutWithRewards"), token=cart.pk)
    cart = shopper.ship(cart, shop.shipping_method("5.00"))
    order = shopper.buy(cart)

    # then
    (offer,) = found["checkout"]["rewards"]["offers"]
    assert (offer["points"], offer["stepAmount"]["amount"]) == (20, 10)
    assert offer["message"] == (
        "You earn 20 points. Points are given for each full $10.00."
    )
    receipt = shopper.ask(document("OrderWithReceipt"), token=order["token"])
    assert receipt["orderByToken"]["rewards"]["pointsPosted"] == 20


def test_a_rule_says_how_it_counts_and_one_from_before_counts_in_proportion(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.points()
    rule = shop.earning(10, "10.00")
    boss = merchant()
    stepped = {"points": 10, "per": dollars(10), "counting": "FULL_STEPS"}
    create(boss, shop, lane="POINTS", benefit={"pointsPerAmount": stepped})

    # when
    query = "{ rewardsRules(first: 9) { edges { node { benefit { counting } } } } }"
    pages = boss.ask(query)["rewardsRules"]["edges"]

    # then
    assert [page["node"]["benefit"]["counting"] for page in pages] == [
        "IN_PROPORTION",
        "FULL_STEPS",
    ]
    assert "counting" not in Rule.objects.get(pk=rule.pk).current.definition["benefit"]
    cart = shopper.cart((shop.product("25.50"), 1))
    first, second = cart.node["rewards"]["offers"]
    assert (first["state"], first["message"]) == ("APPLIED", "You earn 25 points.")
    assert (second["state"], second["code"]) == ("BLOCKED", "BEATEN")
