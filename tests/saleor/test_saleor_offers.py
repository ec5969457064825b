"""Ours beside Saleor's own vouchers and order promotions, each with its minimum."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from saleor.discount.models import Voucher

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.models import CheckoutVoucherSlot
from saleor_rewards.tasks import withdraw_offers

from .inputs import document
from .limits import needs
from .points import make_member
from .slots import code_in
from .world import HOST, Cart, Refused, Shop, Shopper

if capabilities.stored_discounts:
    from .promotions_saleor3 import from_subtotal

pytestmark = pytest.mark.django_db(transaction=True)

SPRING = "SPRING"


def percent(shop: Shop, value: str, *, start: str = "0.00") -> Any:
    return shop.ladder((start, value))


def displaced(cart: Cart) -> str | None:
    found = cart.node["rewards"]["displacedCode"]
    return None if found is None else str(found["code"])


def making_place(shop: Shop, shopper: Shopper, variant: Any) -> Cart:
    """Return a cart whose code, 5 % from 50.00, makes place for 30 % of ours."""
    shop.voucher(SPRING, "5", minimum="50.00")
    percent(shop, "30")
    cart = shopper.promo(shopper.cart((variant, 2)), SPRING)
    shopper.put(cart, variant, 1)
    assert displaced(shopper.look(cart)) == SPRING
    return cart


@pytest.fixture
def variant(shop: Shop) -> Any:
    """Goods of 55.00."""
    return shop.product("55.00")


@pytest.fixture
def spring(shop: Shop) -> str:
    """A code of the shop's: 30 % from 50.00."""
    shop.voucher(SPRING, "30", minimum="50.00")
    return SPRING


def test_points_take_what_a_code_leaves_them(
    shop: Shop, variant: Any, spring: str
) -> None:
    # given
    shop.points()
    member = make_member(shop, 1000)
    cart = member.promo(member.cart((variant, 1)), spring)
    assert cart.total == Decimal("38.50")

    # when
    with pytest.raises(Refused, match="From 1 to 500 points"):
        member.do(document("PointsRedeem"), checkoutId=cart.id, points=1000)
    member.do(document("PointsRedeem"), checkoutId=cart.id, points=500)

    # then: 5.00 are paid in points, and 30 % come off the rest
    cart = member.look(member.ship(cart, shop.shipping_method("0.00")))
    assert (cart.total, code_in(cart)) == (Decimal("35.00"), spring)
    assert member.buy(cart)["total"]["gross"]["amount"] == Decimal("35.00")
    assert member.account.points_available == 500


def test_a_code_survives_that_points_are_put_aside_and_released(
    shop: Shop, variant: Any, spring: str
) -> None:
    # given
    shop.points()
    member = make_member(shop, 1000)
    cart = member.promo(member.cart((variant, 1)), spring)
    member.do(document("PointsRedeem"), checkoutId=cart.id, points=500)

    # when
    member.do(document("PointsRelease"), checkoutId=cart.id)

    # then
    cart = member.look(cart)
    assert (cart.total, code_in(cart)) == (Decimal("38.50"), spring)


def test_ours_make_room_for_a_code_that_is_typed_in(
    shop: Shop, shopper: Shopper, variant: Any, spring: str
) -> None:
    # given: 49.50, which is less than the code asks for
    rule = percent(shop, "10")
    cart = shopper.cart((variant, 1))
    assert cart.total == Decimal("49.50")

    # when
    shopper.promo(cart, spring)

    # then: 5.00 off, and 30 % of the rest
    cart = shopper.look(cart)
    assert (cart.total, code_in(cart)) == (Decimal("35.00"), spring)
    assert cart.offer(rule)["amount"] == {"amount": Decimal("5.00")}


def test_a_code_that_is_worth_less_than_ours_is_refused_as_saleor_does(
    shop: Shop, shopper: Shopper, variant: Any, spring: str
) -> None:
    # given
    percent(shop, "60")
    cart = shopper.cart((variant, 1))

    # when
    with pytest.raises(Refused):
        shopper.promo(cart, spring)

    # then
    cart = shopper.look(cart)
    assert (cart.total, displaced(cart)) == (Decimal("22.00"), None)


def test_a_code_makes_place_for_what_is_worth_more_and_comes_back(
    shop: Shop, shopper: Shopper, variant: Any
) -> None:
    # given: 5 % from 50.00 beside 30 % of ours
    shop.voucher(SPRING, "5", minimum="50.00")
    percent(shop, "30")
    cart = shopper.promo(shopper.cart((variant, 2)), SPRING)
    assert shopper.look(cart).total == Decimal("73.15")

    # when: 55.00 less 30 % is less than the code asks for
    shopper.put(cart, variant, 1)

    # then
    cart = shopper.look(cart)
    assert (cart.total, displaced(cart)) == (Decimal("38.50"), SPRING)
    assert code_in(cart) is None

    # when
    shopper.put(cart, variant, 2)

    # then
    cart = shopper.look(shopper.look(cart))
    assert (cart.total, displaced(cart)) == (Decimal("73.15"), None)
    assert code_in(cart) == SPRING


def test_a_code_stays_that_saleor_drops_while_ours_are_those_of_before(
    shop: Shop, shopper: Shopper, variant: Any, spring: str
) -> None:
    # given: 11.00 off 110.00
    percent(shop, "10")
    cart = shopper.promo(shopper.cart((variant, 2)), spring)

    # when: 55.00 less 11.00 is less than the code asks for
    shopper.put(cart, variant, 1)

    # then
    cart = shopper.look(shopper.look(cart))
    assert (cart.total, code_in(cart)) == (Decimal("35.00"), spring)


def test_a_code_that_makes_place_can_be_taken_off(
    shop: Shop, shopper: Shopper, variant: Any
) -> None:
    # given
    cart = making_place(shop, shopper, variant)

    # when
    shopper.unpromo(cart, SPRING)

    # then
    shopper.put(cart, variant, 2)
    cart = shopper.look(shopper.look(cart))
    assert (displaced(cart), code_in(cart)) == (None, None)
    assert cart.total == Decimal("77.00")


def test_a_code_that_its_shopper_takes_off_does_not_come_back(
    shop: Shop, shopper: Shopper, variant: Any, spring: str
) -> None:
    # given
    percent(shop, "10")
    cart = shopper.promo(shopper.cart((variant, 1)), spring)

    # when
    shopper.unpromo(cart, spring)

    # then
    cart = shopper.look(shopper.look(cart))
    assert (cart.total, code_in(cart)) == (Decimal("49.50"), None)


def test_a_code_that_ended_meanwhile_does_not_come_back(
    shop: Shop, shopper: Shopper, variant: Any
) -> None:
    # given
    cart = making_place(shop, shopper, variant)
    Voucher.objects.all().delete()

    # when
    shopper.put(cart, variant, 2)

    # then
    cart = shopper.look(shopper.look(cart))
    assert (cart.total, code_in(cart)) == (Decimal("77.00"), None)


def test_a_code_that_is_refused_costs_none_that_is_kept(
    shop: Shop, shopper: Shopper, variant: Any
) -> None:
    # given
    shop.voucher("LARGE", "5", minimum="500.00")
    cart = making_place(shop, shopper, variant)

    # when
    with pytest.raises(Refused):
        shopper.promo(cart, "LARGE")

    # then
    assert displaced(shopper.look(cart)) == SPRING


def test_a_code_comes_back_where_offers_are_taken_off(
    shop: Shop, shopper: Shopper, variant: Any
) -> None:
    # given
    cart = making_place(shop, shopper, variant)

    # when
    shop.plugin(active=False)
    withdraw_offers()

    # then
    assert code_in(cart) == SPRING
    assert shopper.bare_total(cart) == Decimal("52.25")
    assert not CheckoutVoucherSlot.objects.exists()


@needs("stored discounts")
@pytest.mark.parametrize(
    ("offer", "total"),
    [
        # 48.50 with the promotion alone; 5.00 of ours leave it standing.
        ("free shipping", "45.00"),
        ("percent", "45.00"),
    ],
)
def test_an_order_promotion_is_left_what_it_asks_for(
    shop: Shop, shopper: Shopper, variant: Any, offer: str, total: str
) -> None:
    # given: 30 % from 50.00, and shipping of 10.00
    HOST.make_order_promotion("30", from_subtotal("50.00"))
    shop.free_shipping("10.00") if offer == "free shipping" else percent(shop, "10")

    # when
    cart = shopper.cart((variant, 1), email="ada@example.com")
    cart = shopper.ship(cart, shop.shipping_method("10.00"))

    # then
    assert shopper.look(cart).total == Decimal(total)
    assert shopper.buy(cart)["total"]["gross"]["amount"] == Decimal(total)


@needs("stored discounts")
def test_ours_stand_where_they_are_worth_more_than_an_order_promotion(
    shop: Shop, shopper: Shopper, variant: Any
) -> None:
    # given: 5 % from 50.00
    HOST.make_order_promotion("5", from_subtotal("50.00"))
    percent(shop, "30")

    # when
    cart = shopper.cart((variant, 1))

    # then
    assert shopper.look(cart).total == Decimal("38.50")


@needs("stored discounts")
def test_shipping_goes_by_the_slot_where_a_promotion_asks_for_more(
    shop: Shop, shopper: Shopper, variant: Any
) -> None:
    # given
    HOST.make_order_promotion("30", from_subtotal("100.00"))
    shop.free_shipping("10.00")

    # when
    cart = shopper.cart((variant, 1), email="ada@example.com")
    cart = shopper.ship(cart, shop.shipping_method("10.00"))

    # then
    cart = shopper.look(cart)
    assert (cart.total, cart.shipping) == (Decimal("55.00"), Decimal("0.00"))


@needs("stored discounts")
def test_ours_give_way_to_a_promotion_of_a_form_that_is_not_known(
    shop: Shop, shopper: Shopper, variant: Any
) -> None:
    # given
    HOST.make_order_promotion("1", {"OR": [from_subtotal("50.00")]})
    rule = percent(shop, "10")

    # when
    cart = shopper.look(shopper.cart((variant, 1)))

    # then
    assert cart.total == Decimal("54.45")
    assert cart.offer(rule)["code"] == "SALEOR_OFFER_IS_BETTER"


@needs("stored discounts")
def test_a_code_on_single_lines_is_left_what_it_asks_for(
    shop: Shop, shopper: Shopper, variant: Any
) -> None:
    # given: Saleor asks what the goods cost with the code's own part taken off
    HOST.make_voucher(SPRING, "10", minimum="45.00", by_line=True)
    cart = shopper.promo(shopper.cart((variant, 1)), SPRING)
    assert cart.total == Decimal("49.50")

    # when
    percent(shop, "10")

    # then
    cart = shopper.look(shopper.look(cart))
    assert code_in(cart) == SPRING
    assert Decimal("45.00") <= cart.total <= Decimal("45.50")
