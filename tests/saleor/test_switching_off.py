"""Switching off ends what is not paid, and settles all that is."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.order.models import Order

from saleor_rewards import jobs, tasks
from saleor_rewards.checkout.withdrawing import left
from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.models import (
    Hold,
    HoldState,
    OwnedVoucher,
    PriceAgreement,
    Receipt,
)

from .elsewhere import held_elsewhere
from .limits import needs
from .points import make_member, sums
from .stopping import (
    STOPS,
    a_later_run,
    every_job,
    ordered_at_last,
    shipped,
    switch_off,
    total_of,
)
from .world import HOST, Cart, Refused, Shop, Shopper

if not capabilities.stored_discounts:
    from saleor.graphql.checkout import mutations

if capabilities.stored_discounts:
    from saleor.checkout.models import CheckoutLine
    from saleor.discount.models import CheckoutLineDiscount, Voucher

pytestmark = pytest.mark.django_db(transaction=True)


def live_codes() -> set[str]:
    owned = OwnedVoucher.objects.values("voucher_pk")
    live = Voucher.objects.filter(pk__in=owned, end_date=None)
    return set(live.values_list("pk", flat=True))


@pytest.fixture
def rules(shop: Shop) -> None:
    """Ten percent off, and free shipping, from 30.00 on."""
    shop.ladder(("30.00", "10"))
    shop.free_shipping("30.00")


# What is not paid


@needs("stored discounts")
@pytest.mark.parametrize("stop", STOPS)
def test_a_later_run_of_the_job_alone_clears_more_carts_than_go_into_a_chunk(
    shop: Shop, rules: None, monkeypatch: pytest.MonkeyPatch, stop: dict[str, bool]
) -> None:
    # given
    monkeypatch.setattr(jobs, "CHUNK", 2)
    carts = [shipped(shop, Shopper()) for _ in range(5)]
    switch_off(shop, **stop)
    assert {Shopper().bare_total(cart) for cart in carts} == {Decimal("36.00")}

    # when
    a_later_run()

    # then
    assert left(timezone.now()).busy == ()
    assert {Shopper().bare_total(cart) for cart in carts} == {Decimal("50.00")}
    assert bool(live_codes()) is bool(stop.get("killed"))


@pytest.mark.parametrize("stop", STOPS)
def test_a_shoppers_own_code_is_worth_what_it_is_without_offers(
    shop: Shop, shopper: Shopper, stop: dict[str, bool]
) -> None:
    # given: 20 % off 40.00, and half of the rest
    shop.ladder(("0.00", "20"))
    shop.voucher("HALF", "50")
    cart = shopper.promo(shopper.cart((shop.product("40.00"), 1)), "HALF")
    assert shopper.look(cart).total == Decimal("16.00")

    # when
    switch_off(shop, **stop)
    a_later_run()

    # then
    assert shopper.bare_total(cart) == Decimal("20.00")


@needs("price hooks")
def test_an_order_that_began_is_placed_as_if_nobody_had_switched_off(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: Saleor reads the settings anew after it looked at the payment
    shop.points()
    shop.ladder(("0.00", "20"))
    member = make_member(shop, 1000)
    cart = member.put_aside(shop.product("40.00", ships=False), 1000)
    assert cart.total == Decimal("22.00")
    looked = mutations.clean_checkout_payment

    def switched_off(*args: Any) -> None:
        looked(*args)
        shop.plugin(active=False)

    monkeypatch.setattr(mutations, "clean_checkout_payment", switched_off)

    # when
    order = member.buy(cart)
    shop.plugin()
    every_job()

    # then
    assert total_of(order) == Decimal("22.00")
    receipt = Receipt.objects.get(order_pk=str(Order.objects.get().pk))
    assert receipt.points_redeemed == 1000
    assert member.sums == (0, 0)


@needs("stored discounts")
def test_a_task_that_comes_late_takes_nothing_off_once_offers_are_given_again(
    shop: Shop, shopper: Shopper, rules: None
) -> None:
    # given
    cart = shipped(shop, shopper)
    switch_off(shop)
    shop.plugin()

    # when
    tasks.withdraw_offers()

    # then
    assert shopper.bare_total(cart) == Decimal("36.00")
    assert live_codes()


def row_of(cart: Cart) -> Any:
    return Checkout.objects.select_for_update().get(pk=cart.pk)


def lines_of(cart: Cart) -> Any:
    return list(CheckoutLine.objects.select_for_update().filter(checkout=cart.pk))


def discounts_of(cart: Cart) -> Any:
    rows = CheckoutLineDiscount.objects.filter(line__checkout=cart.pk)
    return list(rows.select_for_update(of=("self",)))


@needs("stored discounts")
@pytest.mark.parametrize("take", [row_of, lines_of, discounts_of])
def test_one_busy_cart_keeps_no_other_one_and_no_voucher(
    shop: Shop, rules: None, monkeypatch: pytest.MonkeyPatch, take: Any
) -> None:
    # given: the busy one is the first of a full chunk
    monkeypatch.setattr(jobs, "CHUNK", 1)
    carts = [shipped(shop, Shopper()) for _ in range(3)]
    busy, *others = sorted(carts, key=lambda cart: cart.pk)
    switch_off(shop)

    # when
    with held_elsewhere(lambda: take(busy)):
        a_later_run()
        carrying = left(timezone.now()).busy

    # then
    assert set(carrying) <= {busy.pk}
    assert {Shopper().bare_total(cart) for cart in others} == {Decimal("50.00")}
    assert not live_codes()

    # when
    a_later_run()

    # then
    assert left(timezone.now()).is_nothing
    assert Shopper().bare_total(busy) == Decimal("50.00")


@needs("transactions")
def test_a_busy_agreement_keeps_no_cart_and_no_voucher(
    shop: Shop, shopper: Shopper, rules: None
) -> None:
    # given: one was paid and is being ordered, one was not
    paid, other = shipped(shop, shopper), shipped(shop, Shopper())
    shopper.pay(paid, paid.total)
    PriceAgreement.objects.update(total_amount=999_999)
    switch_off(shop)

    # when
    def take() -> None:
        PriceAgreement.objects.select_for_update().get(pk=paid.pk)

    with held_elsewhere(take):
        a_later_run()

    # then
    assert Shopper().bare_total(other) == Decimal("50.00")
    assert PriceAgreement.objects.exists()

    # when
    a_later_run()

    # then
    assert left(timezone.now()).is_nothing


@needs("stored discounts")
def test_what_staff_gave_an_end_to_come_ends_at_once(
    shop: Shop, shopper: Shopper, rules: None
) -> None:
    # given
    shipped(shop, shopper)
    Voucher.objects.update(end_date=timezone.now() + timedelta(days=9))

    # when
    shop.plugin(active=False)

    # then
    assert left(timezone.now()).is_nothing


# What a shopper orders meanwhile


@needs("stored discounts")
@pytest.mark.parametrize("is_busy", [True, False])
def test_a_cart_that_no_run_came_to_is_ordered_at_the_price_without_offers(
    shop: Shop, shopper: Shopper, rules: None, is_busy: bool
) -> None:
    # given
    HOST.allow_unpaid_orders()
    cart = shipped(shop, shopper)
    switch_off(shop)

    # when
    if is_busy:
        with held_elsewhere(lambda: row_of(cart)), pytest.raises(Refused) as refused:
            shopper.complete(cart)
        assert "try again" in refused.value.errors[0]["message"]
    with pytest.raises(Refused) as refused:
        shopper.complete(cart)

    # then
    assert refused.value.errors[0]["code"] == "VOUCHER_NOT_APPLICABLE"
    assert shopper.bare_total(cart) == Decimal("50.00")
    assert total_of(shopper.complete(cart)) == Decimal("50.00")


@needs("transactions")
def test_a_cart_that_is_paid_while_we_are_off_is_not_ordered_for_less(
    shop: Shop, shopper: Shopper, rules: None
) -> None:
    # given
    cart = shipped(shop, shopper)
    switch_off(shop)
    shopper.pay(cart, Decimal("36.00"))

    # when
    for _ in range(2):
        with pytest.raises(Refused):
            shopper.complete(cart)

    # then
    assert not Order.objects.exists()
    shopper.pay(cart, Decimal("50.00"))
    assert total_of(shopper.complete(cart)) == Decimal("50.00")


@needs("transactions")
def test_a_cart_whose_money_went_back_is_not_ordered_at_its_old_price(
    shop: Shop, shopper: Shopper, rules: None
) -> None:
    # given
    HOST.allow_unpaid_orders()
    cart = shipped(shop, shopper)
    shopper.pay(cart, cart.total)
    switch_off(shop)
    shopper.pay(cart, Decimal(0))

    # when
    with pytest.raises(Refused):
        shopper.complete(cart)

    # then
    assert total_of(shopper.complete(cart)) == Decimal("50.00")


@pytest.mark.parametrize("is_cleared", [True, False])
@pytest.mark.parametrize("stop", STOPS)
def test_an_order_of_an_unpaid_cart_with_points_takes_none(
    shop: Shop, is_cleared: bool, stop: dict[str, bool]
) -> None:
    # given
    shop.points()
    member = make_member(shop, 1000)
    cart = member.put_aside(shop.product("40.00", ships=False), 1000)
    assert cart.total == Decimal("30.00")
    switch_off(shop, **stop)

    # when
    if is_cleared:
        a_later_run()
    order = ordered_at_last(member, cart)
    every_job()

    # then
    assert total_of(order) == Decimal("40.00")
    assert sums(member.account) == (0, 1000, 0)
    assert not Hold.objects.filter(state=HoldState.OPEN).exists()


# What is paid


@needs("transactions")
def test_a_paid_cart_is_ordered_at_its_price_and_its_voucher_ends_with_it(
    shop: Shop, shopper: Shopper, rules: None
) -> None:
    # given
    cart = shipped(shop, shopper)
    shopper.pay(cart, cart.total)
    switch_off(shop)
    a_later_run()
    assert [one.checkout_token for one in left(timezone.now()).paid] == [cart.pk]
    assert live_codes()

    # when
    order = shopper.complete(cart)
    a_later_run()

    # then
    assert total_of(order) == Decimal("36.00")
    assert left(timezone.now()).is_nothing
    receipt = Receipt.objects.get()
    assert not receipt.is_corrected
    assert sorted(effect["amount"] for effect in receipt.effects) == [400, 1000]
