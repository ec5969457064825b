"""Whoever paid the total that they were shown gets their order, whatever begins."""

from __future__ import annotations

from decimal import Decimal
from typing import Callable

import pytest
from saleor.order.models import Order

from saleor_rewards.checkout import service
from saleor_rewards.models import Hold, PriceAgreement, Receipt
from saleor_rewards.programs import update_rule

from .limits import needs
from .points import Member, make_member, reconcile_all
from .world import Shop

pytestmark = [pytest.mark.django_db(transaction=True), needs("transactions")]


class Paid:
    """A cart of 40.00 with 10.00 off, and 10.00 paid by points, paid unnoticed."""

    def __init__(self, shop: Shop) -> None:
        shop.points()
        self.shop = shop
        self.member: Member = make_member(shop, 1000)
        self.rule = shop.ladder(("30.00", "25"))
        self.cart = self.member.put_aside(shop.product("40.00", ships=False), 1000)
        assert self.cart.total == Decimal("20.00")

    def give(self, percent: str) -> None:
        benefit = {"type": "PERCENT_OFF", "percent": percent}
        definition = dict(self.rule.current.definition, benefit=benefit)
        update_rule(self.rule.pk, definition=definition)


def another_begins(paid: Paid) -> None:
    paid.shop.ladder(("20.00", "50"))


def it_gives_more(paid: Paid) -> None:
    paid.give("50")


@pytest.fixture
def paid(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Paid:
    found = Paid(shop)
    with monkeypatch.context() as patch:
        patch.delattr(service, "refresh")
        found.member.pay(found.cart, Decimal("20.00"))
    assert not PriceAgreement.objects.exists()
    return found


@pytest.mark.parametrize("begin", [another_begins, it_gives_more])
def test_a_paid_cart_becomes_an_order_at_the_total_that_it_showed(
    paid: Paid, begin: Callable[[Paid], None]
) -> None:
    # given
    begin(paid)

    # when
    paid.member.complete(paid.cart)

    # then
    order = Order.objects.get()
    assert order.total_gross_amount == order.total_charged_amount == Decimal("20.00")
    receipt = Receipt.objects.get(order_pk=str(order.pk))
    kinds = sorted((e["type"], e.get("amount")) for e in receipt.effects)
    assert ("LINE_DISCOUNT", 1000) in kinds
    assert ("POINTS_DISCOUNT", 1000) in kinds
    assert (receipt.points_redeemed, receipt.is_corrected) == (1000, True)
    assert Hold.objects.get().points_captured == 1000
    reconcile_all()
    assert paid.member.sums == (0, 0)


def test_who_looks_again_before_ordering_gets_what_began(paid: Paid) -> None:
    # given
    paid.shop.ladder(("20.00", "50"))
    assert paid.member.look(paid.cart).total == Decimal("10.00")

    # when
    paid.member.complete(paid.cart)

    # then
    assert Order.objects.get().total_gross_amount == Decimal("10.00")
    assert not Receipt.objects.get().is_corrected
