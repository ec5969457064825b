"""What a member of staff does meanwhile, through the product's own API."""

from __future__ import annotations

import contextlib
import uuid
from typing import Any, Iterator
from urllib.parse import urlsplit

from demo.client import Client
from demo.documents import REGISTER
from demo.program import CHANNEL, LOG_IN, STAFF

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

PASSWORD = "password"


def shop_of(demo: RunningDemo) -> Client:
    address = urlsplit(demo.url)
    return Client(str(address.hostname), int(address.port or 80))


def staff_of(demo: RunningDemo) -> Client:
    shop = shop_of(demo)
    return shop.with_token(shop.ask(LOG_IN, **STAFF)["result"]["token"])


def member(demo: RunningDemo, points: int = 0) -> str:
    """Open an account with so many points on it; return its e-mail."""
    email = f"{uuid.uuid4().hex[:12]}@example.com"
    shop_of(demo).ask(REGISTER, input={"email": email, "password": PASSWORD})
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
