"""A look at a cart of which nothing changed writes nothing, whatever is in it."""

from __future__ import annotations

from typing import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_rewards.host.capabilities import capabilities

from .inputs import document
from .limits import needs
from .points import make_member
from .world import HOST, Cart, Shop, Shopper

if capabilities.stored_discounts:
    from .promotions_saleor3 import from_subtotal

pytestmark = pytest.mark.django_db(transaction=True)

CODE = "SPRING"


def shipped(shop: Shop, shopper: Shopper, price: str = "55.00") -> Cart:
    cart = shopper.cart((shop.product(price), 1), email="ada@example.com")
    return shopper.ship(cart, shop.shipping_method("10.00"))


def free_shipping(shop: Shop, shopper: Shopper) -> Cart:
    shop.free_shipping("10.00")
    return shipped(shop, shopper)


def beside_a_code(shop: Shop, shopper: Shopper) -> Cart:
    shop.voucher(CODE, "10")
    cart = free_shipping(shop, shopper)
    return shopper.promo(cart, CODE)


def trimmed_for_a_code(shop: Shop, shopper: Shopper) -> Cart:
    shop.voucher(CODE, "30", minimum="50.00")
    shop.ladder(("0.00", "10"))
    return shopper.promo(free_shipping(shop, shopper), CODE)


def displaced_code(shop: Shop, shopper: Shopper) -> Cart:
    shop.voucher(CODE, "5", minimum="50.00")
    shop.ladder(("0.00", "30"))
    variant = shop.product("55.00")
    cart = shopper.promo(shopper.cart((variant, 2)), CODE)
    return shopper.put(cart, variant, 1)


def points_beside_a_code(shop: Shop, shopper: Shopper) -> Cart:
    shop.points()
    shop.voucher(CODE, "30", minimum="50.00")
    member = make_member(shop, 1000)
    cart = member.promo(member.cart((shop.product("55.00"), 1)), CODE)
    member.do(document("PointsRedeem"), checkoutId=cart.id, points=500)
    return member.look(cart)


def goods_for_nothing(shop: Shop, shopper: Shopper) -> Cart:
    shop.ladder(("0.00", "100"))
    return free_shipping(shop, shopper)


def promotion(shop: Shop, shopper: Shopper) -> Cart:
    HOST.make_order_promotion("30", from_subtotal("50.00"))
    return free_shipping(shop, shopper)


def declined(shop: Shop, shopper: Shopper) -> Cart:
    from .slots import code_in

    cart = free_shipping(shop, shopper)
    return shopper.unpromo(cart, code_in(cart) or "")


def assert_quiet(shop: Shop, build: Callable[[Shop, Shopper], Cart]) -> None:
    # given
    shopper = Shopper()
    cart = build(shop, shopper)
    for _ in range(2):
        shopper.look(cart)

    # when
    with CaptureQueriesContext(
        connection,
    ) as found:
        shopper.look(cart)

    # then
    verbs = ("INSERT", "UPDATE", "DELETE")
    writes = [one["sql"] for one in found if one["sql"].lstrip().startswith(verbs)]
    assert not [sql for sql in writes if "saleor_rewards" in sql or "discount" in sql]


@pytest.mark.parametrize(
    "build",
    [
        free_shipping,
        beside_a_code,
        trimmed_for_a_code,
        displaced_code,
        points_beside_a_code,
        goods_for_nothing,
    ],
)
def test_a_second_look_writes_nothing(
    shop: Shop, build: Callable[[Shop, Shopper], Cart]
) -> None:
    assert_quiet(shop, build)


@needs("stored discounts")
@pytest.mark.parametrize("build", [promotion, declined])
def test_a_second_look_at_what_saleor_3_has_writes_nothing(
    shop: Shop, build: Callable[[Shop, Shopper], Cart]
) -> None:
    assert_quiet(shop, build)
