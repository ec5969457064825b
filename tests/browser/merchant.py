"""What a member of staff does meanwhile, through the product's own API."""

from __future__ import annotations

import contextlib
import uuid
from functools import lru_cache
from typing import Any, Iterator
from urllib.parse import urlsplit

from demo import documents
from demo.basket import Basket
from demo.client import Client
from demo.program import STAFF, sign_in
from demo.referral import Referrer, referrer_of
from demo.shoppers import ADA, Shopper
from demo.talk import Channel
from demo.talks import talk_with
from demo.visit import Variant, variants_of

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
    talk = talk_with(demo.series)
    return Client(str(address.hostname), int(address.port or 80), talk)


def staff_of(demo: RunningDemo) -> Client:
    return sign_in(shop_of(demo), STAFF)


@lru_cache(maxsize=None)
def channel_of(demo: RunningDemo) -> Channel:
    """Return the channel that the page sells in."""
    staff = staff_of(demo)
    return staff.talk.channels(staff.ask(staff.talk.SHOP))[0]


def new_email() -> str:
    return f"{uuid.uuid4().hex[:12]}@example.com"


def member(demo: RunningDemo, points: int = 0) -> str:
    """Open an account with so many points on it; return its e-mail."""
    email = new_email()
    shop = shop_of(demo)
    shop.ask(shop.talk.REGISTER, input={"email": email, "password": PASSWORD})
    if points:
        staff = staff_of(demo)
        [found] = staff.ask(CUSTOMER, email=email)["customers"]["edges"]
        given: dict[str, Any] = {
            "channel": channel_of(demo).slug,
            "userId": found["node"]["id"],
            "points": points,
            "reason": "A present",
        }
        staff.ask(ADJUST, input=given)
    return email


def signed_in(demo: RunningDemo, email: str) -> Client:
    return sign_in(shop_of(demo), {"email": email, "password": PASSWORD})


@lru_cache(maxsize=None)
def plentiful(demo: RunningDemo) -> Variant:
    """Return something of which there is more than enough."""
    shop = shop_of(demo)
    where = {"channel": channel_of(demo).slug, "country": ADA.country}
    variants = variants_of(shop.ask(shop.talk.PRODUCTS, **where))
    sent = (variant for variant in variants if variant.is_sent)
    return max(sent, key=lambda variant: variant.available)


def buyer(demo: RunningDemo) -> str:
    """Open an account that has bought something; return its e-mail."""
    email = member(demo)
    shop = signed_in(demo, email)
    cart = Basket(shop, channel_of(demo), plentiful(demo).id, email)
    cart.send_to(Shopper("Grace", "Lane", email, f"{email[:12]} Road").address)
    _, _, method = cart.deliveries()[0]
    cart.send_by(method)
    total = cart.look_without()["totalPrice"]["gross"]
    shop.talk.pay(shop, staff_of(demo), cart.id, total)
    cart.ask(shop.talk.COMPLETE)
    return email


def referrer(demo: RunningDemo, email: str) -> Referrer:
    """Return what a member is told of code, link and friends."""
    shop = signed_in(demo, email)
    me = shop.ask(documents.REFERRER, channel=channel_of(demo).slug)["me"]
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
