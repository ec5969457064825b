"""What only a Saleor 3 has: channels, tax rates, order promotions, gift lines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone
from saleor.checkout.models import Checkout, CheckoutLine

from saleor_rewards.host.current import host
from saleor_rewards.models import OwnedVoucher, Receipt

from .inputs import document
from .limits import needs
from .points import make_member, reconcile_all
from .world import HOST, Refused, Shop, Shopper, open_shop

pytestmark = [
    pytest.mark.django_db(transaction=True),
    needs("channels"),
]


@pytest.mark.parametrize(
    ("entered_with_tax", "net", "gross"),
    [(True, "29.27", "36.00"), (False, "36.00", "44.28")],
)
def test_a_discount_is_taken_off_the_price_as_it_was_entered(
    shopper: Shopper, entered_with_tax: bool, net: str, gross: str
) -> None:
    # given
    shop = open_shop(tax_percent=23, prices_entered_with_tax=entered_with_tax)
    shop.ladder(("30.00", "10"))

    # when
    cart = shopper.cart((shop.product("10.00"), 4))

    # then
    price = cart.node["totalPrice"]
    assert price["net"]["amount"] == Decimal(net)
    assert price["gross"]["amount"] == Decimal(gross)


def test_points_pay_of_what_the_shopper_pays_where_prices_are_without_tax() -> None:
    # given: 61.50 and 10.50 with tax, which nobody has computed yet
    # Saleor 2 has no such table.
    from saleor.tax.models import TaxClassCountryRate

    shop = open_shop(tax_percent=23, prices_entered_with_tax=False)
    low = HOST.make_tax_class("Low", 5)
    shop.points()
    member = make_member(shop, 5000)
    dear = shop.product("50.00", ships=False)
    cheap = shop.product("10.00", ships=False, tax_class=low)
    cart = member.cart((dear, 1), (cheap, 1))
    CheckoutLine.objects.update(tax_rate=0, total_price_gross_amount=0)
    Checkout.objects.update(price_expiration=timezone.now())

    # when
    member.do(document("PointsRedeem"), checkoutId=cart.id, points=1000)

    # then
    assert member.look(cart).total == Decimal("62.00")

    # when: another rate holds, and nobody has computed it
    TaxClassCountryRate.objects.filter(rate=23).update(rate=0)

    # then
    assert abs(member.put(cart, dear, 2).total - Decimal("100.50")) <= Decimal("0.01")

    # when
    TaxClassCountryRate.objects.filter(rate=0).update(rate=23)
    assert member.put(cart, dear, 1).total == Decimal("62.00")
    node = member.buy(cart)
    assert node["total"]["gross"]["amount"] == Decimal("62.00")
    receipt = Receipt.objects.get()
    assert receipt.points_redeemed == 1000
    assert not receipt.is_corrected
    reconcile_all()
    assert member.sums == (4000, 0)


def test_lines_of_several_tax_rates_share_a_discount(shopper: Shopper) -> None:
    # given
    shop = open_shop(tax_percent=23)
    low = HOST.make_tax_class("Low", 5)
    shop.ladder(("30.00", "10"))

    # when
    cart = shopper.cart(
        (shop.product("20.00"), 1), (shop.product("20.00", tax_class=low), 1)
    )

    # then
    assert cart.line_totals == [Decimal("18.00"), Decimal("18.00")]
    nets = [line["totalPrice"]["net"]["amount"] for line in cart.node["lines"]]
    assert nets == [Decimal("14.63"), Decimal("17.14")]


def test_each_channel_has_a_program_and_a_currency_of_its_own(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    HOST.make_channel("japan", "JPY")
    HOST.open_warehouse("japan")
    japan = Shop(channel=host.channels()[1])
    shop.ladder(("30.00", "10"))
    japan.ladder(("3000", "20"))
    good = shop.product("999")

    # when
    yen = shopper.cart((good, 4), channel="japan")
    dollars = shopper.cart((good, 4))

    # then
    assert yen.total == Decimal(3197)
    assert dollars.total == Decimal("3596.40")


def test_a_native_order_promotion_is_not_lost_to_free_shipping(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    HOST.make_order_promotion("10")
    shop.free_shipping("40.00")
    cart = shopper.cart((shop.product("50.00"), 1))
    assert cart.total == Decimal("45.00")

    # when
    cart = shopper.ship(cart, shop.shipping_method("5.00"))

    # then
    assert cart.shipping == Decimal("5.00")
    assert cart.total == Decimal("45.00")
    order = shopper.buy(cart)
    assert order["total"]["gross"]["amount"] == cart.total


def test_a_gift_of_saleors_own_neither_counts_nor_gets_anything(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    gift = shop.product("100.00")
    HOST.make_gift_promotion(gift)
    rule = shop.ladder(("60.00", "10"))

    # when
    cart = shopper.cart((shop.product("50.00"), 1))

    # then
    assert len(cart.node["lines"]) == 2
    assert cart.total == Decimal("50.00")
    assert cart.offer(rule)["gap"]["amount"] == Decimal("10.00")


def test_withheld_free_shipping_names_the_voucher_and_comes_back_without_it(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.settings(voucher_slot="withhold")
    rule = shop.free_shipping("40.00")
    shop.voucher("SAVE20", "20")
    cart = shopper.ship(
        shopper.cart((shop.product("50.00"), 1)), shop.shipping_method("10.00")
    )
    assert cart.shipping == Decimal("0.00")

    # when
    cart = shopper.promo(cart, "SAVE20")

    # then
    assert cart.shipping == Decimal("10.00")
    assert cart.total == Decimal("50.00")
    assert cart.offer(rule)["code"] == "VOUCHER_IN_USE"
    cart = shopper.unpromo(cart, "SAVE20")
    assert cart.total == Decimal("50.00")
    assert cart.shipping == Decimal("0.00")


def test_our_voucher_code_is_worth_nothing_in_another_cart(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("40.00")
    post = shop.shipping_method("10.00")
    dear, cheap = shop.product("50.00"), shop.product("5.00")
    shopper.ship(shopper.cart((dear, 1)), post)
    code = OwnedVoucher.objects.get().code
    cart = shopper.ship(shopper.cart((cheap, 1)), post)

    # when
    with pytest.raises(Refused):
        shopper.promo(cart, code)

    # then
    assert shopper.look(cart).total == Decimal("15.00")
    assert Checkout.objects.get(pk=cart.pk).voucher_code is None


def test_a_voucher_of_ours_that_staff_deleted_is_made_again(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("40.00")
    post, pear = shop.shipping_method("10.00"), shop.product("50.00")
    cart = shopper.ship(shopper.cart((pear, 1)), post)
    HOST.delete_vouchers()

    # when
    cart = shopper.add(cart, pear, 1)

    # then
    assert cart.shipping == Decimal("0.00")
    assert shopper.buy(cart)["total"]["gross"]["amount"] == Decimal("100.00")
    assert OwnedVoucher.objects.count() == 1


def test_the_order_lines_carry_the_discount_by_name(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    cart = shopper.cart((shop.product("10.00"), 4))
    cart = shopper.ship(cart, shop.shipping_method("5.00"))

    # when
    order = shopper.buy(cart)

    # then
    (line,) = HOST.order_line_discounts(order["number"])
    assert (line.name, line.amount_value) == ("Spend more, save more", Decimal("4.00"))
    assert order["lines"][0]["unitPrice"]["gross"]["amount"] == Decimal("9.00")


def test_a_price_that_changes_underneath_is_caught_before_the_order(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.rule("Nine off", {"type": "AMOUNT_OFF", "amounts": {"USD": "9.00"}})
    apple = shop.product("10.00")
    cart = shopper.ship(shopper.cart((apple, 1)), shop.shipping_method("5.00"))
    HOST.allow_unpaid_orders()
    shop.price(apple, "4.00")

    # when
    with pytest.raises(Refused):
        shopper.complete(cart)

    # then
    cart = shopper.look(cart)
    assert cart.total == Decimal("5.00")
    assert shopper.buy(cart)["total"]["gross"]["amount"] == Decimal("5.00")


def test_a_new_price_reaches_open_checkouts_when_the_merchant_saves_it(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.rule("Nine off", {"type": "AMOUNT_OFF", "amounts": {"USD": "9.00"}})
    apple = shop.product("10.00")
    cart = shopper.cart((apple, 1))

    # when
    shop.price(apple, "4.00")
    HOST.tell_plugins_of(apple)

    # then
    assert shopper.bare_total(cart) == Decimal("0.00")
