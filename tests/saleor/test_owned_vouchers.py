"""Vouchers that carry our free shipping: only ours, and gone when they should be."""

from __future__ import annotations

import threading
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from saleor.checkout.models import Checkout
from saleor.discount.models import Voucher

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.models import OwnedVoucher
from saleor_rewards.tasks import end_stale_pledges

from .elsewhere import held_elsewhere, in_thread
from .limits import needs
from .world import HOST, Cart, Refused, Shop, Shopper

if capabilities.stored_discounts:
    from saleor.discount.models import VoucherCode

    from saleor_rewards.host.saleor3 import vouchers

pytestmark = [pytest.mark.django_db(transaction=True), needs("stored discounts")]

STRAY = "REWARDS-0123456789ABCDEF"


def shipped(shop: Shop, shopper: Shopper, price: str = "40.00") -> Cart:
    cart = shopper.cart((shop.product(price), 1))
    return shopper.ship(cart, shop.shipping_method("10.00"))


def our_codes() -> set[str]:
    live = VoucherCode.objects.filter(voucher__end_date=None, is_active=True)
    return set(live.filter(code__startswith="REWARDS-").values_list("code", flat=True))


def test_two_carts_that_first_need_it_at_once_have_one_voucher(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: neither goes on before both know that there is none
    shop.free_shipping("30.00")
    method, variant = shop.shipping_method("10.00"), shop.product("40.00")
    carts = [Shopper().cart((variant, 1)) for _ in range(2)]
    barrier, live = threading.Barrier(2), vouchers._live

    def together(*arguments: Any) -> Any:
        found = live(*arguments)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(1)
        return found

    monkeypatch.setattr(vouchers, "_live", together)

    # when
    threads = [in_thread(lambda c=cart: Shopper().ship(c, method)) for cart in carts]
    for thread in threads:
        thread.join()

    # then
    assert our_codes() == {OwnedVoucher.objects.get().code}
    totals = [Shopper().look(cart).total for cart in carts]
    assert totals == [Decimal("40.00")] * 2


def lose_a_code() -> None:
    """Leave a live code that no row of ours names, as two writers at once did."""
    HOST.make_voucher(STRAY, "100", shipping=True)


def test_a_lost_code_of_ours_is_worth_nothing_where_it_is_typed_in(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("30.00")
    lose_a_code()
    cart = shipped(shop, shopper, "5.00")

    # when
    with pytest.raises(Refused):
        shopper.promo(cart, STRAY)

    # then
    assert shopper.look(cart).total == Decimal("15.00")
    assert Checkout.objects.get().voucher_code is None


def test_lost_codes_of_ours_end_and_a_merchants_own_stay(shop: Shop) -> None:
    # given
    shop.free_shipping("30.00")
    shipped(shop, Shopper())
    lose_a_code()
    HOST.make_voucher("REWARDS-SPRING", "10")

    # when
    end_stale_pledges()

    # then
    assert our_codes() == {OwnedVoucher.objects.get().code, "REWARDS-SPRING"}


def test_a_merchants_code_that_begins_like_ours_is_a_shoppers_own(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("30.00")
    HOST.make_voucher("REWARDS-SPRING", "100", shipping=True)
    cart = shipped(shop, shopper, "5.00")

    # when
    cart = shopper.promo(cart, "REWARDS-SPRING")

    # then
    assert shopper.look(cart).total == Decimal("5.00")


@pytest.mark.parametrize("killed", [True, False])
def test_one_busy_cart_keeps_no_other_ones_offers(
    shop: Shop, shopper: Shopper, killed: bool
) -> None:
    # given
    shop.free_shipping("30.00")
    busy, other = (shipped(shop, shopper) for _ in range(2))

    # when
    def change() -> None:
        Checkout.objects.select_for_update().get(pk=busy.pk)

    with held_elsewhere(change):
        shop.plugin(active=killed, killed=killed)
        codes = {
            str(pk): code
            for pk, code in Checkout.objects.values_list("pk", "voucher_code")
        }

    # then
    assert codes[other.pk] is None
    assert codes[busy.pk]

    # when
    end_stale_pledges()

    # then
    assert not Checkout.objects.filter(voucher_code__gt="").exists()
    assert shopper.bare_total(busy) == Decimal("50.00")


@pytest.mark.parametrize("killed", [True, False])
def test_vouchers_end_with_the_plugin_and_stay_behind_the_kill_switch(
    shop: Shop, shopper: Shopper, killed: bool
) -> None:
    # given
    shop.free_shipping("30.00")
    shipped(shop, shopper)
    code = OwnedVoucher.objects.get().code

    # when
    shop.plugin(active=killed, killed=killed)

    # then
    assert our_codes() == ({code} if killed else set())
    if killed:
        # and it is worth nothing all the same
        cart = shipped(shop, shopper)
        with pytest.raises(Refused):
            shopper.promo(cart, code)
        assert shopper.look(cart).total == Decimal("50.00")
        shop.plugin()
        assert shopper.look(cart).total == Decimal("40.00")
    assert Voucher.objects.count() == 1
