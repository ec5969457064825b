"""A code that made place comes back once nothing is worth more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from saleor.checkout.models import Checkout
from saleor.discount.models import Voucher

from saleor_rewards import guard
from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.tasks import withdraw_offers

from .limits import needs
from .slots import code_in
from .test_saleor_offers import (
    SPRING,
    displaced,
    making_place,
    variant,  # noqa: F401
)
from .world import HOST, Shop, Shopper

if capabilities.stored_discounts:
    from saleor.discount.models import CheckoutLineDiscount, VoucherChannelListing

    from .promotions_saleor3 import from_subtotal

pytestmark = pytest.mark.django_db(transaction=True)


@needs("stored discounts")
def test_a_code_comes_back_of_a_cart_that_nothing_of_ours_is_left_on(
    shop: Shop,
    shopper: Shopper,
    variant: Any,  # noqa: F811
) -> None:
    # given: Saleor's own promotion is worth more beside our free shipping
    shop.free_shipping("50.00")
    shop.voucher(SPRING, "10")
    promotion = HOST.make_order_promotion("40", from_subtotal("50.00"))
    cart = shopper.ship(shopper.cart((variant, 2)), shop.shipping_method("10.00"))
    shopper.promo(cart, SPRING)
    assert displaced(shopper.look(cart)) == SPRING

    # when: it ends as the plugin is switched off
    promotion.delete()
    CheckoutLineDiscount.objects.all().delete()
    Checkout.objects.update(voucher_code=None, discount_amount=0)
    shop.plugin(active=False)
    withdraw_offers()

    # then
    assert code_in(cart) == SPRING
    assert shopper.bare_total(cart) == Decimal("109.00")


def test_a_code_comes_back_at_a_look_once_it_asks_for_less(
    shop: Shop,
    shopper: Shopper,
    variant: Any,  # noqa: F811
) -> None:
    # given: 38.50 is less than it asks for
    cart = making_place(shop, shopper, variant)

    # when: no hook tells of it
    terms = VoucherChannelListing if capabilities.channels else Voucher
    terms.objects.update(min_spent_amount=Decimal("10.00"))

    # then
    shopper.look(cart)
    cart = shopper.look(cart)
    assert (code_in(cart), displaced(cart)) == (SPRING, None)
    assert cart.total < Decimal("38.50")


@needs("stored discounts")
def test_a_code_of_a_cart_that_is_emptied_waits_for_goods(
    shop: Shop,
    shopper: Shopper,
    variant: Any,  # noqa: F811
) -> None:
    # given: a promotion is worth more than 10 % of the cheapest piece
    shop.free_shipping("50.00")
    shop.voucher(SPRING, "10")
    Voucher.objects.update(apply_once_per_order=True)
    promotion = HOST.make_order_promotion("40", from_subtotal("50.00"))
    cart = shopper.ship(shopper.cart((variant, 2)), shop.shipping_method("10.00"))
    shopper.promo(cart, SPRING)
    assert displaced(shopper.look(cart)) == SPRING
    guard.faults.clear()

    # when
    shopper.put(cart, variant, 0)
    shopper.look(cart)

    # then
    assert not guard.faults

    # when
    promotion.delete()
    shopper.put(cart, variant, 2)

    # then
    cart = shopper.look(shopper.look(cart))
    assert (code_in(cart), displaced(cart)) == (SPRING, None)
