"""Free shipping whose worth the goods carry, beside a code of the shopper's."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saleor_rewards.guard import faults
from saleor_rewards.models import Receipt
from saleor_rewards.orders.receipts import CORRECTED
from saleor_rewards.programs.rules import update_rule

from .limits import needs
from .points import make_member
from .world import HOST, Shop, Shopper

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


@pytest.mark.parametrize("is_looked_at", [True, False])
def test_an_order_is_placed_at_names_and_amounts_that_are_as_shown(
    shop: Shop, shopper: Shopper, is_looked_at: bool
) -> None:
    # given: a rule whose next version gives the same
    HOST.allow_unpaid_orders()
    rule = shop.ladder(("0.00", "10"))
    cart = shopper.cart((shop.product("50.00"), 1), email="ada@example.com")
    cart = shopper.ship(cart, shop.shipping_method("5.00"))
    definition = {**rule.current.definition, "priority": 7}
    update_rule(rule.pk, definition=definition)
    corrected = faults[CORRECTED]
    if is_looked_at:
        cart = shopper.look(cart)

    # when
    order = shopper.complete(cart)

    # then
    assert order["total"]["gross"]["amount"] == Decimal("50.00") == cart.total
    assert [one["amount"] for one in Receipt.objects.get().effects] == [500]
    assert faults[CORRECTED] == corrected


def test_a_code_makes_place_for_shipping_that_the_goods_cannot_carry(
    shop: Shop, shopper: Shopper
) -> None:
    # given: goods of 10.00, delivered free of charge for 34.20
    shop.voucher(SPRING, "5")
    shop.free_shipping("1.00")
    cart = shopper.cart((shop.product("10.00"), 1), email="ada@example.com")
    cart = shopper.ship(cart, shop.shipping_method("34.20"))

    # when
    shopper.promo(cart, SPRING)

    # then
    cart = shopper.look(cart)
    assert cart.total == Decimal("10.00")
    assert cart.node["rewards"]["displacedCode"]["code"] == SPRING

    # when: the goods can carry it
    shopper.add(cart, shop.product("90.00"), 1)

    # then
    cart = shopper.look(shopper.look(cart))
    assert cart.total == Decimal("95.00")
    assert cart.node["rewards"]["displacedCode"] is None
    assert shopper.buy(cart)["total"]["gross"]["amount"] == Decimal("95.00")
