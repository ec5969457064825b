"""Several documents in one request: each is answered with what is so after those before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from saleor_rewards.plugin.guard import faults

from .inputs import document
from .merchants import Caller
from .points import Member, make_member
from .test_ended_holds import ACCOUNT, POINTS
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def batch(member: Member, *operations: tuple[str, dict[str, Any]]) -> list[Any]:
    """Send operations in one request; return the data of each."""
    body = [{"query": query, "variables": variables} for query, variables in operations]
    _status, answers = Caller(f"JWT {member.token}").send_body(json.dumps(body))
    return [answer["data"] for answer in answers]


def test_a_query_of_a_batch_tells_what_the_mutations_before_it_did(
    shop: Shop, settings: Any
) -> None:
    # given a Saleor that takes batches, as only an older one does by itself
    settings.GRAPHQL_BATCH_MAX_COUNT = 9
    shop.points()
    member = make_member(shop, 300)
    cart = member.cart((shop.product("40.00", ships=False), 1))
    account, points = (ACCOUNT, {}), (POINTS, {"token": cart.pk})
    aside = document("PointsRedeem"), {"checkoutId": cart.id, "points": 100}
    back = document("PointsRelease"), {"checkoutId": cart.id}
    faults.clear()

    # when
    told = batch(member, account, points, aside, account, points, back, account, points)

    # then
    held = [told[n]["me"]["rewards"]["accounts"][0]["held"] for n in (0, 3, 6)]
    spent = [told[n]["checkout"]["rewards"]["points"]["redeemed"] for n in (1, 4, 7)]
    assert held == spent == [0, 100, 0]
    assert not faults
