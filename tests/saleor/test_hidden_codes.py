"""Shoppers never see our own vouchers, and cannot use their codes."""

from __future__ import annotations

from decimal import Decimal
from typing import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from saleor.checkout.models import Checkout

from saleor_rewards.models import OwnedVoucher

from .limits import needs
from .merchants import DISCOUNTS, ORDERS, Caller, anonymous, app, customer, staff
from .slots import STRAY, code_in, shipped
from .world import HOST, Refused, Shop, Shopper

pytestmark = [pytest.mark.django_db(transaction=True), needs("stored discounts")]

CHECKOUTS = "handle_checkouts"

SLOT = """
voucherCode discount { amount currency } discountName translatedDiscountName
"""
#: What staff read in the Dashboard of whose voucher it is.
NAME = "Rewards: Free shipping"

CART = f"query($id: ID!) {{ checkout(id: $id) {{ {SLOT} }} }}"
ORDER = f"""
query($id: ID!) {{
  order(id: $id) {{
    {SLOT} voucher {{ name }} discounts {{ name type amount {{ amount }} }}
    lines {{ voucherCode unitDiscountReason }}
  }}
}}
"""
BY_STAFF = """
query($id: ID!) { checkout(id: $id) { voucher { name } } }
"""

FREE_SLOT = {
    "voucherCode": None,
    "discount": {"amount": Decimal(0), "currency": "USD"},
    "discountName": None,
    "translatedDiscountName": None,
}
FREE_ORDER = {
    **FREE_SLOT,
    "discount": None,
    "voucher": None,
    "discounts": [],
    "lines": [{"voucherCode": None, "unitDiscountReason": None}],
}


def a_shopper(owner: Caller) -> Shopper:
    return Shopper(token=str(owner.authorization)[len("JWT ") :])


SHOPPERS: dict[str, Callable[[Caller], Caller]] = {
    "anonymous": lambda _owner: anonymous(),
    "owner": lambda owner: owner,
    "other customer": lambda _owner: customer(),
    "app without": lambda _owner: app(),
    "app of a storefront": lambda _owner: app(CHECKOUTS, ORDERS),
    "staff without": lambda _owner: staff(ORDERS),
}
MANAGERS: dict[str, Callable[[], Caller]] = {
    "app": lambda: app(DISCOUNTS),
    "staff": lambda: staff(DISCOUNTS),
}


@pytest.mark.parametrize("who", SHOPPERS)
def test_shoppers_see_a_free_slot_where_our_voucher_is(shop: Shop, who: str) -> None:
    # given
    shop.free_shipping("30.00")
    owner = customer()
    shopper = a_shopper(owner)
    cart = shipped(shop, shopper)
    assert code_in(cart) == OwnedVoucher.objects.get().code
    assert (cart.shipping, cart.total) == (Decimal("0.00"), Decimal("40.00"))
    viewer = SHOPPERS[who](owner)

    # when
    slot = viewer.ask(CART, id=cart.id)["checkout"]
    shopper.buy(cart)
    order = viewer.ask(ORDER, id=HOST.order_of(cart))["order"]

    # then
    assert slot == FREE_SLOT
    assert order == FREE_ORDER


@pytest.mark.parametrize("who", MANAGERS)
def test_who_manages_discounts_sees_our_voucher(
    shop: Shop, shopper: Shopper, who: str
) -> None:
    # given
    shop.free_shipping("30.00")
    cart = shipped(shop, shopper)
    code = OwnedVoucher.objects.get().code
    viewer = MANAGERS[who]()

    # when
    slot = viewer.ask(CART, id=cart.id)["checkout"]
    voucher = viewer.ask(BY_STAFF, id=cart.id)["checkout"]["voucher"]
    shopper.buy(cart)
    order = viewer.ask(ORDER, id=HOST.order_of(cart))["order"]

    # then
    assert (slot["voucherCode"], slot["discountName"]) == (code, NAME)
    assert slot["discount"]["amount"] == Decimal("10.00")
    assert voucher == {"name": NAME}
    assert (order["voucherCode"], order["discountName"]) == (code, NAME)
    assert order["discount"]["amount"] == Decimal("10.00")
    assert order["voucher"] == {"name": NAME}
    assert [row["name"] for row in order["discounts"]] == [NAME]


def test_nobody_else_reads_saleors_own_field_of_the_voucher(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("30.00")
    cart = shipped(shop, shopper)

    # then
    assert all(
        who.is_refused(BY_STAFF, id=cart.id)
        for who in (anonymous(), app(CHECKOUTS), staff(ORDERS))
    )


def test_everybody_sees_a_code_of_the_merchants_as_ever(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    HOST.make_voucher("REWARDS-SPRING", "100", shipping=True)
    cart = shopper.promo(shipped(shop, shopper), "REWARDS-SPRING")

    # when
    slot = anonymous().ask(CART, id=cart.id)["checkout"]
    shopper.buy(cart)
    order = anonymous().ask(ORDER, id=HOST.order_of(cart))["order"]

    # then
    assert slot["voucherCode"] == slot["discountName"] == "REWARDS-SPRING"
    assert slot["discount"]["amount"] == Decimal("10.00")
    assert order["voucherCode"] == order["voucher"]["name"] == "REWARDS-SPRING"
    assert [row["name"] for row in order["discounts"]] == ["REWARDS-SPRING"]


def test_a_code_that_we_lost_is_hidden_as_well(shop: Shop, shopper: Shopper) -> None:
    # given
    HOST.make_voucher(STRAY, "100", shipping=True)
    cart = shipped(shop, shopper)
    Checkout.objects.update(
        voucher_code=STRAY, discount_amount=10, discount_name="Free shipping"
    )

    # then
    assert anonymous().ask(CART, id=cart.id)["checkout"] == FREE_SLOT
    seen = staff(DISCOUNTS).ask(CART, id=cart.id)["checkout"]
    assert seen["voucherCode"] == STRAY


MINE = f"""
{{ me {{
  checkouts(first: 20) {{ edges {{ node {{ {SLOT} }} }} }}
  orders(first: 20) {{ edges {{ node {{ {SLOT} voucher {{ name }} }} }} }}
}} }}
"""


def queries(caller: Caller) -> int:
    with CaptureQueriesContext(connection) as captured:
        caller.ask(MINE)
    return len(captured)


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_list_costs_as_many_queries_as_one(shop: Shop, is_ours: bool) -> None:
    # given
    if is_ours:
        shop.free_shipping("30.00")
    owner = customer()
    shopper = a_shopper(owner)

    def fill() -> None:
        for is_bought in (True, False):
            cart = shipped(shop, shopper)
            assert bool(code_in(cart)) is is_ours
            if is_bought:
                shopper.buy(cart)

    fill()
    queries(owner)
    one = queries(owner)

    # when
    fill()
    fill()

    # then
    assert queries(owner) == one


def test_where_no_code_is_ours_nothing_is_asked_of_the_database(shop: Shop) -> None:
    # given
    HOST.make_voucher("POST", "100", shipping=True)
    owner = customer()
    shopper = a_shopper(owner)
    cart = shipped(shop, shopper)
    queries(owner)
    free = queries(owner)

    # when
    shopper.promo(cart, "POST")

    # then
    assert queries(owner) == free


ADD = """
mutation($id: ID!, $code: String!) {
  checkoutAddPromoCode(id: $id, promoCode: $code) {
    checkout { id } errors { field message code }
  }
}
"""


def changed(code: str, how: str) -> str:
    return {"as it is": code, "small": code.lower(), "blanks": f" {code} "}[how]


@pytest.mark.parametrize("how", ["as it is", "small", "blanks"])
@pytest.mark.parametrize("is_lost", [True, False])
def test_a_typed_code_of_ours_is_one_that_nobody_knows(
    shop: Shop, shopper: Shopper, how: str, is_lost: bool
) -> None:
    # given
    shop.free_shipping("30.00")
    shipped(shop, shopper)
    HOST.make_voucher(STRAY, "100", shipping=True)
    HOST.make_voucher("TEN", "10")
    code = STRAY if is_lost else OwnedVoucher.objects.get().code
    cart = shopper.promo(shipped(shop, shopper, "20.00"), "TEN")
    before = Checkout.objects.filter(pk=cart.pk).values().get()

    # when
    for who in (anonymous(), app(CHECKOUTS), staff(DISCOUNTS)):
        typed = who.do(ADD, id=cart.id, code=changed(code, how))
        unknown = who.do(ADD, id=cart.id, code="NOSUCHCODE")

        # then
        assert typed == unknown
        assert [error["code"] for error in typed["errors"]] == ["INVALID"]
    assert Checkout.objects.filter(pk=cart.pk).values().get() == before
    assert shopper.look(cart).node["voucherCode"] == "TEN"
    assert shopper.look(cart).total == Decimal("28.00")


def test_a_typed_code_of_ours_leaves_our_own_slot_alone(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("30.00")
    cart = shipped(shop, shopper)
    code = OwnedVoucher.objects.get().code

    # when
    with pytest.raises(Refused):
        shopper.promo(cart, code)

    # then
    assert code_in(cart) == code
    assert shopper.look(cart).total == Decimal("40.00")
