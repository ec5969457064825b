"""Free shipping whose worth the goods carry, beside a code of the shopper's."""

from __future__ import annotations

from decimal import Decimal

import pytest

from .limits import needs
from .points import make_member
from .world import Shop, Shopper

pytestmark = [pytest.mark.django_db(transaction=True), needs("stored discounts")]

SPRING = "SPRING"


@pytest.mark.parametrize(
    ("code", "total"), [("5", "51.43"), ("10", "48.73"), ("100", "34.20")]
)
def test_free_shipping_beside_a_percentage_is_worth_what_it_costs(
    shop: Shop, shopper: Shopper, code: str, total: str
) -> None:
    # given: goods of 54.14, delivered for 34.20
    shop.voucher(SPRING, code)
    rule = shop.free_shipping("10.00")
    cart = shopper.cart((shop.product("54.14"), 1), email="ada@example.com")
    cart = shopper.ship(cart, shop.shipping_method("34.20"))
    assert cart.total == Decimal("54.14")

    # when
    shopper.promo(cart, SPRING)

    # then
    cart = shopper.look(cart)
    assert cart.total == Decimal(total)
    without = Decimal("54.14") * (100 - int(code)) / 100 + Decimal("34.20")
    saved = round(without, 2) - cart.total
    assert abs(cart.offer(rule)["amount"]["amount"] - saved) <= Decimal("0.01")
    assert shopper.buy(cart)["total"]["gross"]["amount"] == cart.total


def test_goods_that_pay_for_the_delivery_earn_as_before(shop: Shop) -> None:
    # given
    shop.points()
    shop.earning()
    shop.voucher(SPRING, "10")
    shop.free_shipping("10.00")
    member = make_member(shop, 1)
    cart = member.cart((shop.product("54.14"), 1))
    cart = member.promo(member.ship(cart, shop.shipping_method("34.20")), SPRING)

    # when
    member.buy(cart)

    # then: 48.73 were paid for them
    assert member.account.points_available == 49
