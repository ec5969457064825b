"""Carts that are not shipped, and rules that count only what is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from saleor.warehouse.models import Warehouse

from saleor_rewards.models import Receipt
from saleor_rewards.programs import recompute

from .limits import needs
from .points import available, make_member
from .world import Cart, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

ONLY_SHIPPABLE = {"exclude_non_shippable_items": True}


def says_nothing_is_shipped(cart: Cart, rule: Any) -> bool:
    """Tell whether a rule and the whole answer promise the cart no shipping."""
    offer = cart.offer(rule)
    rewards = cart.node["rewards"]
    return (
        (offer["state"], offer["code"]) == ("BLOCKED", "SHIPPING_NOT_REQUIRED")
        and (offer["gap"], offer["gapQuantity"], offer["amount"]["amount"])
        == (None, None, 0)
        and offer["message"]
        == "Your cart is not shipped, so there is no shipping to pay."
        and rewards["freeShipping"] is False
        and rewards["shippingSavings"]["amount"] == 0
    )


def open_collection_point() -> Warehouse:
    """Let shoppers pick up their carts at the warehouse."""
    Warehouse.objects.update(click_and_collect_option="local")
    return Warehouse.objects.get()


def receipt_that_computes_again() -> Receipt:
    """Return the one receipt, once its effects were found anew."""
    receipt = Receipt.objects.get()
    assert receipt.order_pk is not None
    again = [effect.to_json() for effect in recompute(receipt).effects]
    assert again == receipt.effects
    return receipt


@pytest.mark.parametrize("threshold", ["10.00", "50.00"])
def test_a_cart_of_downloads_is_promised_no_shipping_and_ordered_with_its_offers(
    shop: Shop, shopper: Shopper, threshold: str
) -> None:
    # given
    free = shop.free_shipping(threshold)
    ladder = shop.ladder(("30.00", "10"))

    # when
    cart = shopper.cart((shop.product("20.00", ships=False), 2))

    # then
    assert says_nothing_is_shipped(cart, free)
    assert cart.offer(ladder)["state"] == "APPLIED"
    assert cart.total == Decimal("36.00")
    assert shopper.buy(cart)["total"]["gross"]["amount"] == Decimal("36.00")
    receipt = receipt_that_computes_again()
    assert receipt.snapshot["is_shipped"] is False
    assert [line["is_shippable"] for line in receipt.snapshot["lines"]] == [False]


def test_goods_beside_a_download_make_a_cart_that_is_shipped(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    free = shop.free_shipping("50.00")
    download, shoes = shop.product("20.00", ships=False), shop.product("30.00")
    cart = shopper.cart((download, 1))
    assert says_nothing_is_shipped(cart, free)

    # when
    cart = shopper.add(cart, shoes, 1)

    # then
    assert cart.offer(free)["code"] == "AWAITING_DELIVERY_METHOD"
    assert cart.node["rewards"]["freeShipping"] is True

    # when
    cart = shopper.cart((download, 1), (shoes, 1))
    cart = shopper.ship(cart, shop.shipping_method("10.00"))

    # then
    assert (cart.shipping, cart.total) == (Decimal("0.00"), Decimal("50.00"))
    assert shopper.buy(cart)["total"]["gross"]["amount"] == Decimal("50.00")
    receipt_that_computes_again()


def test_shipping_that_goes_with_the_last_goods_takes_its_offer_along(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    free = shop.free_shipping("10.00")
    download, shoes = shop.product("20.00", ships=False), shop.product("30.00")
    cart = shopper.cart((download, 1), (shoes, 1))
    cart = shopper.ship(cart, shop.shipping_method("10.00"))
    assert cart.offer(free)["code"] == "APPLIED"

    # when
    cart = shopper.put(cart, shoes, 0)

    # then
    assert says_nothing_is_shipped(cart, free)
    assert (cart.shipping, cart.total) == (Decimal("0.00"), Decimal("20.00"))
    assert not cart.node["voucherCode"]
    assert shopper.buy(cart)["total"]["gross"]["amount"] == Decimal("20.00")
    receipt_that_computes_again()


def test_a_rule_that_leaves_downloads_out_says_how_much_of_the_goods_is_missing(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    free = shop.free_shipping("50.00", conditions=ONLY_SHIPPABLE)
    download, shoes = shop.product("20.00", ships=False), shop.product("30.00")
    cart = shopper.cart((download, 1), (shoes, 1))
    assert cart.offer(free)["code"] == "MINIMUM_SUBTOTAL"
    assert cart.offer(free)["gap"]["amount"] == Decimal("20.00")
    assert cart.offer(free)["message"] == "Add $20.00 more for free shipping."

    # when
    cart = shopper.put(cart, download, 3)

    # then
    assert cart.offer(free)["gap"]["amount"] == Decimal("20.00")

    # when
    cart = shopper.ship(shopper.put(cart, shoes, 2), shop.shipping_method("10.00"))

    # then
    assert (cart.shipping, cart.total) == (Decimal("0.00"), Decimal("120.00"))


def test_a_ladder_and_points_on_shippable_goods_leave_downloads_alone(
    shop: Shop,
) -> None:
    # given
    shop.points()
    ladder = shop.ladder(("30.00", "10"), ("50.00", "20"), conditions=ONLY_SHIPPABLE)
    shop.earning(conditions=ONLY_SHIPPABLE)
    member = make_member(shop, 3)
    download, shoes = shop.product("20.00", ships=False), shop.product("30.00")

    # when
    cart = member.cart((download, 1), (shoes, 1))

    # then
    assert cart.line_totals == [Decimal("20.00"), Decimal("27.00")]
    assert cart.offer(ladder)["gap"]["amount"] == Decimal("20.00")

    # when
    member.buy(member.ship(cart, shop.shipping_method("10.00")))

    # then
    assert available() == 3 + 27
    receipt = receipt_that_computes_again()
    shippable = [line["is_shippable"] for line in receipt.snapshot["lines"]]
    assert sorted(shippable) == [False, True]


@needs("collection points")
def test_a_cart_that_is_picked_up_is_promised_no_shipping_until_it_is_shipped(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    free = shop.free_shipping("50.00")
    cart = shopper.cart((shop.product("30.00"), 2))
    assert cart.node["rewards"]["freeShipping"] is True

    # when
    cart = shopper.ship(cart, open_collection_point())

    # then
    assert says_nothing_is_shipped(cart, free)
    assert (cart.shipping, cart.total) == (Decimal("0.00"), Decimal("60.00"))

    # when
    cart = shopper.ship(cart, shop.shipping_method("10.00"))

    # then
    assert cart.offer(free)["code"] == "APPLIED"
    assert cart.offer(free)["amount"]["amount"] == Decimal("10.00")


@needs("collection points")
def test_an_order_that_is_picked_up_has_the_offers_on_its_goods_and_no_other(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    free = shop.free_shipping("50.00")
    shop.ladder(("30.00", "10"))
    cart = shopper.cart((shop.product("30.00"), 2))
    cart = shopper.ship(cart, shop.shipping_method("10.00"))
    assert cart.offer(free)["code"] == "APPLIED"

    # when
    cart = shopper.ship(cart, open_collection_point())

    # then
    assert says_nothing_is_shipped(cart, free)
    assert not cart.node["voucherCode"]
    assert shopper.buy(cart)["total"]["gross"]["amount"] == Decimal("54.00")
    assert receipt_that_computes_again().snapshot["is_shipped"] is False
