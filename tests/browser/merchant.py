"""What a member of staff does meanwhile, through the product's own API."""

from __future__ import annotations

import contextlib
import uuid
from functools import lru_cache
from typing import Any, Iterator
from urllib.parse import urlsplit

from demo import documents
from demo.client import Client
from demo.program import CHANNEL, LOG_IN, STAFF
from demo.referral import Referrer, referrer_of
from demo.shoppers import COUNTRY, Shopper
from demo.visit import GATEWAY, Variant, variants_of

from .running import RunningDemo

RULES = """
query Rules($name: String!) {
  rewardsRules(first: 1, filter: { search: $name }) { edges { node { id } } }
}"""

SWITCH = """
mutation Switch($id: ID!, $isActive: Boolean!) {
  result: rewardsRuleUpdate(id: $id, input: { isActive: $isActive }) {
    errors { field message }
  }
}"""


CUSTOMER = """
query Customer($email: String!) {
  customers(first: 1, filter: { search: $email }) { edges { node { id } } }
}"""

ADJUST = """
mutation Adjust($input: RewardsPointsAdjustInput!) {
  result: rewardsPointsAdjust(input: $input) { errors { field message } }
}"""

REFERRAL = """
query Referral($email: String!) {
  rewardsReferrals(first: 1, filter: { search: $email }) {
    edges { node { id verdict state reviewAskedAt } }
  }
}"""

DECIDE = """
mutation Decide($id: ID!, $verdict: RewardsReferralVerdict!) {
  result: rewardsReferralReview(id: $id, verdict: $verdict, reason: "We asked them") {
    errors { field message }
  }
}"""

PASSWORD = "password"


def shop_of(demo: RunningDemo) -> Client:
    address = urlsplit(demo.url)
    return Client(str(address.hostname), int(address.port or 80))


def staff_of(demo: RunningDemo) -> Client:
    shop = shop_of(demo)
    return shop.with_token(shop.ask(LOG_IN, **STAFF)["result"]["token"])


def new_email() -> str:
    return f"{uuid.uuid4().hex[:12]}@example.com"


def member(demo: RunningDemo, points: int = 0) -> str:
    """Open an account with so many points on it; return its e-mail."""
    email = new_email()
    shop_of(demo).ask(documents.REGISTER, input={"email": email, "password": PASSWORD})
    if points:
        staff = staff_of(demo)
        [found] = staff.ask(CUSTOMER, email=email)["customers"]["edges"]
        given: dict[str, Any] = {
            "channel": CHANNEL,
            "userId": found["node"]["id"],
            "points": points,
            "reason": "A present",
        }
        staff.ask(ADJUST, input=given)
    return email


def signed_in(demo: RunningDemo, email: str) -> Client:
    shop = shop_of(demo)
    given = {"email": email, "password": PASSWORD}
    return shop.with_token(shop.ask(LOG_IN, **given)["result"]["token"])


@lru_cache(maxsize=None)
def plentiful(demo: RunningDemo) -> Variant:
    """Return something of which there is more than enough."""
    data = shop_of(demo).ask(documents.PRODUCTS, country=COUNTRY)
    return max(variants_of(data), key=lambda variant: variant.available)


def buyer(demo: RunningDemo) -> str:
    """Open an account that has bought something; return its e-mail."""
    email = member(demo)
    shop = signed_in(demo, email)
    lines = [{"variantId": plentiful(demo).id, "quantity": 1}]
    given = {"email": email, "lines": lines}
    cart = shop.ask(documents.CREATE, input=given)["result"]["checkout"]
    address = Shopper("Grace", "Lane", email, f"{email[:12]} Road").address
    shop.ask(documents.ADDRESSES, id=cart["id"], address=address)
    found = shop.ask(documents.PLAIN_CART, token=cart["token"])["checkout"]
    method = found["availableShippingMethods"][0]["id"]
    shop.ask(documents.DELIVERY, id=cart["id"], method=method)
    found = shop.ask(documents.PLAIN_CART, token=cart["token"])["checkout"]
    total = found["totalPrice"]["gross"]["amount"]
    payment = {"gateway": GATEWAY, "token": "before", "amount": total}
    shop.ask(documents.PAY, id=cart["id"], input=payment)
    shop.ask(documents.COMPLETE, id=cart["id"])
    return email


def referrer(demo: RunningDemo, email: str) -> Referrer:
    """Return what a member is told of code, link and friends."""
    shop = signed_in(demo, email)
    me = shop.ask(documents.REFERRER, channel=CHANNEL)["me"]
    return referrer_of(me["rewards"]["referral"])


def referral(demo: RunningDemo, email: str) -> dict[str, Any]:
    """Return the last friend with that address, as staff see them."""
    found = staff_of(demo).ask(REFERRAL, email=email)["rewardsReferrals"]["edges"]
    node: dict[str, Any] = found[0]["node"]
    return node


def decide(demo: RunningDemo, email: str, verdict: str) -> None:
    """Let staff say whether a friend counts."""
    found = referral(demo, email)["id"]
    staff_of(demo).ask(DECIDE, id=found, verdict=verdict)


@contextlib.contextmanager
def stopped(demo: RunningDemo, name: str) -> Iterator[None]:
    """Switch a rule off for the time of the block."""
    staff = staff_of(demo)
    found = staff.ask(RULES, name=name)["rewardsRules"]["edges"]
    rule = found[0]["node"]["id"]
    staff.ask(SWITCH, id=rule, isActive=False)
    try:
        yield
    finally:
        staff.ask(SWITCH, id=rule, isActive=True)
