"""What a shopper gets at checkout, and what the order keeps of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saleor_rewards.models import Receipt
from saleor_rewards.programs import recompute, update_rule

from .legacy import DummyGateway
from .limits import needs
from .world import Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_ladder_shows_in_the_answer_of_the_mutation_that_reaches_it(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    rule = shop.ladder(("30.00", "10"))
    apple = shop.product("10.00")
    cart = shopper.cart((apple, 2))
    assert cart.subtotal == Decimal("20.00")
    assert cart.offer(rule)["state"] == "REACHABLE"
    assert cart.offer(rule)["gap"]["amount"] == Decimal("10.00")

    # when
    cart = shopper.add(cart, apple, 2)

    # then
    assert cart.subtotal == Decimal("36.00")
    assert cart.line_totals == [Decimal("36.00")]
    assert cart.total == Decimal("36.00")
    assert cart.offer(rule)["state"] == "APPLIED"
    assert cart.offer(rule)["amount"]["amount"] == Decimal("4.00")
    assert cart.node["rewards"]["savings"]["amount"] == Decimal("4.00")


def test_a_discount_goes_when_the_cart_falls_below_its_step(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    apple = shop.product("10.00")
    cart = shopper.cart((apple, 3))
    assert cart.total == Decimal("27.00")

    # when
    cart = shopper.put(cart, apple, 2)

    # then
    assert cart.total == Decimal("20.00")


def test_a_line_that_is_taken_out_takes_its_discount_along(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    apple, pear = shop.product("10.00"), shop.product("20.00")
    cart = shopper.cart((apple, 3), (pear, 1))
    assert cart.total == Decimal("45.00")

    # when
    cart = shopper.put(cart, apple, 0)

    # then
    assert cart.total == Decimal("20.00")
    assert len(cart.node["lines"]) == 1


def test_shares_of_three_equal_lines_sum_to_the_promised_amount(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.rule("Ten off", {"type": "AMOUNT_OFF", "amounts": {"USD": "10.00"}})

    # when
    cart = shopper.cart(*((shop.product("33.33"), 1) for _ in range(3)))

    # then
    assert sum(cart.line_totals) == cart.subtotal == Decimal("89.99")
    assert max(cart.line_totals) - min(cart.line_totals) <= Decimal("0.01")


def test_free_shipping_shows_as_soon_as_a_delivery_method_is_chosen(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    rule = shop.free_shipping("50.00")
    post = shop.shipping_method("10.00")
    cart = shopper.cart((shop.product("25.00"), 2))
    assert cart.offer(rule)["code"] == "AWAITING_DELIVERY_METHOD"

    # when
    cart = shopper.ship(cart, post)

    # then
    assert cart.shipping == Decimal("0.00")
    assert cart.total == Decimal("50.00")
    assert cart.node["rewards"]["freeShipping"] is True
    assert cart.node["rewards"]["shippingSavings"]["amount"] == Decimal("10.00")


def test_shipping_is_charged_again_below_its_threshold(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("50.00")
    pear = shop.product("25.00")
    cart = shopper.ship(shopper.cart((pear, 2)), shop.shipping_method("10.00"))
    assert cart.total == Decimal("50.00")

    # when
    cart = shopper.put(cart, pear, 1)

    # then
    assert cart.shipping == Decimal("10.00")
    assert cart.total == Decimal("35.00")


def test_an_order_keeps_the_total_and_leaves_a_receipt_that_computes_again(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    shop.free_shipping("40.00")
    cart = shopper.cart((shop.product("13.33"), 4))
    cart = shopper.ship(cart, shop.shipping_method("9.99"))
    assert cart.total == Decimal("47.99")

    # when
    order = shopper.buy(cart)

    # then
    assert order["total"]["gross"]["amount"] == cart.total
    assert order["shippingPrice"]["gross"]["amount"] == Decimal("0.00")
    receipt = Receipt.objects.get()
    assert receipt.order_pk is not None
    again = [effect.to_json() for effect in recompute(receipt).effects]
    assert again == receipt.effects
    assert sum(effect["amount"] for effect in receipt.effects) == 533 + 999


@needs("legacy payments")
def test_an_order_at_an_offer_that_ended_is_refused_by_name_and_then_goes_through(
    shop: Shop, shopper: Shopper, gateway: DummyGateway
) -> None:
    # given: nothing is taken before the order is placed
    shopper.payments = gateway
    rule = shop.ladder(("30.00", "10"))
    cart = shopper.cart((shop.product("10.00"), 4))
    cart = shopper.ship(cart, shop.shipping_method("5.00"))
    shopper.pay(cart, cart.total)
    update_rule(rule.pk, is_active=False)

    # when
    with pytest.raises(Refused) as refused:
        shopper.complete(cart)

    # then
    (error,) = refused.value.errors
    assert "Spend more, save more has ended" in error["message"]
    assert error["field"] == "rewards"
    cart = shopper.look(cart)
    assert cart.total == Decimal("45.00")
    assert shopper.buy(cart)["total"]["gross"]["amount"] == Decimal("45.00")


def test_a_sale_price_is_the_price_that_offers_see(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    rule = shop.ladder(("30.00", "10"))
    apple = shop.product("10.00")
    sale = shop.sale(apple, "50")
    cart = shopper.cart((apple, 4))
    assert cart.total == Decimal("20.00")
    assert cart.offer(rule)["gap"]["amount"] == Decimal("10.00")

    # when
    cart = shopper.add(cart, apple, 4)

    # then
    assert cart.total == Decimal("36.00")
    shop.end_sale(sale, apple)
    assert shopper.put(cart, apple, 4).total == Decimal("36.00")


def test_goods_on_sale_can_be_left_out(shop: Shop, shopper: Shopper) -> None:
    # given
    shop.ladder(("10.00", "10"), conditions={"exclude_sale_items": True})
    apple, pear = shop.product("10.00"), shop.product("10.00")
    shop.sale(pear, "50")

    # when
    cart = shopper.cart((apple, 1), (pear, 2))

    # then
    assert sorted(cart.line_totals) == [Decimal("9.00"), Decimal("10.00")]


def test_the_shoppers_own_voucher_still_applies_on_top(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    shop.voucher("SAVE20", "20")
    cart = shopper.cart((shop.product("10.00"), 5))
    assert cart.total == Decimal("45.00")

    # when
    cart = shopper.promo(cart, "SAVE20")

    # then
    assert cart.node["voucherCode"] == "SAVE20"
    assert cart.total == Decimal("36.00")
    cart = shopper.ship(cart, shop.shipping_method("5.00"))
    assert shopper.buy(cart)["total"]["gross"]["amount"] == Decimal("41.00")


def test_a_voucher_follows_the_cart_whatever_changed_first(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    shop.voucher("SAVE20", "20")
    apple = shop.product("10.00")
    first = shopper.promo(shopper.cart((apple, 5)), "SAVE20")
    second = shopper.promo(shopper.cart((apple, 2)), "SAVE20")

    # when
    second = shopper.add(second, apple, 3)

    # then
    assert first.total == second.total == Decimal("36.00")


def test_the_shoppers_own_voucher_and_free_shipping_go_together(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("40.00")
    shop.voucher("SAVE20", "20")
    cart = shopper.ship(
        shopper.cart((shop.product("50.00"), 1)), shop.shipping_method("10.00")
    )
    assert cart.total == Decimal("50.00")

    # when
    cart = shopper.promo(cart, "SAVE20")

    # then
    assert cart.node["voucherCode"] == "SAVE20"
    assert cart.total <= Decimal("42.00")
    assert shopper.buy(cart)["total"]["gross"]["amount"] == cart.total


def test_nothing_is_paid_twice_when_the_shoppers_code_already_ships_for_free(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("40.00")
    shop.voucher("SHIPFREE", "100", shipping=True)
    cart = shopper.ship(
        shopper.cart((shop.product("50.00"), 1)), shop.shipping_method("10.00")
    )

    # when
    cart = shopper.promo(cart, "SHIPFREE")

    # then
    assert cart.total == Decimal("50.00")


def test_the_better_of_two_offers_wins_and_the_other_says_what_beat_it(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    small = shop.ladder(("10.00", "5"))
    large = shop.rule("Eight off", {"type": "AMOUNT_OFF", "amounts": {"USD": "8.00"}})

    # when
    cart = shopper.cart((shop.product("50.00"), 1))

    # then
    assert cart.total == Decimal("42.00")
    assert cart.offer(large)["state"] == "APPLIED"
    assert cart.offer(small)["code"] == "BEATEN"
    assert cart.offer(small)["beatenBy"] == cart.offer(large)["ruleId"]


def test_a_second_order_gets_no_first_order_offer(shop: Shop, shopper: Shopper) -> None:
    # given
    rule = shop.rule(
        "Welcome",
        {"type": "PERCENT_OFF", "percent": "20"},
        conditions={"first_order": True},
    )
    apple, post = shop.product("10.00"), shop.shipping_method("5.00")
    first = shopper.ship(shopper.cart((apple, 1)), post)
    assert first.total == Decimal("13.00")
    shopper.buy(first)

    # when
    second = shopper.cart((apple, 1))

    # then
    assert second.total == Decimal("10.00")
    assert second.offer(rule)["code"] == "NOT_FIRST_ORDER"


def test_an_offer_in_a_category_counts_its_subcategories(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    parent, child = shop.categories("Fruit", "Apples")
    conditions = {"categories": {"include": [str(parent.pk)]}}
    shop.ladder(("10.00", "10"), conditions=conditions)
    apple, soap = shop.product("10.00", category=child), shop.product("10.00")

    # when
    cart = shopper.cart((apple, 1), (soap, 1))

    # then
    assert cart.line_totals == [Decimal("9.00"), Decimal("10.00")]


def test_an_offer_for_a_collection_leaves_other_goods_alone(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    collection = shop.collection("Summer")
    conditions = {"collections": {"include": [str(collection.pk)]}}
    shop.ladder(("10.00", "10"), conditions=conditions)
    hat, soap = shop.product("10.00", collection=collection), shop.product("10.00")

    # when
    cart = shopper.cart((hat, 1), (soap, 1))

    # then
    assert cart.line_totals == [Decimal("9.00"), Decimal("10.00")]


def test_the_programs_cap_holds(shop: Shop, shopper: Shopper) -> None:
    # given
    shop.settings(cap_percent=Decimal(10))
    shop.rule("Half off", {"type": "PERCENT_OFF", "percent": "50"})

    # when
    cart = shopper.cart((shop.product("10.00"), 3))

    # then
    assert cart.total == Decimal("27.00")


def test_messages_come_in_the_language_of_the_request(shop: Shop) -> None:
    # given
    rule = shop.free_shipping("50.00")
    english, chinese = Shopper(), Shopper(language="zh-hans")
    cart = english.cart((shop.product("42.80"), 1))

    # when
    message = chinese.look(cart).offer(rule)["message"]

    # then
    assert "7.20" in cart.offer(rule)["message"]
    assert message != cart.offer(rule)["message"]
    assert "7.20" in message


@needs("legacy payments")
def test_an_order_at_an_offer_that_shrank_is_refused_by_name(
    shop: Shop, shopper: Shopper, gateway: DummyGateway
) -> None:
    # given
    shopper.payments = gateway
    rule = shop.ladder(("30.00", "10"))
    cart = shopper.cart((shop.product("10.00"), 4))
    cart = shopper.ship(cart, shop.shipping_method("5.00"))
    shopper.pay(cart, cart.total)
    smaller = {
        "type": "LADDER",
        "steps": [{"from": {"USD": "30.00"}, "percent": "5"}],
    }
    update_rule(rule.pk, definition={"lane": "ORDER", "benefit": smaller})

    # when
    with pytest.raises(Refused) as refused:
        shopper.complete(cart)

    # then
    assert "Spend more, save more has changed" in refused.value.errors[0]["message"]
    assert shopper.look(cart).total == Decimal("43.00")
