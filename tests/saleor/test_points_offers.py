"""What a cart would earn stands among its offers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from .inputs import document
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
