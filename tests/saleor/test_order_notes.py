"""Staff read in an order's history which rewards it got, in words and once."""

from __future__ import annotations

from typing import Any

import pytest
from saleor.order.models import OrderEvent

from saleor_rewards.models import Receipt
from saleor_rewards.orders.settling import settle_order

from .limits import needs
from .points import reconcile_all
from .staff import Staff, pk_of
from .test_redeeming import redeem, rich
from .world import HOST, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def notes() -> list[str]:
    """Return the notes in the history of all orders, oldest first."""
    events = OrderEvent.objects.filter(type="note_added").order_by("pk")
    return [event.parameters["message"] for event in events]


def bought(shop: Shop, shopper: Shopper) -> dict[str, Any]:
    """Buy goods of 53.32 with 10 % off, shipped for free instead of for 9.99."""
    cart = shopper.cart((shop.product("13.33"), 4))
    return shopper.buy(shopper.ship(cart, shop.shipping_method("9.99")))


def test_an_order_says_what_each_offer_gave_and_by_which_version(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    ladder = shop.ladder(("30.00", "10"))
    free = shop.free_shipping("40.00")

    # when
    order = bought(shop, shopper)

    # then
    assert notes() == [
        "Rewards of this order:\n"
        f"Spend more, save more (rule {ladder.pk}, version 1): $5.33 off\n"
        f"Free shipping (rule {free.pk}, version 1): $9.99 off the shipping"
    ]
    event = OrderEvent.objects.get(type="note_added")
    assert (str(event.order_id), event.user_id) == (pk_of(order), None)


def test_an_order_says_how_many_points_paid_and_how_many_it_is_to_earn(
    shop: Shop,
) -> None:
    # given
    shop.points()
    rule = shop.earning()
    member = rich(shop, "ann@example.com", 5000)
    cart = member.cart((shop.product("10.00"), 2))
    cart = member.ship(cart, shop.shipping_method("5.00"))
    redeem(member, cart, 900)

    # when
    member.buy(member.look(cart))

    # then
    assert notes() == [
        "Rewards of this order:\n"
        "900 points spent: $9.00 off\n"
        f"Points (rule {rule.pk}, version 1): 11 points to earn"
    ]


def test_whoever_settles_an_order_again_tells_nothing_twice(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.points()
    shop.earning()
    shop.ladder(("30.00", "10"))
    order = bought(shop, shopper)

    # when
    settle_order(pk_of(order))
    reconcile_all()

    # then
    (note,) = notes()
    assert note.count("\n") == 2


def test_a_job_tells_of_an_order_that_no_hook_told_of(
    shop: Shop, shopper: Shopper
) -> None:
    # given: whatever the hook did was lost with its process
    shop.points()
    shop.ladder(("30.00", "10"))
    bought(shop, shopper)
    told = notes()
    OrderEvent.objects.filter(type="note_added").delete()
    Receipt.objects.update(order_pk=None)

    # when
    reconcile_all()
    reconcile_all()

    # then
    assert notes() == told
    assert len(told) == 1


def test_an_order_that_staff_made_tells_what_it_is_to_earn(
    shop: Shop, staff: Staff
) -> None:
    # given
    shop.points()
    rule = shop.earning()
    variant = shop.product("20.00", ships=False)
    order = staff.draft((variant, 2), email="ann@example.com", channel=shop.channel)
    assert notes() == []

    # when
    staff.do("pay", order)

    # then
    assert notes() == [
        f"Rewards of this order:\nPoints (rule {rule.pk}, version 1): 40 points to earn"
    ]


def test_an_order_without_rewards_has_nothing_to_tell(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.ladder(("500.00", "10"))

    # when
    bought(shop, shopper)

    # then
    assert Receipt.objects.get().effects == []
    assert notes() == []


def test_staff_are_told_in_the_language_of_the_shop(
    shop: Shop, shopper: Shopper, settings: Any
) -> None:
    # given: a shopper who speaks another one
    settings.LANGUAGE_CODE = "zh-hant"
    shopper.language = "en"
    rule = shop.ladder(("30.00", "10"))

    # when
    bought(shop, shopper)

    # then
    assert notes() == [
        "此訂單的優惠與點數：\n"
        f"Spend more, save more（規則 {rule.pk}，版本 1）：折抵 US$5.33"
    ]


@needs("stored discounts")
def test_an_orders_line_names_the_rule_and_its_version(
    shop: Shop, shopper: Shopper
) -> None:
    # given: a rule of that name with a number like another's
    benefit = {"type": "PERCENT_OFF", "percent": "10"}
    rule = shop.rule("Spring (rule 5, version 1)", benefit)

    # when
    order = bought(shop, shopper)

    # then
    reason = f"Rewards: Spring (rule 5, version 1) (rule {rule.pk}, version 1)"
    (row,) = HOST.order_line_discounts(order["number"])
    assert (row.reason, row.line.unit_discount_reason) == (reason, reason)
    assert not Receipt.objects.get().is_corrected


@needs("stored discounts")
def test_a_cart_that_an_older_release_wrote_stays_as_it_is_and_is_understood(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    from saleor.discount.models import CheckoutLineDiscount

    rule = shop.ladder(("30.00", "10"))
    cart = shopper.cart((shop.product("13.33"), 4))
    old = f"Rewards: rule {rule.pk}, version 1"
    CheckoutLineDiscount.objects.update(reason=old)

    # when
    cart = shopper.ship(cart, shop.shipping_method("9.99"))
    shopper.buy(cart)

    # then
    receipt = Receipt.objects.get()
    assert not receipt.is_corrected
    assert [effect["rule_id"] for effect in receipt.effects] == [rule.pk]
    assert notes() == [
        "Rewards of this order:\n"
        f"Spend more, save more (rule {rule.pk}, version 1): $5.33 off"
    ]
