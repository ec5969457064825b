"""Stripe in front of the shop: signs events and posts them over real HTTP."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from saleor_rewards.models import StripeEvent

from ..stripe_events.build import event
from .points import earning_cart
from .staff import pk_of
from .world import Shop, Shopper

#: The payment, of 50.00, of an order of these tests.
PAID: dict[str, Any] = {"amount": 5000}

SECRET = "whsec_of_the_tests"
PATH = "/plugins/global/rewards/stripe/"


class Answer(NamedTuple):
    """What the shop answered."""

    status: int
    text: str


def signed(body: bytes, secret: str = SECRET, at: int | None = None) -> str:
    """Return the header by which Stripe signs a body at a time."""
    from stripe.webhook import WebhookSignature

    at = int(time.time()) if at is None else at
    signature = WebhookSignature._compute_signature(f"{at}.{body.decode()}", secret)
    return f"t={at},v1={signature}"


@dataclass
class Sender:
    """Stripe, which knows where the shop is."""

    shop_url: str

    def post(
        self, body: bytes, signature: str | None, method: str = "POST", **headers: str
    ) -> Answer:
        """Send one request, signed or not."""
        wanted = {"Content-Type": "application/json; charset=utf-8", **headers}
        if signature is not None:
            wanted["Stripe-Signature"] = signature
        request = Request(f"{self.shop_url}{PATH}", body, wanted, method=method)
        try:
            with urlopen(request, timeout=60) as response:
                return Answer(response.status, response.read().decode())
        except HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode())

    def send(self, document: dict[str, Any], secret: str = SECRET) -> Answer:
        """Send an event as Stripe does."""
        body = json.dumps(document, indent=2).encode()
        return self.post(body, signed(body, secret))

    def tell(self, kind: str, source: dict[str, Any], **changes: Any) -> None:
        """Send an event that the shop has to take."""
        assert self.send(event(kind, source, **changes)) == (200, "Received.")


def pay_by_stripe(shop: Shop, shopper: Shopper, reference: str = "pi_1") -> str:
    """Buy for 50.00, paid by a payment of Stripe's, and return the order's key.

    It earns 90 points.
    """
    cart = earning_cart(shop, shopper)
    shopper.pay(cart, cart.total, reference)
    return pk_of(shopper.complete(cart))


def last_event(event_id: str | None = None) -> tuple[str, str]:
    """What became of an event, or of the last one, and for which order."""
    events = StripeEvent.objects.order_by("-pk")
    if event_id is not None:
        events = events.filter(event_id=event_id)
    event = events[0]
    return event.state, event.order_pk
