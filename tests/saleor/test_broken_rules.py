"""A stored rule that nobody can read any more takes nothing else with it."""

from __future__ import annotations

from typing import Any

import pytest

from saleor_rewards.models import Rule, Tier
from saleor_rewards.plugin.guard import faults
from saleor_rewards.plugin.rulebook import BROKEN_RULE
from saleor_rewards.programs import bump_version, delete_rule

from .inputs import document, node_id
from .limits import needs
from .merchants import merchant
from .stored_rules import percent_off, stored
from .test_gate_lately import Paying
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

#: What no release of ours would save, and what another one may.
UNREADABLE: list[Any] = [
    ["conditions", "tiers"],
    "conditions",
    5,
    percent_off(conditions=["weekly_windows", "tiers"]),
    percent_off(conditions={"tiers": 5, "weekly_windows": "all"}),
    percent_off(priority=10**400, starts_at="yesterday", ends_at={}),
    {"lane": ["ORDER"], "benefit": {"type": {"type": "LADDER"}, "steps": [[[]]]}},
]


@pytest.fixture(params=UNREADABLE, ids=range(len(UNREADABLE)))
def broken(request: pytest.FixtureRequest, shop: Shop) -> Rule:
    rule = stored(shop.program, request.param)
    bump_version()
    faults.clear()
    return rule


def test_other_rules_and_the_shop_go_on(
    broken: Rule, shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.ladder(("20.00", "50"))

    # when
    cart = shopper.cart((shop.product("10.00", ships=False), 4))
    order = shopper.buy(cart)

    # then
    assert order["total"]["gross"]["amount"] == cart.total == 20
    assert set(faults) <= {BROKEN_RULE}


@needs("transactions")
def test_a_price_that_was_right_a_moment_ago_is_found_all_the_same(
    broken: Rule, shop: Shop
) -> None:
    # given
    paying = Paying(shop)
    delete_rule(paying.rule.pk)

    # when
    paying.pay()

    # then
    paying.assert_ordered_at_20()
    assert set(faults) <= {BROKEN_RULE}


def test_a_merchant_sees_it_and_can_say_it_anew(broken: Rule, shop: Shop) -> None:
    # given
    boss = merchant()
    id = node_id("RewardsRule", broken.pk)
    anew = {
        "lane": "ORDER",
        "priority": None,
        "startsAt": None,
        "endsAt": None,
        "conditions": None,
        "benefit": {"percentOff": {"percent": 5}},
    }

    # when
    (seen,) = boss.ask(document("Rules"), first=9)["rewardsRules"]["edges"]
    renamed = boss.do(document("RuleUpdate"), id=id, input={"name": "New"})
    mended = boss.do(document("RuleUpdate"), id=id, input=anew)

    # then
    assert {one["code"] for one in seen["node"]["warnings"]} == {"UNREADABLE"}
    assert renamed["errors"]
    assert (mended["errors"], mended["warnings"]) == ([], [])


def test_a_level_that_it_may_have_asked_for_can_be_deleted(
    broken: Rule, shop: Shop
) -> None:
    # given
    shop.points()
    Tier.objects.create(program=shop.program, name="Gold", threshold=500)

    # when
    payload = merchant().do(
        document("ProgramUpdate"), channel=shop.channel.slug, input={"tiers": []}
    )

    # then
    assert payload["errors"] == []
    assert not Tier.objects.filter(deleted_at=None).exists()
