"""Merchants set up programs and look through their rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from saleor_rewards.programs import get_or_create_program

from .inputs import create, document, node_id
from .merchants import Caller, merchant
from .world import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(shop: Shop) -> Caller:
    """Somebody who may change the rules of the shop."""
    return merchant()


def test_a_programs_settings_are_changed_by_channel_and_by_id(
    shop: Shop, boss: Caller
) -> None:
    # given
    settings = {
        "name": "Main",
        "capPercent": 30.5,
        "timeZone": "Europe/Warsaw",
        "voucherSlot": "WITHHOLD",
        "guests": "SIGNED_IN",
        "isActive": False,
    }

    # when
    payload = boss.do(
        document("ProgramUpdate"), channel=shop.channel.slug, input=settings
    )

    # then
    assert payload["errors"] == []
    program = payload["program"]
    assert program.items() >= {**settings, "capPercent": Decimal("30.5")}.items()
    changed = boss.do(
        "mutation($id: ID!) { rewardsProgramUpdate(id: $id, input: {isActive: true}) "
        "{ program { isActive capPercent version } errors { field code } } }",
        id=program["id"],
    )
    assert changed["errors"] == []
    assert changed["program"] == {
        "isActive": True,
        "capPercent": Decimal("30.5"),
        "version": program["version"] + 1,
    }


def test_rules_come_in_pages(shop: Shop, boss: Caller) -> None:
    # given
    names = [f"Rule {number}" for number in range(5)]
    for name in names:
        create(boss, shop, name=name)

    # when
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        page = boss.ask(document("Rules"), first=2, after=cursor)["rewardsRules"]
        seen += [edge["node"]["name"] for edge in page["edges"]]
        cursor = page["pageInfo"]["endCursor"]

    # then
    assert seen == names
    assert page["totalCount"] == 5
    assert page["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"search": "ship"}, ["Shipping"]),
        ({"lane": "ORDER"}, ["Ladder", "Off"]),
        ({"isActive": False}, ["Off"]),
        ({"channel": "moon"}, []),
        ({"search": "\0"}, ["Ladder", "Off", "Shipping"]),
    ],
)
def test_rules_are_filtered(
    shop: Shop, boss: Caller, wanted: dict[str, Any], names: list[str]
) -> None:
    # given
    create(boss, shop, name="Ladder")
    create(boss, shop, name="Off", isActive=False)
    create(boss, shop, name="Shipping", lane="SHIPPING", benefit={"freeShipping": {}})

    # when
    found = boss.ask(document("Rules"), filter=wanted)["rewardsRules"]

    # then
    assert [edge["node"]["name"] for edge in found["edges"]] == names


def test_a_program_is_found_by_channel_only_once_it_is_made(
    shop: Shop, boss: Caller
) -> None:
    # given
    query = document("ProgramOfChannel")
    assert boss.ask(query, channel=shop.channel.slug)["rewardsProgram"] is None

    # when
    program = get_or_create_program(shop.channel.pk)

    # then
    found = boss.ask(query, channel=shop.channel.slug)["rewardsProgram"]
    assert found["id"] == node_id("RewardsProgram", program.pk)
    (edge,) = boss.ask(document("Programs"))["rewardsPrograms"]["edges"]
    assert (edge["node"]["channel"], edge["node"]["currency"]) == (
        shop.channel.slug,
        "USD",
    )


def test_a_page_of_programs_reads_all_rules_in_one_query(
    shop: Shop, boss: Caller, django_assert_max_num_queries: Any
) -> None:
    # given
    for number in range(3):
        create(boss, shop, name=f"Rule {number}")
    query = (
        "{ rewardsPrograms(first: 10) { edges { node { channel "
        "rules(first: 10) { edges { node { name program { name } } } } } } } }"
    )

    # when
    with django_assert_max_num_queries(12):
        found = boss.ask(query)

    # then
    (program,) = found["rewardsPrograms"]["edges"]
    assert len(program["node"]["rules"]["edges"]) == 3
