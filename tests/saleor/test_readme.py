"""A reader who does what the README says comes to a first point."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from . import merchants
from .inputs import node_id
from .limits import needs
from .world import Shop, Shopper

README = Path(__file__).parents[2] / "README.md"

pytestmark = [pytest.mark.django_db(transaction=True), needs("channels")]


def section() -> str:
    """Return what leads to the first point, for the channel of the tests."""
    text = README.read_text().split("## Your shop's first point")[1]
    return text.split("\n## ")[0]


def test_the_first_point_is_three_documents_away(shop: Shop, shopper: Shopper) -> None:
    # given
    slug = shop.channel.slug
    texts = re.findall(r"```graphql\n(.*?)```", section(), re.DOTALL)
    of_staff, of_shopper = (text.replace("default-channel", slug) for text in texts)
    book = shop.product("25.00")

    # when
    answer = merchants.staff(merchants.DISCOUNTS).ask(of_staff)
    answer.update(shopper.ask(of_shopper, variant=node_id("ProductVariant", book.pk)))

    # then
    assert [payload["errors"] for payload in answer.values()] == [[], [], []]
    rewards = answer["checkoutCreate"]["checkout"]["rewards"]
    assert rewards["points"] == {"earned": 25}
    (offer,) = rewards["offers"]
    assert (offer["name"], offer["state"]) == ("A point for each dollar", "APPLIED")
    assert f'*{offer["state"]}*: "{offer["message"]}"' in section()
