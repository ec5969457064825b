"""Merchants save rules over HTTP GraphQL and read them back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from saleor_rewards.models import Rule, RuleVersion, Tier

from .inputs import create, document, dollars, ladder, node_id
from .merchants import Caller, app, merchant
from .world import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(shop: Shop) -> Caller:
    """Somebody who may change the rules of the shop."""
    return merchant()


def test_a_ladder_is_created_and_reads_back_as_it_was_given(
    shop: Shop, boss: Caller
) -> None:
    # when
    payload = create(boss, shop)

    # then
    assert payload["errors"] == []
    rule = payload["rule"]
    assert rule["name"] == "Spend more, save more"
    assert rule["version"] == 1
    assert rule["lane"] == "ORDER"
    assert rule["isActive"] is True
    assert rule["benefit"]["type"] == "LADDER"
    assert rule["benefit"]["base"] == "AFTER_ITEM_DISCOUNTS"
    assert [
        (step["from"][0]["amount"], step["from"][0]["currency"], step["percent"])
        for step in rule["benefit"]["steps"]
    ] == [(100, "USD", 5), (300, "USD", 10)]
    assert boss.ask(document("Rule"), id=rule["id"])["rewardsRule"].items() >= (
        rule.items()
    )


def test_an_app_creates_a_rule_and_is_named_as_its_author(shop: Shop) -> None:
    # given
    caller = app("manage_discounts")

    # when
    payload = create(caller, shop)

    # then
    assert payload["errors"] == []
    assert RuleVersion.objects.get().created_by.startswith("App:")


#: Conditions that name nothing of the shop.
WITHOUT_IDS = {
    "minimumQuantity": 2,
    "excludeSaleItems": True,
    "excludeNonShippableItems": True,
    "countries": ["DE", "PL"],
    "firstOrder": True,
    "nthOrder": {"number": 1, "repeats": True},
    "hasReferral": True,
    "nthFriend": None,
    "weeklyWindows": [{"weekday": "FRIDAY", "start": "17:00", "end": "24:00"}],
}


def test_every_condition_reads_back_with_global_ids(shop: Shop, boss: Caller) -> None:
    # given
    method = node_id("ShippingMethod", shop.shipping_method().pk)
    gold = Tier.objects.create(program=shop.program, name="Gold", threshold=500)
    tier = node_id("RewardsTier", gold.pk)
    outer, inner = shop.categories("Fruit", "Apples")
    collection = node_id("Collection", shop.collection("Summer").pk)
    first, second = (
        node_id("Product", shop.product(category=inner).product_id) for _ in range(2)
    )
    conditions = {
        "minimumSubtotal": {
            "amounts": dollars("49.99"),
            "base": "BEFORE_ITEM_DISCOUNTS",
        },
        "products": {"include": [first], "exclude": [second]},
        "collections": {"include": [collection]},
        "categories": {"exclude": [node_id("Category", outer.pk)]},
        "shippingMethods": [method],
        "tiers": [tier],
        **WITHOUT_IDS,
    }

    # when
    payload = create(boss, shop, conditions=conditions)

    # then
    assert payload["errors"] == []
    amounts = [{"currency": "USD", "amount": Decimal("49.99")}]
    assert payload["rule"]["conditions"] == {
        **conditions,
        "minimumSubtotal": {"amounts": amounts, "base": "BEFORE_ITEM_DISCOUNTS"},
        "collections": {"include": [collection], "exclude": []},
        "categories": {"include": [], "exclude": [node_id("Category", outer.pk)]},
    }


@pytest.mark.parametrize(
    ("lane", "benefit", "read"),
    [
        ("ORDER", {"percentOff": {"percent": 12.5, "cap": dollars(20)}}, "percent cap"),
        ("ITEM", {"amountOff": {"amounts": dollars(5)}}, "amounts"),
        ("SHIPPING", {"freeShipping": {"cap": dollars(9.5)}}, "cap"),
        ("SHIPPING", {"freeShipping": {}}, ""),
        ("SHIPPING", {"shippingPercentOff": {"percent": 50}}, "percent"),
        ("SHIPPING", {"shippingAmountOff": {"amounts": dollars(3)}}, "amounts"),
    ],
)
def test_each_kind_of_benefit_reads_back(
    shop: Shop, boss: Caller, lane: str, benefit: dict[str, Any], read: str
) -> None:
    # when
    payload = create(boss, shop, lane=lane, benefit=benefit)

    # then
    assert payload["errors"] == []
    (given,) = benefit.values()
    found = payload["rule"]["benefit"]
    assert {key for key in ("percent", "cap", "amounts") if found[key]} == set(
        read.split()
    )
    for key in read.split():
        assert _plain(found[key]) == _plain(given[key])


@pytest.mark.parametrize(
    ("benefit", "read"),
    [
        (
            {"pointsPerAmount": {"points": 3, "per": dollars(1.5)}},
            {"points": 3, "per": dollars(Decimal("1.5"))},
        ),
        ({"pointsMultiplier": {"factor": 2.5}}, {"factor": Decimal("2.5")}),
        ({"pointsFixed": {"points": 50}}, {"points": 50, "occasion": "ORDER"}),
        (
            {"pointsFixed": {"points": 50, "occasion": "BIRTHDAY"}},
            {"points": 50, "occasion": "BIRTHDAY"},
        ),
    ],
)
def test_each_way_to_give_points_reads_back(
    shop: Shop, boss: Caller, benefit: dict[str, Any], read: dict[str, Any]
) -> None:
    # when
    payload = create(boss, shop, lane="POINTS", benefit=benefit)

    # then
    assert payload["errors"] == []
    found = payload["rule"]["benefit"]
    keys = ("points", "per", "factor", "occasion", "percent", "amounts", "base")
    assert {key: found[key] for key in keys if found[key] is not None} == read


@pytest.mark.parametrize(
    ("benefit", "read"),
    [
        ({"referralPoints": {"points": 500}}, {"points": 500}),
        (
            {"referralVoucher": {"amounts": dollars(10), "validDays": 90}},
            {"amounts": dollars(Decimal("10.00")), "validDays": 90},
        ),
        (
            {"referralGiftCard": {"amounts": dollars(10)}},
            {"amounts": dollars(Decimal("10.00"))},
        ),
    ],
)
def test_each_reward_of_a_referrer_reads_back(
    shop: Shop, boss: Caller, benefit: dict[str, Any], read: dict[str, Any]
) -> None:
    # given
    third = {"number": 3, "repeats": False}

    # when
    payload = create(
        boss, shop, lane="REFERRAL", benefit=benefit, conditions={"nthFriend": third}
    )

    # then
    assert payload["errors"] == []
    assert payload["rule"]["conditions"]["nthFriend"] == third
    found = payload["rule"]["benefit"]
    keys = ("points", "amounts", "validDays", "percent", "per", "occasion")
    assert {key: found[key] for key in keys if found[key] is not None} == read


def test_a_reward_of_a_referrer_that_asks_about_a_cart_is_refused(
    shop: Shop, boss: Caller
) -> None:
    # when
    payload = create(
        boss,
        shop,
        lane="REFERRAL",
        exclusive=True,
        benefit={"referralVoucher": {"amounts": dollars(10), "validDays": 0}},
        conditions={"minimumQuantity": 2, "nthFriend": {"number": 0}},
    )

    # then
    assert payload["rule"] is None
    assert {(error["code"], error["field"]) for error in payload["errors"]} == {
        ("OUT_OF_RANGE", "conditions.nthFriend.number"),
        ("OUT_OF_RANGE", "benefit.referralVoucher.validDays"),
        ("LANE_MISMATCH", "exclusive"),
        ("LANE_MISMATCH", "conditions.minimumQuantity"),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [(row["currency"], Decimal(str(row["amount"]))) for row in value]
    return Decimal(str(value))


def test_an_update_keeps_what_is_not_given_and_makes_a_version(
    shop: Shop, boss: Caller
) -> None:
    # given
    conditions = {"minimumQuantity": 3}
    created = create(boss, shop, priority=7, conditions=conditions)["rule"]

    # when
    payload = boss.do(
        document("RuleUpdate"),
        id=created["id"],
        input={"name": "Autumn", "startsAt": "2030-10-01T00:00:00+02:00"},
    )

    # then
    assert payload["errors"] == []
    rule = payload["rule"]
    assert (rule["name"], rule["version"], rule["priority"]) == ("Autumn", 2, 7)
    assert rule["startsAt"] == "2030-09-30T22:00:00+00:00"
    assert rule["conditions"]["minimumQuantity"] == 3
    assert rule["benefit"] == created["benefit"]
    assert [version.number for version in RuleVersion.objects.all()] == [1, 2]


def test_null_takes_a_date_and_all_conditions_away(shop: Shop, boss: Caller) -> None:
    # given
    created = create(
        boss, shop, endsAt="2030-01-01T00:00:00Z", conditions={"minimumQuantity": 3}
    )

    # when
    payload = boss.do(
        document("RuleUpdate"),
        id=created["rule"]["id"],
        input={"endsAt": None, "conditions": None},
    )

    # then
    assert payload["errors"] == []
    assert payload["rule"]["endsAt"] is None
    assert payload["rule"]["conditions"]["minimumQuantity"] is None


def test_switching_a_rule_off_makes_no_version(shop: Shop, boss: Caller) -> None:
    # given
    created = create(boss, shop)["rule"]

    # when
    payload = boss.do(
        document("RuleUpdate"), id=created["id"], input={"isActive": False}
    )

    # then
    assert payload["rule"]["isActive"] is False
    assert payload["rule"]["version"] == 1


def test_a_deleted_rule_is_gone_from_every_list_and_stays_in_the_database(
    shop: Shop, boss: Caller
) -> None:
    # given
    created = create(boss, shop)["rule"]

    # when
    payload = boss.do(document("RuleDelete"), id=created["id"])

    # then
    assert payload == {"rule": {"id": created["id"]}, "errors": []}
    assert boss.ask(document("Rule"), id=created["id"])["rewardsRule"] is None
    assert boss.ask(document("Rules"))["rewardsRules"]["totalCount"] == 0
    program = boss.ask(document("ProgramOfChannel"), channel=shop.channel.slug)
    assert program["rewardsProgram"]["rules"]["edges"] == []
    assert Rule.objects.get().deleted_at is not None
    again = boss.do(document("RuleDelete"), id=created["id"])
    assert [(error["field"], error["code"]) for error in again["errors"]] == [
        ("id", "NOT_FOUND")
    ]


def test_the_lint_warns_of_a_dead_step_at_its_place_in_the_input(
    shop: Shop, boss: Caller
) -> None:
    # when
    payload = create(boss, shop, benefit=ladder((100, 10), (300, 5)))

    # then
    assert payload["errors"] == []
    assert [(warning["code"], warning["field"]) for warning in payload["warnings"]] == [
        ("DEAD_STEP", "benefit.ladder.steps.1")
    ]
    assert [warning["code"] for warning in payload["rule"]["warnings"]] == ["DEAD_STEP"]
