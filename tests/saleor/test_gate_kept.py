"""A paid cart is ordered at its price, whatever staff or a fault did to it meanwhile."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Callable

import pytest
from django.db.utils import OperationalError
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.discount.models import Voucher
from saleor.shipping.models import ShippingMethod

from saleor_rewards.checkout import gate, withdrawing
from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.models import OwnedVoucher, PriceAgreement, Receipt
from saleor_rewards.programs import update_rule
from saleor_rewards.tasks import end_stale_pledges, withdraw_offers

from .inputs import node_id
from .limits import needs
from .points import make_member, reconcile_all
from .staff import Staff
from .world import HOST, Cart, Refused, Shop, Shopper

if capabilities.stored_discounts:
    from saleor.discount.models import VoucherCode

pytestmark = [pytest.mark.django_db(transaction=True), needs("transactions")]


def total_of(order: dict[str, Any]) -> Decimal:
    return Decimal(str(order["total"]["gross"]["amount"]))


def shipped_for_nothing(shop: Shop, shopper: Shopper) -> Cart:
    """Return a cart of 40.00 that our voucher ships for nothing."""
    shop.free_shipping("30.00")
    cart = shopper.cart((shop.product("40.00"), 1))
    cart = shopper.ship(cart, shop.shipping_method("10.00"))
    assert cart.total == Decimal("40.00")
    return cart


def ended(owned: OwnedVoucher) -> None:
    Voucher.objects.filter(pk=owned.voucher_pk).update(end_date=timezone.now())


def disabled(owned: OwnedVoucher) -> None:
    VoucherCode.objects.filter(code=owned.code).update(is_active=False)


def deleted(owned: OwnedVoucher) -> None:
    Voucher.objects.filter(pk=owned.voucher_pk).delete()


def bereft_of_its_code(owned: OwnedVoucher) -> None:
    VoucherCode.objects.filter(code=owned.code).delete()


def deleted_and_forgotten(owned: OwnedVoucher) -> None:
    deleted(owned)
    Checkout.objects.update(price_expiration=timezone.now())
    Shopper().bare_total(Cart({"id": node_id("Checkout", Checkout.objects.get().pk)}))


@pytest.mark.parametrize(
    "meddle", [ended, disabled, deleted, bereft_of_its_code, deleted_and_forgotten]
)
@pytest.mark.parametrize("is_looked_at", [True, False])
def test_our_voucher_of_a_paid_cart_is_put_back(
    shop: Shop,
    shopper: Shopper,
    meddle: Callable[[OwnedVoucher], None],
    is_looked_at: bool,
) -> None:
    # given
    cart = shipped_for_nothing(shop, shopper)
    shopper.pay(cart, cart.total)

    # when
    meddle(OwnedVoucher.objects.get())
    if is_looked_at:
        assert shopper.look(cart).total == Decimal("40.00")
    order = shopper.complete(cart)

    # then
    assert total_of(order) == Decimal("40.00")
    assert not Receipt.objects.get().is_corrected


@pytest.mark.parametrize("is_told", [True, False])
def test_a_paid_cart_whose_goods_became_cheaper_is_ordered_for_less(
    shop: Shop, shopper: Shopper, is_told: bool
) -> None:
    # given: a rule that ended takes 30.00 off
    rule = shop.ladder(("30.00", "75"))
    variant = shop.product("40.00", ships=False)
    cart = shopper.cart((variant, 1))
    shopper.pay(cart, cart.total)
    update_rule(rule.pk, is_active=False)

    # when
    HOST.set_price(variant, "25.00")
    if is_told:
        HOST.tell_plugins_of(variant)
    order = shopper.complete(cart)

    # then
    assert total_of(order) == Decimal("0.00")
    receipt = Receipt.objects.get()
    assert receipt.is_corrected
    assert [effect["amount"] for effect in receipt.effects] == [2500]


def test_a_price_that_falls_and_rises_again_leaves_a_paid_cart_as_it_was(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    rule = shop.ladder(("30.00", "75"))
    variant = shop.product("40.00", ships=False)
    cart = shopper.cart((variant, 1))
    shopper.pay(cart, cart.total)
    update_rule(rule.pk, is_active=False)

    # when
    for price, total in (("25.00", "0.00"), ("40.00", "10.00")):
        HOST.set_price(variant, price)
        HOST.tell_plugins_of(variant)
        assert shopper.look(cart).total == Decimal(total)

    # then
    assert total_of(shopper.complete(cart)) == Decimal("10.00")
    assert not Receipt.objects.get().is_corrected


def test_an_order_of_a_paid_cart_that_passed_no_gate_gets_its_receipt(
    shop: Shop, shopper: Shopper
) -> None:
    # given: no row of a line says what it got
    cart = shipped_for_nothing(shop, shopper)
    shopper.pay(cart, cart.total)
    shop.plugin(active=False)

    # when
    shopper.mutate("complete", cart=cart)
    reconcile_all()

    # then
    (effect,) = Receipt.objects.get().effects
    assert effect["amount"] == 1000
    assert not PriceAgreement.objects.exists()


def test_an_unpaid_order_that_passed_no_gate_has_its_receipt_and_earns_when_paid(
    shop: Shop, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: the task that takes offers off has to wait for others, and the one that
    # completes carts asks nobody
    shop.points()
    shop.earning()
    shop.ladder(("30.00", "25"))
    member = make_member(shop, 100)
    cart = member.cart((shop.product("40.00", ships=False), 1))
    monkeypatch.setattr(withdraw_offers, "apply_async", lambda *_, **__: None)
    monkeypatch.setattr(withdrawing, "refused_while_off", lambda *_: None)
    HOST.allow_unpaid_orders()
    shop.plugin(active=False)
    order = member.mutate("complete", cart=cart)
    reconcile_all()
    assert not Receipt.objects.exists()

    # when
    shop.plugin()
    reconcile_all()

    # then
    receipt = Receipt.objects.get()
    taken = [effect for effect in receipt.effects if "LINE" in effect["type"]]
    assert [effect["amount"] for effect in taken] == [1000]
    assert member.sums == (100, 0)

    # when
    staff.do("pay", order)
    staff.do("confirm", order)
    reconcile_all()

    # then
    assert member.sums == (130, 0)


def test_points_of_a_paid_cart_are_cut_last(shop: Shop) -> None:
    # given: a rule takes 20.00 off, points 15.00
    shop.points()
    shop.ladder(("30.00", "50"))
    member = make_member(shop, 1500)
    variant = shop.product("40.00", ships=False)
    cart = member.put_aside(variant, 1500)
    member.pay(cart, cart.total)

    # when
    HOST.set_price(variant, "30.00")
    order = member.complete(cart)

    # then
    assert total_of(order) == Decimal("0.00")
    assert Receipt.objects.get().points_redeemed == 1000
    assert member.sums == (500, 0)


def test_a_fault_at_the_gate_of_a_paid_cart_takes_nothing_off_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    shop.points()
    member = make_member(shop, 1000)
    cart = member.put_aside(shop.product("40.00", ships=False), 1000)
    member.pay(cart, cart.total)

    def fail(*_: Any) -> None:
        raise OperationalError("The server is restarting.")

    # when
    with monkeypatch.context() as patch:
        patch.setattr(gate, "pledge", fail)
        with pytest.raises(Refused) as refused:
            member.complete(cart)
    order = member.complete(cart)

    # then
    assert "try again" in refused.value.errors[0]["message"]
    assert total_of(order) == Decimal("30.00")
    assert member.sums == (0, 0)


@pytest.mark.parametrize("is_ordered", [True, False])
def test_our_code_is_worth_nothing_once_no_paid_cart_has_it(
    shop: Shop, shopper: Shopper, is_ordered: bool
) -> None:
    # given: a paid cart keeps it while the plugin goes off
    cart = shipped_for_nothing(shop, shopper)
    shopper.pay(cart, cart.total)
    shop.plugin(active=False)
    code = OwnedVoucher.objects.get().code

    # when
    if is_ordered:
        shopper.mutate("complete", cart=cart)
        reconcile_all()
    else:
        PriceAgreement.objects.all().delete()
    end_stale_pledges()

    # then
    other = Shopper()
    mine = other.cart((shop.product("5.00"), 1))
    mine = other.ship(mine, ShippingMethod.objects.get())
    with pytest.raises(Refused):
        other.promo(mine, code)
