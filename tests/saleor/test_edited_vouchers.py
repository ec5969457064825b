"""Staff who edit the vouchers that carry our free shipping cost nobody an order."""

from __future__ import annotations

import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any, Callable

import pytest
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.discount.models import Voucher

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.models import OwnedVoucher, Receipt
from saleor_rewards.programs import update_rule
from saleor_rewards.tasks import end_stale_pledges

from .limits import needs
from .test_gate_kept import shipped_for_nothing, total_of
from .world import HOST, Refused, Shop, Shopper

if capabilities.stored_discounts:
    from saleor.discount.models import VoucherChannelListing, VoucherCode

pytestmark = [pytest.mark.django_db(transaction=True), needs("transactions")]

EDITED = "REWARDS_VOUCHER_EDITED"

Edit = Callable[[Any], None]


def sets(**columns: Any) -> Edit:
    """Return an edit of the voucher's own columns."""

    def edit(voucher: Any) -> None:
        Voucher.objects.filter(pk=voucher.pk).update(**columns)

    return edit


def lists(**columns: Any) -> Edit:
    """Return an edit of what the voucher is worth in the channel."""

    def edit(voucher: Any) -> None:
        VoucherChannelListing.objects.filter(voucher=voucher).update(**columns)

    return edit


def codes(**columns: Any) -> Edit:
    """Return an edit of the voucher's code."""

    def edit(voucher: Any) -> None:
        VoucherCode.objects.filter(voucher=voucher).update(**columns)

    return edit


def delete(voucher: Any) -> None:
    voucher.delete()


def ends(days: int) -> Edit:
    """Return an edit of when the voucher ends, so many days from now."""
    return lambda v: sets(end_date=timezone.now() + timedelta(days=days))(v)


def start_tomorrow(voucher: Any) -> None:
    sets(start_date=timezone.now() + timedelta(days=1))(voucher)


def unlist(voucher: Any) -> None:
    VoucherChannelListing.objects.filter(voucher=voucher).delete()


def drop_codes(voucher: Any) -> None:
    VoucherCode.objects.filter(voucher=voucher).delete()


def use_up(voucher: Any) -> None:
    VoucherCode.objects.filter(voucher=voucher).update(used=5)
    Voucher.objects.filter(pk=voucher.pk).update(usage_limit=5)


#: What staff do to a voucher in the Dashboard, and the column that the log names.
EDITS: dict[str, tuple[Edit, str]] = {
    "type": (sets(type="entire_order"), "type"),
    "specific products": (sets(type="specific_product"), "type"),
    "value type": (sets(discount_value_type="fixed"), "discount_value_type"),
    "value": (lists(discount_value=Decimal(20)), "discount_value"),
    "currency": (lists(currency="EUR"), "currency"),
    "minimum spent": (lists(min_spent_amount=Decimal(999)), "min_spent_amount"),
    "minimum items": (
        sets(min_checkout_items_quantity=9),
        "min_checkout_items_quantity",
    ),
    "countries": (sets(countries="PL"), "countries"),
    "start": (start_tomorrow, "start_date"),
    "end": (ends(-1), "end_date"),
    "end to come": (ends(1), "end_date"),
    "usage limit": (use_up, "usage_limit"),
    "single use": (sets(single_use=True), "single_use"),
    "once a customer": (sets(apply_once_per_customer=True), "apply_once_per_customer"),
    "once an order": (sets(apply_once_per_order=True), "apply_once_per_order"),
    "staff only": (sets(only_for_staff=True), "only_for_staff"),
    "off the channel": (unlist, "channel_listings"),
    "code off": (codes(is_active=False), "is_active"),
    "code renamed": (codes(code="SPRING"), "codes"),
    "code deleted": (drop_codes, "codes"),
    "deleted": (delete, "voucher"),
}

by_edit = pytest.mark.parametrize("edit", EDITS)


def our_voucher() -> Any:
    return Voucher.objects.get(pk=OwnedVoucher.objects.get().voucher_pk)


def make_edit(name: str) -> None:
    edit, _ = EDITS[name]
    edit(our_voucher())


def expire_prices() -> None:
    """Let Saleor compute the prices anew at the next look, as after an hour."""
    Checkout.objects.update(price_expiration=timezone.now())


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if EDITED in one.getMessage()]


@by_edit
def test_an_edited_voucher_is_put_back_at_the_next_look_and_told_once(
    shop: Shop, shopper: Shopper, caplog: pytest.LogCaptureFixture, edit: str
) -> None:
    # given
    cart = shipped_for_nothing(shop, shopper)
    make_edit(edit)
    expire_prices()

    # when
    with caplog.at_level(logging.WARNING):
        totals = [shopper.look(cart).total for _ in range(2)]

    # then
    assert totals == [Decimal("40.00")] * 2
    (message,) = told(caplog)
    assert message.endswith(f": {EDITS[edit][1]}")
    assert "Rewards: Free shipping" in message
    owned = OwnedVoucher.objects.get()
    assert Checkout.objects.get().voucher_code == owned.code
    assert shopper.bare_total(cart) == Decimal("40.00")


@by_edit
@pytest.mark.parametrize("is_expired", [True, False])
def test_a_paid_cart_is_ordered_at_its_price_right_after_an_edit(
    shop: Shop, shopper: Shopper, edit: str, is_expired: bool
) -> None:
    # given
    cart = shipped_for_nothing(shop, shopper)
    shopper.pay(cart, cart.total)

    # when
    make_edit(edit)
    if is_expired:
        expire_prices()
    order = shopper.complete(cart)

    # then
    assert total_of(order) == Decimal("40.00")
    assert not Receipt.objects.get().is_corrected


@by_edit
@pytest.mark.parametrize("is_expired", [True, False])
def test_an_unpaid_cart_is_ordered_at_its_price_right_after_an_edit(
    shop: Shop, shopper: Shopper, edit: str, is_expired: bool
) -> None:
    # given
    HOST.allow_unpaid_orders()
    cart = shipped_for_nothing(shop, shopper)

    # when
    make_edit(edit)
    if is_expired:
        expire_prices()
    order = shopper.complete(cart)

    # then
    assert total_of(order) == Decimal("40.00")


@by_edit
def test_a_cart_that_was_shown_an_edited_price_is_ordered_at_the_right_one(
    shop: Shop, shopper: Shopper, edit: str
) -> None:
    # given: a storefront that asks for nothing but the total
    HOST.allow_unpaid_orders()
    cart = shipped_for_nothing(shop, shopper)
    make_edit(edit)
    expire_prices()
    shopper.bare_total(cart)

    # when
    try:
        order = shopper.complete(cart)
    except Refused:
        assert shopper.bare_total(cart) == Decimal("40.00")
        order = shopper.complete(cart)

    # then
    assert total_of(order) == Decimal("40.00")


def test_an_unpaid_cart_is_not_ordered_for_more_because_a_voucher_is_put_back(
    shop: Shop, shopper: Shopper
) -> None:
    # given: an offer of the goods ended too
    HOST.allow_unpaid_orders()
    rule = shop.ladder(("30.00", "25"))
    shop.free_shipping("20.00")
    cart = shopper.cart((shop.product("40.00"), 1))
    cart = shopper.ship(cart, shop.shipping_method("10.00"))
    assert cart.total == Decimal("30.00")
    update_rule(rule.pk, is_active=False)
    make_edit("staff only")

    # when
    with pytest.raises(Refused) as refused:
        shopper.complete(cart)

    # then
    assert "has ended" in refused.value.errors[0]["message"]
    assert shopper.bare_total(cart) == Decimal("40.00")
    assert total_of(shopper.complete(cart)) == Decimal("40.00")


@needs("legacy payments")
def test_a_gateway_is_asked_for_the_right_price_after_an_edit(
    shop: Shop, shopper: Shopper, gateway: Any
) -> None:
    # given
    shopper.payments = gateway
    cart = shipped_for_nothing(shop, shopper)
    shopper.pay(cart, cart.total)

    # when
    make_edit("usage limit")
    order = shopper.complete(cart)

    # then
    assert total_of(order) == Decimal("40.00")


def test_other_carts_are_served_once_one_look_put_the_voucher_back(
    shop: Shop, shopper: Shopper, caplog: pytest.LogCaptureFixture
) -> None:
    # given
    shop.free_shipping("30.00")
    method, variant = shop.shipping_method("10.00"), shop.product("40.00")
    carts = [Shopper().ship(Shopper().cart((variant, 1)), method) for _ in range(3)]
    make_edit("once a customer")

    # when
    with caplog.at_level(logging.WARNING):
        orders = [shopper.buy(shopper.look(cart)) for cart in carts]

    # then
    assert [total_of(order) for order in orders] == [Decimal("40.00")] * 3
    assert len(told(caplog)) == 1


def test_a_job_puts_back_what_paid_carts_have_that_nobody_looks_at(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    cart = shipped_for_nothing(shop, shopper)
    shopper.pay(cart, cart.total)
    make_edit("minimum spent")

    # when
    end_stale_pledges()

    # then
    listing = VoucherChannelListing.objects.get()
    assert listing.min_spent_amount is None


def test_a_code_that_staff_add_works_as_long_as_the_voucher(
    shop: Shop, shopper: Shopper, caplog: pytest.LogCaptureFixture
) -> None:
    # given
    cart = shipped_for_nothing(shop, shopper)
    VoucherCode.objects.create(voucher=our_voucher(), code="SPRING")

    # when
    with caplog.at_level(logging.WARNING):
        assert shopper.look(cart).total == Decimal("40.00")
    other = shopper.cart((shop.product("5.00"), 1))
    other = shopper.promo(shopper.ship(other, shop.shipping_method("8.00")), "SPRING")

    # then: it is the shopper's own, and holds the voucher
    assert shopper.look(other).total == Decimal("5.00")
    assert not told(caplog)


def test_a_voucher_whose_code_staff_gave_to_another_gets_a_new_one(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    cart = shipped_for_nothing(shop, shopper)
    code = OwnedVoucher.objects.get().code
    our_voucher().delete()
    HOST.make_voucher(code, "10")

    # when
    total = shopper.look(cart).total

    # then
    assert total == Decimal("40.00")
    ended, owned = OwnedVoucher.objects.order_by("pk")
    assert ended.code == code
    assert ended.ended_at is not None
    assert Checkout.objects.get().voucher_code == owned.code != code
