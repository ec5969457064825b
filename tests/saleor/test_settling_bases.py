"""What of an order earns: its goods, after everything that took something off."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.host.current import host
from saleor_rewards.models import Receipt, Settlement

from .limits import needs
from .points import available
from .staff import pk_of
from .world import HOST, Shop, Shopper, open_shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def earning(shop: Shop) -> Shop:
    """A shop that gives 100 points a dollar: a cent more or less shows."""
    shop.points()
    shop.earning(100)
    return shop


def forecast() -> int:
    """Return what the cart was told to earn when its order was placed."""
    effects = Receipt.objects.get().effects
    return sum(e["points"] for e in effects if e["type"] == "POINTS_EARNED")


def test_offers_and_sales_lower_what_earns(earning: Shop, shopper: Shopper) -> None:
    # given
    earning.ladder(("30.00", "10"))
    apple, pear = earning.product("10.00"), earning.product("20.00")
    earning.sale(pear, "50")

    # when
    cart = shopper.cart((apple, 3), (pear, 1))
    shopper.buy(shopper.ship(cart, earning.shipping_method("7.00")))

    # then
    assert available() == forecast() == 3600


@pytest.mark.parametrize(("shipping", "points"), [(False, 3600), (True, 4000)])
def test_a_voucher_on_the_goods_lowers_what_earns_and_one_on_shipping_does_not(
    earning: Shop, shopper: Shopper, shipping: bool, points: int
) -> None:
    # given
    earning.voucher("TEN", "10", shipping=shipping)
    cart = shopper.cart((earning.product("10.00"), 1), (earning.product("30.00"), 1))
    cart = shopper.ship(cart, earning.shipping_method("7.00"))

    # when
    order = shopper.buy(shopper.promo(cart, "TEN"))

    # then
    total = order["total"]["gross"]["amount"]
    assert total == (Decimal("46.30") if shipping else Decimal("43.00"))
    assert available() == points


@pytest.mark.parametrize("quantity", [3, 7, 11])
def test_what_rounding_does_to_the_price_of_a_unit_does_nothing_to_points(
    earning: Shop, shopper: Shopper, quantity: int
) -> None:
    # given
    earning.ladder(("10.00", "7"))

    # when
    order = shopper.buy(shopper.cart((earning.product("3.33", ships=False), quantity)))

    # then
    assert available() == forecast() == int(order["total"]["gross"]["amount"] * 100)


def test_goods_that_a_gift_card_pays_for_earn_like_others(
    earning: Shop, shopper: Shopper
) -> None:
    # given
    HOST.make_gift_card("CARD-0001", "15.00")
    shopper.pay_beside_gift_cards()
    cart = shopper.cart((earning.product("40.00"), 1))
    cart = shopper.ship(cart, earning.shipping_method("5.00"))

    # when
    order = shopper.buy(shopper.promo(cart, "CARD-0001"))

    # then
    assert order["total"]["gross"]["amount"] == Decimal("30.00")
    assert available() == 4000
    assert Settlement.objects.get().spend_amount == 3000


@needs("channels")
@pytest.mark.parametrize(
    ("with_tax", "base", "points"),
    [(True, "gross", 1230), (True, "net", 1000), (False, "gross", 1513)],
)
def test_the_base_is_with_or_without_tax_as_chosen(
    db: None, shopper: Shopper, with_tax: bool, base: str, points: int
) -> None:
    # given
    shop = open_shop(tax_percent=23, prices_entered_with_tax=with_tax)
    shop.points(base=base)
    shop.earning(100)

    # when
    shopper.buy(shopper.cart((shop.product("12.30", ships=False), 1)))

    # then
    assert available() == forecast() == points


def test_orders_are_read_in_a_number_of_queries_that_does_not_grow(
    earning: Shop, shopper: Shopper, django_assert_num_queries: Any
) -> None:
    # given
    product = earning.product(ships=False)
    orders = [pk_of(shopper.buy(shopper.cart((product, 1)))) for _ in range(3)]
    queries = {"saleor2": 5, "saleor3": 6}[capabilities.adapter]

    # then
    with django_assert_num_queries(queries):
        assert set(host.orders(orders)) == set(orders)
    with django_assert_num_queries(queries):
        host.orders(orders[:1])
