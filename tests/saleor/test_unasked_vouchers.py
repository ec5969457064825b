"""Vouchers that carry our shipping are few, and go when nobody asks for them."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.discount.models import Voucher
from saleor.order.models import Order

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.host.current import host
from saleor_rewards.models import OwnedVoucher, PriceAgreement
from saleor_rewards.programs import delete_rule, update_rule
from saleor_rewards.tasks import end_stale_pledges

from .elsewhere import do_elsewhere, held_elsewhere, in_thread
from .limits import needs
from .test_gate_kept import total_of
from .world import Cart, Shop, Shopper

if capabilities.stored_discounts:
    from saleor.discount.models import VoucherCode

    from saleor_rewards.host.saleor3 import voucher_ending, vouchers

pytestmark = [pytest.mark.django_db(transaction=True), needs("transactions")]

FREE = {"type": "FREE_SHIPPING"}


def cheaper(shop: Shop, percent: str, cap: str | None = None) -> Any:
    benefit: dict[str, Any] = {"type": "SHIPPING_PERCENT_OFF", "percent": percent}
    if cap is not None:
        benefit["cap"] = {"USD": cap}
    return shop.rule("Cheaper shipping", benefit)


def shipped(shop: Shop, price: str = "10.00", goods: str = "40.00") -> Cart:
    """Return a cart of a shopper of its own that is shipped for a price."""
    shopper = Shopper()
    cart = shopper.cart((shop.product(goods), 1))
    return shopper.ship(cart, shop.shipping_method(price))


def worths() -> list[tuple[str, Decimal]]:
    vouchers = Voucher.objects.filter(end_date=None).order_by("pk")
    return list(
        vouchers.values_list("discount_value_type", "channel_listings__discount_value")
    )


def open_codes() -> set[str]:
    live = VoucherCode.objects.filter(voucher__end_date=None)
    return set(live.values_list("code", flat=True))


def a_day_later() -> None:
    """Let a day and more pass since vouchers ended."""
    for owned in OwnedVoucher.objects.exclude(ended_at=None):
        owned.ended_at -= timedelta(days=1, minutes=1)
        owned.save()


def leave(cart: Cart) -> None:
    """Delete a checkout, as Saleor does with those that nobody comes back to."""
    Checkout.objects.filter(pk=cart.pk).delete()


def test_a_percentage_needs_one_voucher_at_any_price(shop: Shop) -> None:
    # given
    cheaper(shop, "33.3333")

    # when
    carts = [shipped(shop, price) for price in ("10.00", "9.99", "0.01", "123.45")]

    # then
    assert worths() == [("percentage", Decimal("33.333"))]
    taken = ["6.67", "6.66", "0.01", "82.30"]
    assert [cart.shipping for cart in carts] == [Decimal(text) for text in taken]


def test_a_cap_needs_one_more(shop: Shop) -> None:
    # given
    cheaper(shop, "50", "6.00")

    # when
    carts = [shipped(shop, price) for price in ("10.00", "12.00", "20.00", "30.00")]

    # then
    assert worths() == [("percentage", Decimal(50)), ("fixed", Decimal(6))]
    left = ["5.00", "6.00", "14.00", "24.00"]
    assert [cart.shipping for cart in carts] == [Decimal(text) for text in left]


def test_an_amount_needs_one_voucher_also_where_shipping_costs_less(shop: Shop) -> None:
    # given
    shop.rule("Less", {"type": "SHIPPING_AMOUNT_OFF", "amounts": {"USD": "4.00"}})

    # when
    carts = [shipped(shop, price) for price in ("10.00", "3.00")]

    # then
    assert worths() == [("fixed", Decimal(4))]
    assert [cart.shipping for cart in carts] == [Decimal(6), Decimal(0)]
    orders = [Shopper().buy(cart) for cart in carts]
    assert [total_of(order) for order in orders] == [Decimal(46), Decimal(40)]


def test_staff_read_whose_voucher_it_is(shop: Shop) -> None:
    # given
    name = "x" * 255
    rule = shop.rule(name, FREE)

    # when
    cart = shipped(shop)
    again = Shopper().look(cart)

    # then
    voucher = Voucher.objects.get()
    assert voucher.name == f"Rewards: {name}"[:255]
    assert voucher.metadata == {"rewards_rule": str(rule.pk)}
    assert again.total == Decimal("40.00")
    moved = Checkout.objects.get().last_change
    Shopper().look(cart)
    assert Checkout.objects.get().last_change == moved


def test_an_edited_rule_gets_a_new_voucher_and_paid_carts_keep_theirs(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    rule = cheaper(shop, "50")
    paid, other = shipped(shop), shipped(shop)
    shopper.pay(paid, paid.total)
    assert PriceAgreement.objects.count() == 1

    # when
    benefit = {"type": "SHIPPING_PERCENT_OFF", "percent": "40"}
    update_rule(rule.pk, definition={"lane": "SHIPPING", "benefit": benefit})
    assert shopper.look(other).shipping == Decimal("6.00")
    end_stale_pledges()

    # then
    assert worths() == [("percentage", Decimal(50)), ("percentage", Decimal(40))]
    assert shopper.look(paid).shipping == Decimal("5.00")

    # when
    order = shopper.complete(paid)
    end_stale_pledges()

    # then
    assert total_of(order) == Decimal("45.00")
    assert worths() == [("percentage", Decimal(40))]


@pytest.mark.parametrize("way", ["deleted", "off", "over", "program off"])
def test_a_voucher_ends_with_its_rule_once_no_cart_has_it(
    shop: Shop, shopper: Shopper, way: str
) -> None:
    # given
    rule = shop.rule("Free", FREE)
    cart = shipped(shop)

    # when
    if way == "deleted":
        delete_rule(rule.pk)
    elif way == "off":
        update_rule(rule.pk, is_active=False)
    elif way == "over":
        over = (timezone.now() - timedelta(minutes=1)).isoformat()
        definition = {"lane": "SHIPPING", "benefit": FREE, "ends_at": over}
        update_rule(rule.pk, definition=definition)
    else:
        shop.settings(is_active=False)
    end_stale_pledges()
    kept = open_codes()
    shopper.look(cart)
    end_stale_pledges()

    # then
    owned = OwnedVoucher.objects.get()
    assert kept == {owned.code}
    assert open_codes() == set()
    assert owned.ended_at is not None


def test_a_voucher_that_no_order_has_is_deleted_a_day_after_its_end(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    rule = shop.rule("Free", FREE)
    leave(shipped(shop))
    delete_rule(rule.pk)
    end_stale_pledges()
    ended = Voucher.objects.count()

    # when
    end_stale_pledges()
    young = Voucher.objects.count()
    a_day_later()
    for _ in range(2):
        end_stale_pledges()

    # then
    assert (ended, young, Voucher.objects.count()) == (1, 1, 0)
    assert OwnedVoucher.objects.count() == 1


def test_a_voucher_that_an_order_has_ends_and_stays(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    rule = shop.rule("Free", FREE)
    shopper.buy(shipped(shop))
    delete_rule(rule.pk)

    # when
    end_stale_pledges()
    a_day_later()
    end_stale_pledges()

    # then
    assert open_codes() == set()
    assert Order.objects.get().voucher == Voucher.objects.get()


def test_a_rule_that_is_switched_on_again_has_the_voucher_of_before(
    shop: Shop, shopper: Shopper, caplog: pytest.LogCaptureFixture
) -> None:
    # given
    rule = shop.rule("Free", FREE)
    leave(shipped(shop))
    update_rule(rule.pk, is_active=False)
    end_stale_pledges()
    code = OwnedVoucher.objects.get().code
    assert open_codes() == set()

    # when
    update_rule(rule.pk, is_active=True)
    cart = shipped(shop)

    # then
    assert cart.total == Decimal("40.00")
    assert open_codes() == {code}
    assert OwnedVoucher.objects.get().ended_at is None
    assert "changed by hand" not in caplog.text


def test_an_order_says_what_it_got_after_staff_deleted_its_voucher(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.rule("Free", FREE)
    shopper.buy(shipped(shop))
    order_pk = str(Order.objects.get().pk)
    before = host.given(order_pk)

    # when
    Voucher.objects.all().delete()
    cart = shipped(shop)

    # then
    assert cart.total == Decimal("40.00")
    given = host.given(order_pk)
    assert given == before
    assert given is not None
    assert given.shipping is not None
    assert given.shipping.amount == 1000


def take_while_ending(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Cart:
    """Let a paid cart take its voucher back while the job ends it, and return it.

    The job found it free, and the cart does not know yet that it ends.
    """
    shopper = Shopper()
    rule = shop.rule("Free", FREE)
    cart = shipped(shop)
    shopper.pay(cart, cart.total)
    delete_rule(rule.pk)
    # A fault of Saleor's took it out.
    Checkout.objects.update(voucher_code=None, discount_amount=0)
    looked, threads = threading.Event(), []
    held, live = voucher_ending._held, vouchers._live

    def then_take(owned: Any) -> Any:
        found = held(owned)
        threads.append(in_thread(lambda: Shopper().look(cart)))
        looked.wait(5)
        return found

    def found_live(*arguments: Any) -> Any:
        found = live(*arguments)
        looked.set()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(voucher_ending, "_held", then_take)
        patch.setattr(vouchers, "_live", found_live)
        end_stale_pledges()
        for thread in threads:
            thread.join()
    return cart


def is_carried(cart: Cart) -> bool:
    """Return whether the voucher that a checkout has is good."""
    code = Checkout.objects.get(pk=cart.pk).voucher_code
    return code in open_codes()


def test_a_cart_that_takes_a_voucher_while_it_ends_has_one_that_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given / when
    cart = take_while_ending(shop, monkeypatch)

    # then
    assert is_carried(cart)
    assert total_of(Shopper().complete(cart)) == Decimal("40.00")


def test_without_its_lock_a_cart_has_a_voucher_that_ended(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(vouchers, "_keep", lambda owned: True)

    # when
    cart = take_while_ending(shop, monkeypatch)

    # then
    assert not is_carried(cart)


def test_a_voucher_that_a_cart_is_just_taking_is_left_to_the_next_time(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    rule = shop.rule("Free", FREE)
    leave(shipped(shop))
    delete_rule(rule.pk)
    owned = OwnedVoucher.objects.get()

    # when
    with held_elsewhere(lambda: vouchers._keep(owned)):
        end_stale_pledges()
        meanwhile = open_codes()
    end_stale_pledges()

    # then
    assert meanwhile == {owned.code}
    assert open_codes() == set()


def test_the_job_goes_on_from_where_a_chunk_ended(shop: Shop) -> None:
    # given
    rule = cheaper(shop, "50", "6.00")
    for price in ("10.00", "20.00"):
        leave(shipped(shop, price))
    delete_rule(rule.pk)

    # when
    after: int | None = 0
    steps = []
    while after is not None:
        with transaction.atomic():
            after = host.end_unasked_vouchers(after, 1, timezone.now())
        steps.append(len(open_codes()))

    # then
    assert steps == [1, 0, 0]


def test_a_cart_is_written_while_the_job_runs(shop: Shop, shopper: Shopper) -> None:
    # given
    shop.rule("Free", FREE)
    cart = shipped(shop)

    # when
    with transaction.atomic():
        host.end_unasked_vouchers(0, 200, timezone.now())
        total = do_elsewhere(lambda: Shopper().look(cart).total)

    # then
    assert total == Decimal("40.00")
