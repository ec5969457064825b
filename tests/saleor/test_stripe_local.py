"""A server that stands in for Stripe takes a payment and tells the shop of it itself."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from django.utils import timezone

from saleor_rewards.models import ReferralPolicy, StripeCharge, StripeEvent
from saleor_rewards.orders.stripe_work import replay

from ..stripe_events.build import dispute
from .local_stripe import PYTHON, LocalStripe, running
from .points import available, earned
from .stripe_sender import PATH, SECRET, Sender, pay_by_stripe
from .world import Shop, Shopper

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not PYTHON, reason="The server in Stripe's place is not here."),
]

SECONDS = 30


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalStripe]:
    """A server of the test's own, as it sends an event a second after what happened."""
    with running(tmp_path) as found:
        yield found


@pytest.fixture
def told(shop: Shop, stripe: Sender, local: LocalStripe) -> LocalStripe:
    """The server, which sends the shop in test mode what happens."""
    shop.stripe(SECRET, test_mode=True)
    local.send_events_to(f"{stripe.shop_url}{PATH}", SECRET)
    return local


def wait_for(work: Callable[[], Any]) -> Any:
    """Return what ``work`` finds, once it finds something."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = work()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it never came")


def arrived(intent: dict[str, Any]) -> StripeEvent:
    """Return the event of a payment intent, once the server sent it."""
    events = StripeEvent.objects.filter(kind="payment_intent.succeeded")
    charge_id = intent["latest_charge"]["id"]
    return wait_for(
        events.filter(document__charge__charge_id=charge_id)
        .exclude(state="received")
        .first
    )


def tell_of_charge(sender: Sender, local: LocalStripe, charge_id: str) -> None:
    """Send what the server has of a charge, of which it tells nobody itself."""
    charge = local.ask(f"/v1/charges/{charge_id}")
    method = local.ask(f"/v1/payment_methods/{charge['payment_method']}")
    details = {"type": "card", "card": method["card"]}
    sender.tell(
        "charge.refunded",
        {**charge, "payment_method_details": details},
        livemode=charge["livemode"],
        created=int(time.time()),
    )


def test_a_payment_and_its_refunds_and_disputes_reach_the_order(
    shop: Shop, shopper: Shopper, stripe: Sender, told: LocalStripe
) -> None:
    # given
    intent = told.pay(5000)
    order_pk = pay_by_stripe(shop, shopper, intent["id"])
    charge_id = intent["latest_charge"]["id"]

    # when
    event = arrived(intent)
    replay(event, timezone.now())

    # then
    event.refresh_from_db()
    assert (event.state, event.order_pk, event.is_live) == ("done", order_pk, False)
    charge = StripeCharge.objects.get()
    assert (charge.charge_id, charge.amount, charge.order_pk) == (
        (charge_id, 5000, order_pk)
    )
    assert available() == 90

    # when
    told.ask("/v1/refunds", payment_intent=intent["id"], amount=1500)
    tell_of_charge(stripe, told, charge_id)

    # then
    assert available() == earned("15")
    opened = dispute(charge=charge_id, payment_intent=intent["id"], amount=3500)
    for kind, status, left in (
        ("created", "needs_response", 0),
        ("closed", "won", earned("15")),
    ):
        stripe.tell(
            f"charge.dispute.{kind}",
            {**opened, "status": status},
            livemode=False,
            created=int(time.time()) + (status == "won"),
        )
        assert available() == left


def test_the_same_card_is_the_same_hash_in_two_orders(
    shop: Shop, shopper: Shopper, stripe: Sender, told: LocalStripe
) -> None:
    # given
    ReferralPolicy.objects.create(program=shop.program, is_active=True)

    # when
    intents = []
    for _ in range(2):
        intent = told.pay(5000)
        intents.append(intent)
        pay_by_stripe(shop, shopper, intent["id"])
        tell_of_charge(stripe, told, intent["latest_charge"]["id"])

    # then what the server sends by itself changes nothing, and is not still on its way
    assert all(map(arrived, intents))
    digests = StripeCharge.objects.values_list("card_digest", flat=True)
    assert len(digests) == 2
    assert len(set(digests)) == 1
    assert len(digests[0]) == 64


def test_a_server_with_another_secret_gets_nothing_in(
    stripe: Sender, told: LocalStripe, tmp_path: Path
) -> None:
    # given
    told.send_events_to(f"{stripe.shop_url}{PATH}", "whsec_another")

    # when
    told.pay(5000)

    # then
    log = tmp_path / "localstripe.log"
    wait_for(lambda: "failed with response code 400" in log.read_text())
    assert not StripeEvent.objects.exists()


def test_a_server_in_test_mode_never_touches_a_live_shop(
    shop: Shop, shopper: Shopper, stripe: Sender, told: LocalStripe
) -> None:
    # given
    shop.stripe(SECRET)
    intent = told.pay(5000)
    pay_by_stripe(shop, shopper, intent["id"])

    # then
    assert arrived(intent).state == "ignored"
    assert not StripeCharge.objects.exists()
