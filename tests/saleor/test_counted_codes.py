"""Codes with a limit, in carts whose order failed while a voucher of ours was in them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import graphene
import pytest
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.discount.models import Voucher
from saleor.order.models import Order

from saleor_rewards.host.capabilities import capabilities

from .limits import needs
from .payments import DummyGateway
from .slots import code_in
from .world import Cart, Refused, Shop, Shopper

if capabilities.stored_discounts:
    from saleor.discount.models import VoucherCode

pytestmark = [pytest.mark.django_db(transaction=True), needs("stored discounts")]

ONCE = "ONCE"

LIMITS = {
    "single use": {"single_use": True},
    "usage limit": {"usage_limit": 1},
    "once per customer": {"apply_once_per_customer": True},
}


def refused_for_stock(shop: Shop, shopper: Shopper, number: int) -> list[Cart]:
    """Return carts of 40.00 whose order failed as somebody bought the last item."""
    method = shop.shipping_method("10.00")
    rare, plenty = shop.product("40.00", stock=1), shop.product("40.00")
    carts = [
        shopper.ship(shopper.cart((rare, 1), email="ada@example.com"), method)
        for _ in range(number)
    ]
    other = Shopper()
    cart = other.ship(other.cart((rare, 1), email="bob@example.com"), method)
    other.buy(other.look(cart))
    for cart in carts:
        with pytest.raises(Refused, match="Insufficient product stock"):
            shopper.buy(shopper.look(cart))
        # As it is before anything else about the cart is changed.
        Checkout.objects.filter(pk=cart.pk).update(is_voucher_usage_increased=True)
    for cart in carts:
        shopper.add(cart, plenty, 1)
        shopper.put(cart, rare, 0)
    return carts


def sold_out(shop: Shop, shopper: Shopper) -> tuple[Cart, Any]:
    """Return a cart of what somebody else bought the last of, and that variant."""
    method, rare = shop.shipping_method("10.00"), shop.product("40.00", stock=1)
    cart = shopper.ship(shopper.cart((rare, 1), email="ada@example.com"), method)
    other = Shopper()
    sold = other.ship(other.cart((rare, 1), email="bob@example.com"), method)
    other.buy(other.look(sold))
    return cart, rare


@pytest.mark.parametrize("limit", list(LIMITS))
def test_a_code_with_a_limit_is_good_for_one_order(
    shop: Shop, shopper: Shopper, limit: str
) -> None:
    # given
    shop.free_shipping("10.00")
    voucher = shop.voucher(ONCE, "50")
    Voucher.objects.filter(pk=voucher.pk).update(**LIMITS[limit])
    carts = refused_for_stock(shop, shopper, 2)

    # when
    for cart in carts:
        try:
            shopper.promo(cart, ONCE)
            shopper.buy(shopper.look(cart))
        except Refused:
            pass

    # then
    assert Order.objects.filter(voucher_code=ONCE).count() == 1


def test_a_code_is_counted_that_is_typed_in_at_once(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("10.00")
    voucher = shop.voucher(ONCE, "50")
    Voucher.objects.filter(pk=voucher.pk).update(usage_limit=1)
    (cart,) = refused_for_stock(shop, shopper, 1)
    Checkout.objects.filter(pk=cart.pk).update(is_voucher_usage_increased=True)

    # when
    shopper.promo(cart, ONCE)
    shopper.buy(shopper.look(cart))

    # then
    assert VoucherCode.objects.get(code=ONCE).used == 1


def test_a_code_that_ended_is_worth_nothing(shop: Shop, shopper: Shopper) -> None:
    # given
    shop.free_shipping("10.00")
    voucher = shop.voucher(ONCE, "50")
    (cart,) = refused_for_stock(shop, shopper, 1)
    shopper.promo(cart, ONCE)
    ended_at = timezone.now() - timedelta(days=1)
    Voucher.objects.filter(pk=voucher.pk).update(end_date=ended_at)

    # when / then
    with pytest.raises(Refused):
        shopper.buy(shopper.look(cart))


@needs("legacy payments")
@pytest.mark.parametrize("limit", list(LIMITS))
def test_a_code_stays_in_a_cart_whose_order_the_gate_refused(
    shop: Shop, shopper: Shopper, gateway: DummyGateway, limit: str
) -> None:
    # given
    voucher = shop.voucher(ONCE, "50")
    Voucher.objects.filter(pk=voucher.pk).update(**LIMITS[limit])
    cart = shopper.cart((shop.product("40.00"), 1), email="ada@example.com")
    cart = shopper.ship(cart, shop.shipping_method("10.00"))
    cart = shopper.look(shopper.promo(cart, ONCE))
    assert cart.total == Decimal("30.00")
    shopper.payments = gateway
    shopper.pay(cart, cart.total)

    # when
    shop.ladder(("0.00", "10"))
    with pytest.raises(Refused, match="now applies"):
        shopper.complete(cart)

    # then: 10 % off, and half of the rest
    cart = shopper.look(cart)
    assert (cart.total, code_in(cart)) == (Decimal("28.00"), ONCE)
    shopper.buy(cart)
    assert Order.objects.get().voucher_code == ONCE
    assert VoucherCode.objects.get().used == int(limit == "usage limit")


def test_a_counted_code_makes_place_for_nothing(shop: Shop, shopper: Shopper) -> None:
    # given: an order with the code that failed
    voucher = shop.voucher(ONCE, "5", minimum="50.00")
    Voucher.objects.filter(pk=voucher.pk).update(usage_limit=1)
    cart = shopper.promo(shopper.cart((shop.product("55.00"), 1)), ONCE)
    VoucherCode.objects.filter(code=ONCE).update(used=1)
    Checkout.objects.filter(pk=cart.pk).update(is_voucher_usage_increased=True)

    # when: ours is worth more, and would leave less than the code asks for
    shop.ladder(("0.00", "30"))
    cart = shopper.look(cart)

    # then: 5.00 of ours, and 5 % of the rest
    assert (cart.total, code_in(cart)) == (Decimal("47.50"), ONCE)
    assert VoucherCode.objects.get(code=ONCE).used == 1


def test_a_code_is_counted_once_saleor_itself_dropped_ours(
    shop: Shop, shopper: Shopper
) -> None:
    # given: an order that failed on stock, and a cart that nothing of it is left in
    shop.free_shipping("30.00")
    voucher = shop.voucher(ONCE, "50")
    Voucher.objects.filter(pk=voucher.pk).update(usage_limit=1)
    cart, rare = sold_out(shop, shopper)
    with pytest.raises(Refused, match="Insufficient product stock"):
        shopper.buy(shopper.look(cart))
    shopper.put(cart, rare, 0)
    shopper.add(cart, shop.product("9.00"), 1)

    # when
    shopper.promo(cart, ONCE)
    shopper.add(cart, shop.product("40.00"), 1)
    shopper.buy(shopper.look(cart))

    # then
    assert VoucherCode.objects.get(code=ONCE).used == 1


def test_a_code_is_counted_that_is_typed_behind_the_gate(
    shop: Shop, shopper: Shopper, behind_gate: Any
) -> None:
    # given: the code comes once the order with ours was let through, and that fails
    shop.free_shipping("10.00")
    voucher = shop.voucher(ONCE, "50")
    Voucher.objects.filter(pk=voucher.pk).update(usage_limit=1)
    cart, rare = sold_out(shop, shopper)
    behind_gate.then(lambda: Shopper().promo(cart, ONCE))
    with pytest.raises(Refused):
        shopper.buy(shopper.look(cart))

    # when
    shopper.put(cart, rare, 0)
    shopper.add(cart, shop.product("40.00"), 1)
    shopper.buy(shopper.look(cart))

    # then
    assert VoucherCode.objects.get(code=ONCE).used == 1


def test_a_code_that_is_taken_off_in_vain_gives_no_use_back(
    shop: Shop, shopper: Shopper
) -> None:
    # given: a code that makes place, and that somebody else used up
    voucher = shop.voucher(ONCE, "5", minimum="50.00")
    Voucher.objects.filter(pk=voucher.pk).update(usage_limit=1)
    shop.ladder(("0.00", "30"))
    variant = shop.product("55.00")
    cart = shopper.promo(shopper.cart((variant, 2)), ONCE)
    shopper.put(cart, variant, 1)
    shopper.look(cart)
    VoucherCode.objects.filter(code=ONCE).update(used=1)
    Checkout.objects.filter(pk=cart.pk).update(is_voucher_usage_increased=True)

    # when
    with pytest.raises(Refused):
        shopper.do(
            """mutation($id: ID, $code: String, $codeId: ID) {
                checkoutRemovePromoCode(id: $id, promoCode: $code, promoCodeId: $codeId)
                { errors { field code message } } }""",
            id=cart.id,
            code=ONCE,
            codeId=graphene.Node.to_global_id("Voucher", voucher.pk),
        )
    shopper.look(cart)

    # then
    assert VoucherCode.objects.get(code=ONCE).used == 1
