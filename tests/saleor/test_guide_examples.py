"""The amounts that the guides name are those that a real shop comes to."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from saleor_rewards.models import Receipt
from saleor_rewards.points.members import member_account

from .limits import needs
from .people import available, confirm, register
from .points import make_member
from .staff import Staff
from .world import Cart, Shop, Shopper, open_shop

pytestmark = pytest.mark.django_db(transaction=True)

DOCS = Path(__file__).parents[2] / "docs"


def section(guide: str, title: str) -> str:
    """Return what a guide says under a title, on one line."""
    text = (DOCS / guide).read_text(encoding="utf-8")
    return " ".join(text.split(f"\n## {title}\n")[1].split("\n## ")[0].split())


def said(text: str, **figures: Any) -> None:
    """Check that a text names each of the figures as it was computed."""
    missing = {name: value for name, value in figures.items() if str(value) not in text}
    assert not missing


def taxed(cart: Cart) -> tuple[Decimal, Decimal]:
    """Return a cart's total without tax and with it."""
    price = cart.node["totalPrice"]
    return price["net"]["amount"], price["gross"]["amount"]


@needs("channels")
def test_thresholds_and_amounts_are_without_tax_where_prices_are_entered_so(
    shopper: Shopper,
) -> None:
    # given
    text = section("merchants.md", "Where prices are entered without tax")
    shop = open_shop(tax_percent=23, prices_entered_with_tax=False)
    variant = shop.product("10.00")
    minimum = {"minimum_subtotal": {"amounts": {"USD": "30.00"}}}
    amount = {"type": "AMOUNT_OFF", "amounts": {"USD": "5.00"}}
    rule = shop.rule("Five off", amount, conditions=minimum)

    # when
    short = shopper.cart((variant, 2))
    full = shopper.put(short, variant, 3)

    # then
    assert taxed(short) == (Decimal("20.00"), Decimal("24.60"))
    assert taxed(full) == (Decimal("25.00"), Decimal("30.75"))
    said(
        text,
        threshold="30.00",
        short=short.total,
        gap=short.offer(rule)["gap"]["amount"],
        worth=full.offer(rule)["amount"]["amount"],
        off_the_total=Decimal("36.90") - full.total,
        total=full.total,
    )


@needs("stored discounts")
def test_a_percentage_code_beside_free_shipping_that_the_goods_carry(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    text = section("merchants.md", "A percentage code beside free shipping")
    shop.voucher("SPRING", "10")
    rule = shop.free_shipping("50.00")
    cart = shopper.cart((shop.product("54.14"), 1), email="ada@example.com")
    cart = shopper.ship(cart, shop.shipping_method("34.20"))
    assert (cart.subtotal, cart.shipping) == (Decimal("54.14"), 0)

    # when
    cart = shopper.promo(cart, "SPRING")

    # then
    said(
        text,
        subtotal=cart.subtotal,
        shipping=cart.shipping,
        total=cart.total,
        worth=cart.offer(rule)["amount"]["amount"],
    )


@needs("stored discounts")
def test_a_line_costs_more_once_an_exclusive_offer_of_the_delivery_is_worth_more(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    text = section("merchants.md", "When a delivery is chosen")
    shop.ladder(("50.00", "10"))
    shop.free_shipping("50.00", exclusive=True)
    cart = shopper.cart((shop.product("100.00"), 1), email="ada@example.com")
    before = cart.line_totals[0]

    # when
    cart = shopper.ship(cart, shop.shipping_method("34.20"))

    # then
    assert (before, cart.line_totals[0]) == (Decimal("90.00"), Decimal("100.00"))
    said(text, before=before, after=cart.line_totals[0], total=cart.total)


@needs("stored discounts")
def test_a_line_costs_more_once_a_cheaper_delivery_is_carried_by_it(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    text = section("merchants.md", "When a delivery is chosen")
    shop.voucher("FIVE", "5")
    shop.free_shipping("50.00")
    methods = [shop.shipping_method(price) for price in ("34.20", "5.00")]
    cart = shopper.cart((shop.product("100.00"), 1), email="ada@example.com")
    cart = shopper.promo(cart, "FIVE")

    # when
    dear, cheap = (shopper.ship(cart, method) for method in methods)

    # then
    assert dear.total == cheap.total
    said(
        text,
        dear=dear.line_totals[0],
        cheap=cheap.line_totals[0],
        total=cheap.total,
    )


def test_an_order_by_staff_gets_no_offer_and_earns_once_it_is_paid(
    shop: Shop, shopper: Shopper, staff: Staff
) -> None:
    # given
    text = section("merchants.md", "Orders that staff make")
    shop.points()
    shop.earning()
    shop.ladder(("30.00", "10"))
    member = make_member(shop, 50)
    variant = shop.product("20.00", ships=False)
    offered = shopper.cart((variant, 2)).total

    # when
    order = staff.draft((variant, 2), email=member.email, channel=shop.channel)
    total = staff.look(order)["total"]["gross"]["amount"]
    before = member.account.points_available
    staff.do("pay", order)

    # then
    earned = member.account.points_available - before
    assert Receipt.objects.get().order_pk
    assert (before, earned) == (50, 40)
    said(text, offered=offered, total=total, earned=f"{earned} points")


def test_an_order_by_staff_is_the_first_once_it_is_paid(
    shop: Shop, shopper: Shopper, staff: Staff
) -> None:
    # given
    benefit = {"type": "PERCENT_OFF", "percent": "50"}
    rule = shop.rule("Welcome", benefit, conditions={"first_order": True})
    variant = shop.product("20.00", ships=False)
    order = staff.draft((variant, 1), email="kim@example.com", channel=shop.channel)
    cart = shopper.cart((variant, 1), email="kim@example.com")
    assert cart.offer(rule)["code"] == "APPLIED"

    # when
    staff.do("pay", order)

    # then
    assert shopper.look(cart).offer(rule)["code"] == "NOT_FIRST_ORDER"


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("KIM@example.com", "NOT_FIRST_ORDER"),
        ("kim+1@example.com", "APPLIED"),
    ],
)
def test_a_tag_in_an_address_makes_somebody_else_of_whoever_orders(
    shop: Shop, shopper: Shopper, email: str, code: str
) -> None:
    # given
    benefit = {"type": "PERCENT_OFF", "percent": "50"}
    rule = shop.rule("Welcome", benefit, conditions={"first_order": True})
    variant = shop.product("20.00", ships=False)
    shopper.buy(shopper.cart((variant, 1), email="kim@example.com"))

    # then
    cart = Shopper().cart((variant, 1), email=email)
    assert cart.offer(rule)["code"] == code


def test_each_tag_in_an_address_signs_up_once_more(shop: Shop) -> None:
    # given
    text = section("points.md", "One mailbox, several accounts")
    shop.points()
    benefit = {"type": "POINTS_FIXED", "points": 50, "occasion": "SIGN_UP"}
    shop.rule("Welcome", benefit, lane="POINTS")

    # when
    emails = ["kim@example.com", "kim+1@example.com", "kim+2@example.com"]
    users = [confirm(register(email)) for email in emails]

    # then
    given = [available(member_account(shop.program.pk, user)) for user in users]
    assert given == [50, 50, 50]
    said(text, each="50 points", all=f"{sum(given)}")


@needs("transactions")
def test_an_order_that_points_paid_for_alone_is_the_first(shop: Shop) -> None:
    # given
    shop.points(most_percent=Decimal(100))
    benefit = {"type": "POINTS_FIXED", "points": 1}
    rule = shop.rule(
        "Welcome", benefit, lane="POINTS", conditions={"first_order": True}
    )
    member = make_member(shop, 2000)
    variant = shop.product("20.00", ships=False)
    cart = member.put_aside(variant, 2000)
    assert (cart.total, cart.offer(rule)["code"]) == (Decimal("0.00"), "APPLIED")

    # when
    member.complete(cart)

    # then
    assert member.cart((variant, 1)).offer(rule)["code"] == "NOT_FIRST_ORDER"


def test_a_banner_that_compares_the_total_asks_for_more_than_a_rule(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    text = section("storefronts.md", "Saleor's own storefront")
    banner = Decimal("75.00")
    shop.ladder(("50.00", "10"))
    rule = shop.free_shipping(str(banner))

    # when
    cart = shopper.cart((shop.product("80.00"), 1))

    # then
    assert cart.offer(rule)["code"] == "AWAITING_DELIVERY_METHOD"
    assert cart.offer(rule)["gap"] is None
    said(text, goods="80.00", threshold=banner, asked=banner - cart.total)
