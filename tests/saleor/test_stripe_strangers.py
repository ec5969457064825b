"""Nobody draws another one's refund or dispute to an order, or away from one."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.host.current import host
from saleor_rewards.models import StripeCharge

from ..stripe_events.build import charge, dispute
from .legacy import DummyGateway
from .limits import needs
from .points import earned, earning_cart
from .staff import pk_of
from .stripe_sender import PAID, SECRET, Sender, last_event, pay_by_stripe
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

#: Saleor's own gateway, or the shop's payment app.
CHARGING = "mirumee.payments.stripe"
APP = "tests.payments"


def points_of_orders() -> dict[str, int]:
    """Return what each order earns now."""
    from saleor_rewards.models import Settlement

    return dict(Settlement.objects.values_list("order_pk", "points_earned"))


def pay_a_victims_order(shop: Shop, shopper: Shopper) -> str:
    """Buy for 50.00 through Stripe itself, as ``pi_1``."""
    order_pk = pay_by_stripe(shop, shopper, "pi_1")
    if not capabilities.transactions:
        from saleor.payment.models import Payment

        Payment.objects.filter(order_id=order_pk).update(gateway=CHARGING)
    return order_pk


def buy_with_a_token(shop: Shop, token: str) -> str:
    """Buy for 50.00 through another gateway, with a token that the shopper chose."""
    stranger = Shopper(payments=DummyGateway())
    cart = earning_cart(shop, stranger)
    stranger.pay(cart, cart.total, token)
    return pk_of(stranger.complete(cart))


@pytest.fixture
def strict(shop: Shop, stripe: Sender) -> Sender:
    """Stripe, in a shop whose dummy gateway has nothing to do with it."""
    shop.stripe(SECRET, gateways=APP if capabilities.transactions else "")
    return stripe


@needs("legacy payments")
@pytest.mark.parametrize("is_first", [True, False])
def test_a_token_that_a_shopper_chose_neither_draws_nor_diverts_a_dispute(
    shop: Shop, shopper: Shopper, strict: Sender, is_first: bool
) -> None:
    # given
    if is_first:
        strangers = buy_with_a_token(shop, "pi_1")
        victims = pay_a_victims_order(shop, shopper)
    else:
        victims = pay_a_victims_order(shop, shopper)
        strangers = buy_with_a_token(shop, "pi_1")
    before = points_of_orders()

    # when
    strict.tell("charge.dispute.created", dispute(amount=2500))

    # then
    assert last_event() == ("done", victims)
    assert points_of_orders() == {**before, victims: earned("25")}
    assert before[strangers] == 90


@needs("legacy payments")
def test_a_payment_of_another_gateway_is_no_payment_of_stripes(
    shop: Shop, strict: Sender
) -> None:
    # given
    order_pk = buy_with_a_token(shop, "pi_1")

    # when
    strict.tell("charge.dispute.created", dispute(amount=2500))

    # then
    assert last_event() == ("unmatched", "")
    assert points_of_orders() == {order_pk: 90}


@needs("legacy payments")
def test_what_a_gateway_refused_is_no_payment(shop: Shop, strict: Sender) -> None:
    from saleor.payment.models import Payment

    # given
    order_pk = buy_with_a_token(shop, "pi_2")
    payment = Payment.objects.get(order_id=order_pk)
    Payment.objects.filter(pk=payment.pk).update(gateway=CHARGING, token="pi_1")
    payment.transactions.update(token="pi_1", is_success=False)

    # then
    assert host.orders_paid_by(["pi_1", "pi_2"], []) == {}
    payment.transactions.update(is_success=True)
    assert host.orders_paid_by(["pi_1"], []) == {"pi_1": {order_pk}}


def test_a_payment_that_several_orders_name_touches_none_and_is_said_in_the_log(
    shop: Shop, shopper: Shopper, stripe: Sender, caplog: Any
) -> None:
    # given
    first = pay_by_stripe(shop, shopper, "pi_1")
    second = pay_by_stripe(shop, Shopper(), "pi_1")

    # when
    with caplog.at_level(logging.WARNING, "saleor_rewards"):
        stripe.tell("charge.dispute.created", dispute(amount=2500), id="evt_two")

    # then
    assert last_event() == ("ignored", "")
    assert not StripeCharge.objects.exists()
    assert points_of_orders() == {first: 90, second: 90}
    told = [record.getMessage() for record in caplog.records]
    assert "REWARDS_STRIPE_AMBIGUOUS: evt_two is about several orders" in told


@pytest.mark.parametrize("told", ["charge", "intent"])
def test_a_charge_stays_with_its_order_whatever_is_paid_by_its_name_later(
    shop: Shop, shopper: Shopper, stripe: Sender, told: str
) -> None:
    # given
    first = pay_by_stripe(shop, shopper, "pi_1")
    stripe.tell("charge.succeeded", charge(**PAID))
    second = pay_by_stripe(shop, Shopper(), "pi_1")

    # when
    thing = dispute(amount=2500)
    if told == "intent":
        thing = charge(**{**PAID, "amount_refunded": 2500})
    stripe.tell(
        "charge.refunded" if told == "intent" else "charge.dispute.created", thing
    )

    # then
    assert last_event() == ("done", first)
    assert points_of_orders() == {first: earned("25"), second: 90}
