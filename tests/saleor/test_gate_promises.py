"""What is only promised keeps no price for long, however often it is promised anew."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.payment import models as payment
from saleor.warehouse.models import Stock

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.models import Hold, Pledge, PriceAgreement
from saleor_rewards.programs import update_rule
from saleor_rewards.tasks import end_stale_pledges, release_holds

from .legacy import DummyGateway, refusing
from .limits import needs
from .points import Member, make_member
from .world import Cart, Refused, Shop

pytestmark = pytest.mark.django_db(transaction=True)


def pass_time(ago: timedelta) -> None:
    """Let everything that tells of a time be so much older, and the jobs run."""
    Pledge.objects.update(gate_at=F("gate_at") - ago)
    PriceAgreement.objects.update(created_at=F("created_at") - ago)
    Hold.objects.update(expires_at=F("expires_at") - ago)
    if capabilities.stored_discounts:
        Checkout.objects.update(price_expiration=F("price_expiration") - ago)
        payment.Payment.objects.update(created_at=F("created_at") - ago)
        payment.Transaction.objects.update(created_at=F("created_at") - ago)
        items = payment.TransactionItem.objects
        items.update(modified_at=F("modified_at") - ago)
    else:
        payment.Payment.objects.update(created=F("created") - ago)
        payment.Transaction.objects.update(created=F("created") - ago)
    end_stale_pledges()
    release_holds()


class Ending:
    """A cart of 40.00, of which a rule that ends soon takes 10.00, and points 10.00."""

    def __init__(
        self, shop: Shop, payments: Any = None, *, has_points: bool = True
    ) -> None:
        shop.points(hold_minutes=30)
        self.rule = shop.ladder(("30.00", "25"))
        self.member: Member = make_member(shop, 1000)
        if payments is not None:
            self.member.payments = payments
        self.variant = shop.product("40.00", ships=False)
        self.cart: Cart = (
            self.member.put_aside(self.variant, 1000)
            if has_points
            else self.member.cart((self.variant, 1))
        )
        self.total = self.cart.total

    def end_rule(self) -> None:
        update_rule(self.rule.pk, is_active=False)

    def name_a_card(self) -> None:
        """Promise what the cart cost at first, if Saleor takes it."""
        with suppress(Refused):
            self.member.pay(self.cart, self.total)

    def try_to_order(self) -> None:
        with pytest.raises(Refused):
            self.member.complete(self.cart)

    def assert_nothing_is_kept(self) -> None:
        self.member.look(self.cart)
        assert self.member.bare_total(self.cart) == Decimal("40.00")
        assert not PriceAgreement.objects.exists()
        assert self.member.sums == (1000, 0)


@needs("legacy payments")
def test_a_declined_card_keeps_nothing_however_often_another_is_named(
    shop: Shop, gateway: DummyGateway
) -> None:
    # given
    ending = Ending(shop, gateway, has_points=False)
    with refusing():
        for turn in range(5):
            # when
            ending.name_a_card()
            ending.try_to_order()
            ending.name_a_card()
            if turn == 0:
                ending.end_rule()
            pass_time(timedelta(minutes=9))

    # then
    ending.assert_nothing_is_kept()


@needs("legacy payments")
def test_a_gateway_that_nobody_asks_is_waited_for_once(
    shop: Shop, gateway: DummyGateway
) -> None:
    # given: Saleor looks for goods once the gate let the order through
    ending = Ending(shop, gateway, has_points=False)
    ending.name_a_card()
    Stock.objects.update(quantity=0)

    # when
    for turn in range(5):
        ending.try_to_order()
        if turn == 0:
            ending.end_rule()
        pass_time(timedelta(minutes=9))

    # then
    ending.assert_nothing_is_kept()


@needs("transactions")
def test_promises_made_anew_keep_a_price_no_longer_than_the_first(shop: Shop) -> None:
    # given
    ending = Ending(shop)
    payments = ending.member.payments
    promise = payments.create(ending.cart.id, "pending")
    payments.report(promise, "CHARGE_REQUEST", "20.00", "first")
    ending.member.look(ending.cart)
    assert PriceAgreement.objects.exists()
    ending.end_rule()

    # when
    for turn in range(2):
        pass_time(timedelta(hours=5))
        promise = payments.create(ending.cart.id, f"pending-{turn}")
        payments.report(promise, "CHARGE_REQUEST", "20.00", f"again-{turn}")
        release_holds()

    # then
    assert ending.member.look(ending.cart).total == Decimal("40.00")
    assert ending.member.sums == (1000, 0)


@needs("stored discounts")
@needs("legacy payments")
def test_attempts_to_order_keep_no_price_of_goods(
    shop: Shop, gateway: DummyGateway
) -> None:
    # given
    member = make_member(shop, 1)
    member.payments = gateway
    cart = member.cart((shop.product("40.00", ships=False), 1))
    until = Checkout.objects.get().price_expiration

    # when
    member.pay(cart, cart.total)
    with refusing(), pytest.raises(Refused):
        member.complete(cart)

    # then
    assert Checkout.objects.get().price_expiration <= max(until, timezone.now())
