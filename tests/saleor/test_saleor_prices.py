"""Nobody pays more with ours than Saleor asks without, whatever is in the shop."""

from __future__ import annotations

import random

import pytest

from saleor_rewards.host.capabilities import capabilities

from .world import HOST, Cart, Refused, Shop, Shopper

if capabilities.stored_discounts:
    from .promotions_saleor3 import from_subtotal

pytestmark = pytest.mark.django_db(transaction=True)

SPRING = "SPRING"


def some_shop(shop: Shop, rand: random.Random) -> None:
    """Fill a shop with rules and offers of its own that are in each other's way."""
    shop.settings()
    minimum = rand.choice((None, "20.00", "45.00", "60.00"))
    shop.voucher(SPRING, rand.choice(("5", "30", "80")), minimum=minimum)
    if rand.random() < 0.8:
        shop.ladder((rand.choice(("0.00", "50.00")), rand.choice(("10", "35"))))
    if rand.random() < 0.6:
        shop.free_shipping(rand.choice(("1.00", "40.00")))
    if capabilities.stored_discounts and rand.random() < 0.6:
        asked = from_subtotal(rand.choice(("1", "30", "55")))
        HOST.make_order_promotion(rand.choice(("5", "40")), asked)


@pytest.mark.parametrize("seed", range(8))
def test_nobody_pays_more_than_saleor_asks_without_ours(
    shop: Shop, shopper: Shopper, seed: int
) -> None:
    # given: one cart with ours, and one like it without
    rand = random.Random(seed)
    some_shop(shop, rand)
    variants = [shop.product(price) for price in ("9.99", "17.35", "31.50")]
    items = [(one, rand.randint(1, 3)) for one in variants if rand.random() < 0.7]
    items = items or [(variants[0], 2)]
    method = shop.shipping_method("7.77")
    is_coded = rand.random() < 0.7

    def built() -> Cart:
        cart = shopper.cart(*items, email="ada@example.com")
        cart = shopper.ship(cart, method)
        if is_coded:
            try:
                shopper.promo(cart, SPRING)
            except Refused:
                pass
        return shopper.look(shopper.look(cart))

    shop.plugin(active=False)
    without = built().total
    shop.plugin()

    # when
    cart = built()

    # then
    assert cart.total <= without
    assert cart.total == without or cart.node["rewards"]["savings"]["amount"]
    assert shopper.buy(cart)["total"]["gross"]["amount"] == cart.total
