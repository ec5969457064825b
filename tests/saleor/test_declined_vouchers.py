"""Shoppers who take our voucher off, and those with a code of their own beside it."""

from __future__ import annotations

from decimal import Decimal

import graphene
import pytest
from saleor.discount.models import Voucher

from saleor_rewards.models import CheckoutVoucherSlot
from saleor_rewards.tasks import forget_evidence

from .limits import needs
from .merchants import anonymous
from .slots import STRAY, code_in, shipped
from .world import HOST, Shop, Shopper

pytestmark = [pytest.mark.django_db(transaction=True), needs("stored discounts")]

ORDER = """
query($id: ID!) { order(id: $id) { voucherCode discounts { name } } }
"""
REMOVE = """
mutation($id: ID, $token: UUID, $code: String, $codeId: ID) {
  checkoutRemovePromoCode(
    id: $id, token: $token, promoCode: $code, promoCodeId: $codeId
  ) {
    checkout { totalPrice { gross { amount } } } errors { field message code }
  }
}
"""


def voucher_id(code: str) -> str:
    voucher = Voucher.objects.get(codes__code=code)
    return graphene.Node.to_global_id("Voucher", voucher.pk)


@pytest.mark.parametrize("is_by_id", [True, False])
@pytest.mark.parametrize("is_by_token", [True, False])
def test_who_takes_our_code_off_pays_the_same_without_it(
    shop: Shop, shopper: Shopper, is_by_id: bool, is_by_token: bool
) -> None:
    # given
    rule = shop.free_shipping("30.00")
    cart = shipped(shop, shopper)
    code = str(code_in(cart))
    name = {"codeId": voucher_id(code)} if is_by_id else {"code": code}
    where = {"token": cart.node["token"]} if is_by_token else {"id": cart.id}

    # when
    answer = anonymous().do(REMOVE, **where, **name)

    # then
    assert answer["errors"] == []
    total = answer["checkout"]["totalPrice"]["gross"]["amount"]
    assert total == Decimal("40.00")
    assert code_in(cart) is None
    seen = shopper.look(cart)
    assert (seen.shipping, seen.total) == (Decimal("10.00"), Decimal("40.00"))
    assert seen.offer(rule)["state"] == "APPLIED"

    # when
    pear = shop.product("5.00")
    cart = shopper.put(shopper.add(cart, pear, 1), pear, 2)

    # then
    assert code_in(cart) is None
    assert cart.total == Decimal("50.00")
    order = shopper.buy(cart)
    assert order["total"]["gross"]["amount"] == Decimal("50.00")


def test_taking_off_what_is_not_in_the_slot_changes_nothing(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("30.00")
    HOST.make_voucher("TEN", "10")
    HOST.make_voucher(STRAY, "100", shipping=True)
    cart = shipped(shop, shopper)
    code = str(code_in(cart))

    # when
    for name in (
        {"code": "TEN"},
        {"code": STRAY},
        {"code": "NOSUCHCODE"},
        {"codeId": voucher_id("TEN")},
        {"codeId": voucher_id(STRAY)},
        {"codeId": "Vm91Y2hlcjp4"},
        {"code": code, "codeId": voucher_id(code)},
        {"code": "TEN", "codeId": voucher_id(code)},
    ):
        assert anonymous().do(REMOVE, id=cart.id, **name)["errors"]

    # then
    assert code_in(cart) == code
    assert not CheckoutVoucherSlot.objects.exists()


def test_who_takes_a_code_of_their_own_off_has_our_voucher_again(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("30.00")
    HOST.make_voucher("TEN", "10")
    cart = shipped(shop, shopper)
    code = code_in(cart)

    # when
    cart = shopper.promo(cart, "TEN")
    assert code_in(cart) == "TEN"
    cart = shopper.unpromo(cart, "TEN")

    # then
    assert (code_in(cart), cart.total) == (code, Decimal("40.00"))
    assert not CheckoutVoucherSlot.objects.exists()


def test_who_takes_our_code_off_keeps_what_lines_cannot_carry(
    shop: Shop, shopper: Shopper
) -> None:
    # given: 4.00 are left of the goods, and shipping costs 10.00
    shop.free_shipping("30.00")
    shop.ladder(("30.00", "90"))
    cart = shipped(shop, shopper)
    assert cart.total == Decimal("4.00")
    code = str(code_in(cart))

    # when
    cart = shopper.unpromo(cart, code)

    # then
    assert cart.total == Decimal("4.00")

    # when: more goods can carry it
    cart = shopper.add(cart, shop.product("200.00"), 1)

    # then
    assert code_in(cart) is None
    assert cart.total == Decimal("24.00")
    assert shopper.buy(cart)["total"]["gross"]["amount"] == Decimal("24.00")


def test_a_paid_cart_costs_the_same_whatever_is_taken_off(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("30.00")
    cart = shipped(shop, shopper)
    shopper.pay(cart, cart.total)

    # when
    cart = shopper.unpromo(cart, str(code_in(cart)))

    # then
    assert cart.total == Decimal("40.00")
    order = shopper.complete(cart)
    assert order["total"]["gross"]["amount"] == Decimal("40.00")


def test_a_code_of_the_shoppers_own_works_beside_free_shipping(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    rule = shop.free_shipping("30.00")
    HOST.make_voucher("SAVE20", "20")
    cart = shipped(shop, shopper)
    assert (cart.total, cart.node["voucherCode"]) == (Decimal("40.00"), None)

    # when: the code field is free, so it is typed
    cart = shopper.promo(cart, "SAVE20")

    # then: both are worth more than one of them, which leaves 40.00 or 42.00
    assert cart.node["voucherCode"] == "SAVE20"
    assert cart.total < Decimal("40.00")
    assert cart.offer(rule)["state"] == "APPLIED"

    # when
    cart = shopper.add(cart, shop.product("10.00"), 1)

    # then: one of them leaves 50.00
    assert cart.node["voucherCode"] == "SAVE20"
    assert cart.total < Decimal("50.00")

    # when
    order = shopper.buy(cart)

    # then
    assert order["total"]["gross"]["amount"] == cart.total
    seen = anonymous().ask(ORDER, id=HOST.order_of(cart))["order"]
    assert seen["voucherCode"] == "SAVE20"
    assert [row["name"] for row in seen["discounts"]] == ["SAVE20"]


def test_a_code_of_the_shoppers_own_works_where_ours_was_declined(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("30.00")
    HOST.make_voucher("SAVE20", "20")
    cart = shipped(shop, shopper)
    cart = shopper.unpromo(cart, str(code_in(cart)))

    # when
    cart = shopper.promo(cart, "SAVE20")

    # then
    assert cart.total < Decimal("40.00")

    # when
    cart = shopper.unpromo(cart, "SAVE20")

    # then
    assert (code_in(cart), cart.total) == (None, Decimal("40.00"))


def test_what_was_declined_is_kept_as_long_as_its_cart(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("30.00")
    carts = [shipped(shop, shopper) for _ in range(2)]
    open_, bought = (shopper.unpromo(cart, str(code_in(cart))) for cart in carts)

    # when
    shopper.buy(bought)
    forget_evidence()

    # then
    assert CheckoutVoucherSlot.objects.get().checkout_token == open_.pk
