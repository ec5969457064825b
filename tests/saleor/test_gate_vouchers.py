"""Shoppers' own codes at the gate: what a refusal gives back, and what points do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from saleor_rewards.models import Receipt, Settlement
from saleor_rewards.programs import update_rule

from .inputs import document
from .legacy import DummyGateway
from .limits import needs
from .merchants import app
from .points import Member, make_member
from .world import HOST, Cart, Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def single_use(code: str) -> Any:
    """Hand out a code of 10 % that works once."""
    voucher = HOST.make_voucher(code, "10")
    voucher.usage_limit = 1
    voucher.save()
    return voucher


def uses(voucher: Any) -> int:
    return int(HOST.uses_of_voucher(voucher.pk).get().used)


class RefusedCart:
    """A cart of 40.00 with a code, refused at the gate once as its offer ended."""

    def __init__(self, shop: Shop, shopper: Shopper, code: str) -> None:
        self.shopper = shopper
        rule = shop.ladder(("30.00", "25"))
        cart = shopper.cart((shop.product("40.00", ships=False), 1))
        cart = shopper.promo(cart, code)
        assert cart.total == Decimal("27.00")
        shopper.pay(cart, cart.total)
        update_rule(rule.pk, is_active=False)
        with pytest.raises(Refused):
            shopper.complete(cart)
        self.cart = cart

    def buy(self) -> dict[str, Any]:
        return self.shopper.buy(self.shopper.look(self.cart))


@pytest.fixture
def by_gateway(shopper: Shopper, gateway: DummyGateway) -> Shopper:
    """A shopper who pays by Saleor's older kind of payments."""
    shopper.payments = gateway
    return shopper


def total_of(order: dict[str, Any]) -> Decimal:
    return Decimal(str(order["total"]["gross"]["amount"]))


@needs("legacy payments")
def test_a_refused_order_has_not_used_its_code(shop: Shop, by_gateway: Shopper) -> None:
    # given
    voucher = single_use("ONCE")

    # when
    refused = RefusedCart(shop, by_gateway, "ONCE")

    # then
    assert uses(voucher) == 0

    # when
    order = refused.buy()

    # then
    assert total_of(order) == Decimal("36.00")
    assert uses(voucher) == 1
    other = Shopper()
    with pytest.raises(Refused):
        other.promo(other.cart((shop.product("40.00", ships=False), 1)), "ONCE")


@needs("legacy payments")
def test_a_code_that_was_exchanged_after_a_refusal_counts_for_itself(
    shop: Shop, by_gateway: Shopper
) -> None:
    # given
    first, second = single_use("FIRST"), single_use("SECOND")
    refused = RefusedCart(shop, by_gateway, "FIRST")

    # when
    by_gateway.unpromo(refused.cart, "FIRST")
    by_gateway.promo(refused.cart, "SECOND")
    order = refused.buy()

    # then
    assert total_of(order) == Decimal("36.00")
    assert (uses(first), uses(second)) == (0, 1)


CREATE_ORDER = """
mutation($id: ID!) {
  orderCreateFromCheckout(id: $id) {
    order { id total { gross { amount } } } errors { field message code }
  }
}
"""


@needs("transactions")
def test_an_app_is_told_of_a_refusal_by_a_code_that_it_knows(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    voucher = single_use("ONCE")
    rule = shop.ladder(("30.00", "25"))
    cart = shopper.cart((shop.product("40.00", ships=False), 1))
    cart = shopper.promo(cart, "ONCE")
    update_rule(rule.pk, is_active=False)
    program = app("handle_checkouts")

    # when
    refused = program.do(CREATE_ORDER, id=cart.id)
    placed = program.do(CREATE_ORDER, id=cart.id)

    # then
    assert [error["code"] for error in refused["errors"]] == ["VOUCHER_NOT_APPLICABLE"]
    assert "has ended" in refused["errors"][0]["message"]
    assert placed["errors"] == []
    assert total_of(placed["order"]) == Decimal("36.00")
    assert uses(voucher) == 1


@needs("price hooks")
def test_a_code_and_points_agree_on_the_total_at_each_step(shop: Shop) -> None:
    # given
    shop.points()
    member = make_member(shop, 1000)
    HOST.make_voucher("TEN", "10")
    variant = shop.product("33.33", ships=False)
    cart = member.cart((variant, 1), email=member.email)
    steps: list[Decimal] = []

    # when
    def step(work: Any) -> Cart:
        work()
        seen = member.look(cart)
        assert member.bare_total(cart) == seen.total
        steps.append(seen.total)
        return seen

    step(lambda: member.promo(cart, "TEN"))
    step(lambda: redeem(member, cart))
    step(lambda: member.do(document("PointsRelease"), checkoutId=cart.id))
    step(lambda: member.unpromo(cart, "TEN"))
    step(lambda: redeem(member, cart))
    step(lambda: member.promo(cart, "TEN"))
    step(lambda: member.do(document("PointsRelease"), checkoutId=cart.id))
    last = step(lambda: redeem(member, cart))
    order = member.buy(last)

    # then
    worth = "30.00 21.00 30.00 33.33 23.33 21.00 30.00 21.00"
    assert steps == [Decimal(text) for text in worth.split()]
    assert total_of(order) == Decimal("21.00")
    receipt = Receipt.objects.get()
    assert (receipt.points_redeemed, receipt.is_corrected) == (1000, False)
    assert Settlement.objects.get().points_spent == 1000
    assert member.sums == (0, 0)


def redeem(member: Member, cart: Cart) -> None:
    member.do(document("PointsRedeem"), checkoutId=cart.id, points=1000)
