"""Staff see what a refund would do to points before they make it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from saleor_rewards.ledger.verify import verify

from . import merchants
from .inputs import document, node_id
from .limits import needs
from .merchants import Caller
from .points import available, earning_cart
from .staff import Staff
from .world import HOST, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(shop: Shop, shopper: Shopper) -> dict[str, Any]:
    """A paid order that earned 90 points."""
    return shopper.buy(earning_cart(shop, shopper))


@pytest.fixture
def cashier() -> Caller:
    """Somebody who makes refunds."""
    return merchants.staff(merchants.ORDERS)


def preview(caller: Caller, order: dict[str, Any], amount: Any) -> dict[str, Any]:
    data = caller.ask(document("RefundPreview"), orderId=order["id"], amount=amount)
    return data["rewardsRefundPreview"]


@pytest.mark.parametrize("amount", [1, "12.34", 50])
def test_a_refund_does_what_its_preview_said(
    shop: Shop, order: dict[str, Any], cashier: Caller, amount: Any
) -> None:
    # given
    before = available()

    # when
    told = preview(cashier, order, amount)
    assert available() == before
    Staff().refund(order, str(amount))

    # then
    assert told["pointsTakenBack"] == before - available() > 0
    assert (told["pointsGivenBack"], told["pointsDebt"]) == (0, 0)
    assert verify(None) == []


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (0, "OUT_OF_RANGE"),
        (-5, "OUT_OF_RANGE"),
        ("0.001", "TOO_MANY_DECIMALS"),
        ("1e30", "INVALID_VALUE"),
    ],
)
def test_what_is_no_amount_to_refund_is_refused_by_name_and_code(
    shop: Shop, order: dict[str, Any], cashier: Caller, amount: Any, code: str
) -> None:
    # when
    _status, answer = cashier.send(
        document("RefundPreview"), orderId=order["id"], amount=amount
    )

    # then
    assert answer["data"] == {"rewardsRefundPreview": None}
    (error,) = answer["errors"]
    assert error["extensions"]["exception"]["code"] == code
    assert "`amount`" in error["message"]


def test_what_is_no_order_has_no_preview(shop: Shop, cashier: Caller) -> None:
    assert preview(cashier, {"id": node_id("Product", 1)}, 5) is None


def told_money(told: dict[str, Any]) -> dict[str, Any]:
    names = ("goods", "shipping", "remaining")
    return {name: told[name]["amount"] for name in names}


def test_a_preview_says_what_of_an_order_are_goods_and_what_is_shipping(
    order: dict[str, Any], cashier: Caller
) -> None:
    # when
    told = preview(cashier, order, 40)

    # then
    assert told_money(told) == {"goods": 40, "shipping": 10, "remaining": 10}


@needs("stored discounts")
def test_goods_that_carry_the_worth_of_the_shipping_are_not_all_of_an_order(
    shop: Shop, shopper: Shopper, cashier: Caller
) -> None:
    # given: goods of 52.15, ten percent off by the shopper's own code in the slot
    shop.points()
    shop.earning()
    shop.free_shipping("30.00")
    shop.voucher("MINE", "10")
    cart = shopper.cart((shop.product("52.15"), 1))
    cart = shopper.promo(shopper.ship(cart, shop.shipping_method("34.20")), "MINE")
    order = shopper.buy(cart)
    before = available()
    told = preview(cashier, order, 1)
    goods, shipping = told["goods"]["amount"], told["shipping"]["amount"]
    assert (shipping, goods + shipping) == (Decimal("34.20"), cart.total)

    # when: all of the goods' money goes back
    told = preview(cashier, order, str(goods))

    # then
    assert told["remaining"]["amount"] == shipping
    assert 0 < told["pointsTakenBack"] < before

    # when
    told = preview(cashier, order, str(goods + shipping))

    # then
    assert told["remaining"]["amount"] == 0
    assert told["pointsTakenBack"] == before


def test_a_preview_counts_what_gift_cards_paid_as_paid_and_not_as_left(
    shop: Shop, shopper: Shopper, cashier: Caller
) -> None:
    # given
    shop.points()
    cart = shopper.cart((shop.product("40.00", ships=False), 1))
    HOST.make_gift_card("CARD", "15.00")
    cart = shopper.promo(cart, "CARD")
    shopper.pay_beside_gift_cards()
    order = shopper.buy(cart)

    # when
    told = preview(cashier, order, 5)

    # then
    assert told_money(told) == {"goods": 40, "shipping": 0, "remaining": 20}
