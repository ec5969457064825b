"""What a member of staff does meanwhile, through the product's own API."""

from __future__ import annotations

import contextlib
from typing import Iterator
from urllib.parse import urlsplit

from demo.client import Client
from demo.program import LOG_IN, STAFF

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


@contextlib.contextmanager
def stopped(demo: RunningDemo, name: str) -> Iterator[None]:
    """Switch a rule off for the time of the block."""
    address = urlsplit(demo.url)
    shop = Client(str(address.hostname), int(address.port or 80))
    staff = shop.with_token(shop.ask(LOG_IN, **STAFF)["result"]["token"])
    found = staff.ask(RULES, name=name)["rewardsRules"]["edges"]
    rule = found[0]["node"]["id"]
    staff.ask(SWITCH, id=rule, isActive=False)
    try:
        yield
    finally:
        staff.ask(SWITCH, id=rule, isActive=True)
