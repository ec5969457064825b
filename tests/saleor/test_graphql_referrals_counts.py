"""What the API tells of referrals takes as many queries for one as for many."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from saleor_rewards.models import ReferralDecision

from . import merchants
from .friends import code_for, switch_on
from .inputs import document
from .members import bring, listed, make_member, pay_out
from .merchants import Caller
from .orders import make_order
from .world import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who looks after customers, in a shop that takes friends."""
    switch_on(shop)
    return merchants.staff(merchants.USERS)


def queries(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def fill(shop: Shop, members: int) -> list[Caller]:
    """Let so many members bring friends who bring rewards, each with all there is."""
    made = [make_member() for _ in range(members)]
    for member in made:
        friend = make_member()
        referral = bring(
            shop,
            member,
            code=code_for(shop, member.user),
            referee_user_pk=friend.user.pk,
            order_pk=str(make_order(friend.user).pk),
            signals=[["SAME_IP", 25]],
        )
        pay_out(shop, referral, "points", 5)
        ReferralDecision.objects.create(
            referral=referral, verdict="allow", at=timezone.now()
        )
    return made


def test_a_page_of_referrals_takes_as_many_queries_for_one_as_for_many(
    shop: Shop, clerk: Caller
) -> None:
    # given
    fill(shop, 1)
    listed(clerk)
    for_one = queries(lambda: listed(clerk))

    # when
    fill(shop, 5)
    for_many = queries(lambda: listed(clerk))

    # then
    assert len(listed(clerk)) == 6
    assert for_many == for_one


def test_a_list_of_members_takes_as_many_queries_for_one_as_for_many(
    shop: Shop, clerk: Caller
) -> None:
    # given
    fragment = document("MyReferral")
    fragment = fragment[fragment.index("fragment Referrer") :]
    query = (
        "query($channel: String!) { customers(first: 50) { edges { node { rewards "
        "{ referral(channel: $channel) { ...Referrer } } } } } }\n" + fragment
    )

    def look() -> list[Any]:
        found = clerk.ask(query, channel=shop.channel.slug)["customers"]["edges"]
        return [edge["node"]["rewards"]["referral"] for edge in found]

    fill(shop, 1)
    look()
    for_one = queries(look)

    # when
    fill(shop, 5)
    for_many = queries(look)

    # then
    assert sum(member["uses"] for member in look()) == 6
    assert for_many == for_one
