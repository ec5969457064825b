"""Refunds that Stripe tells of take their share of an order's points, and no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from saleor.payment import ChargeStatus
from saleor.payment.models import Payment

from saleor_rewards.orders.stripe_work import due_events, work_off

from ..stripe_events.build import NOON, charge, refund
from .points import available, earned, earning_cart, reconcile_all
from .staff import Staff, pk_of
from .stripe_sender import PAID, Sender, last_event, pay_by_stripe
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_refund_made_at_stripe_takes_its_share_of_the_points(
    shop: Shop, shopper: Shopper, stripe: Sender
) -> None:
    # given
    order_pk = pay_by_stripe(shop, shopper)

    # when
    stripe.tell("charge.refunded", charge(**PAID, amount_refunded=2000))

    # then
    assert last_event() == ("done", order_pk)
    assert available() == earned("20")
    assert reconcile_all() == 0


def test_a_refund_that_saleor_made_itself_counts_once(
    shop: Shop, shopper: Shopper, stripe: Sender
) -> None:
    # given
    cart = earning_cart(shop, shopper)
    shopper.pay(cart, cart.total, "pi_1")
    order = shopper.complete(cart)
    Staff().refund(order, "20.00")

    # then
    for refunded, left in ((2000, "20"), (1000, "20"), (3000, "30")):
        stripe.tell(
            "charge.refunded",
            charge(**PAID, amount_refunded=refunded),
            created=NOON + refunded,
        )
        assert available() == earned(left)
    assert last_event() == ("done", pk_of(order))


def test_an_order_that_was_paid_anew_has_its_points_again(
    shop: Shop, shopper: Shopper, stripe: Sender
) -> None:
    # given
    cart = earning_cart(shop, shopper)
    shopper.pay(cart, cart.total, "pi_1")
    order = shopper.complete(cart)
    Staff().refund(order, "50.00")
    stripe.tell("charge.refunded", charge(**PAID, amount_refunded=5000))
    assert available() == 0

    # when
    Payment.objects.create(
        order_id=pk_of(order),
        gateway="cash",
        charge_status=ChargeStatus.FULLY_CHARGED,
        total=50,
        captured_amount=50,
        currency="USD",
    )

    # then
    assert reconcile_all() == 1
    assert available() == 90
    assert reconcile_all() == 0


def test_a_refund_that_failed_gives_back_what_it_took(
    shop: Shop, shopper: Shopper, stripe: Sender
) -> None:
    # given
    pay_by_stripe(shop, shopper)
    stripe.tell("charge.refunded", charge(**PAID, amount_refunded=3000))
    assert available() == earned("30")

    # when
    stripe.tell("refund.failed", refund(), created=NOON + 60)

    # then
    assert available() == 90


def test_a_refund_whose_charge_nobody_named_waits_for_it(
    shop: Shop, shopper: Shopper, stripe: Sender
) -> None:
    # given
    pay_by_stripe(shop, shopper)
    stripe.tell("refund.failed", refund(charge=None), id="evt_early", created=NOON + 60)
    assert last_event()[0] == "unmatched"

    # when
    stripe.tell("charge.refunded", charge(**PAID, amount_refunded=3000))
    for event_pk in due_events(timezone.now() + timedelta(minutes=2), 10):
        work_off(event_pk, timezone.now())

    # then
    assert last_event("evt_early")[0] == "done"
    assert available() == 90
