"""What is wrong with an input is told by field and code."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from saleor_rewards.models import Program, Rule, Tier

from .inputs import create, document, dollars, ladder, node_id, order_rule
from .merchants import Caller, merchant
from .world import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(shop: Shop) -> Caller:
    """Somebody who may change the rules of the shop."""
    return merchant()


def test_all_errors_come_at_once_with_the_paths_of_the_input(
    shop: Shop, boss: Caller
) -> None:
    # given
    steps = [
        {"from": dollars(100), "percent": 5},
        {"from": dollars("0.005"), "percent": 101},
    ]

    # when
    payload = create(
        boss,
        shop,
        name=" ",
        conditions={"countries": [], "minimumSubtotal": {"amounts": []}},
        benefit={"ladder": {"steps": steps, "cap": [{"currency": "EUR", "amount": 5}]}},
    )

    # then
    assert payload["rule"] is None
    assert {(error["field"], error["code"]) for error in payload["errors"]} >= {
        ("name", "REQUIRED"),
        ("conditions.countries", "EMPTY_LIST"),
        ("conditions.minimumSubtotal.amounts", "EMPTY_LIST"),
        ("benefit.ladder.steps.1.from.0.amount", "TOO_MANY_DECIMALS"),
        ("benefit.ladder.steps.1.percent", "OUT_OF_RANGE"),
    }
    assert Rule.objects.count() == Program.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"benefit": {}}, "benefit", "REQUIRED"),
        (
            {"benefit": {"freeShipping": {}, "percentOff": {"percent": 5}}},
            "benefit",
            "INVALID_VALUE",
        ),
        ({"benefit": {"freeShipping": {}}}, "benefit.freeShipping", "LANE_MISMATCH"),
        (
            {"benefit": {"amountOff": {"amounts": dollars(5) + dollars(6)}}},
            "benefit.amountOff.amounts.1.currency",
            "DUPLICATE",
        ),
        (
            {"benefit": {"percentOff": {"percent": 5, "cap": [
                {"currency": "EUR", "amount": 5}]}}},
            "benefit.percentOff.cap",
            "MISSING_CURRENCY",
        ),
        (
            {"benefit": {"amountOff": {"amounts": [
                {"currency": "DOLLAR", "amount": 5}]}}},
            "benefit.amountOff.amounts.0.amount",
            "UNKNOWN_CURRENCY",
        ),
        (
            {"benefit": ladder((100, 5), (100, 10))},
            "benefit.ladder.steps.1.from.0.amount",
            "STEPS_OVERLAP",
        ),
        (
            {"startsAt": "2030-01-01T00:00:00Z", "endsAt": "2029-01-01T00:00:00Z"},
            "endsAt",
            "END_BEFORE_START",
        ),
        ({"name": None}, "name", "REQUIRED"),
        ({"isActive": None}, "isActive", "REQUIRED"),
        ({"lane": None}, "lane", "REQUIRED"),
        (
            {"conditions": {"products": {"include": [node_id("Product", 999)]}}},
            "conditions.products.include.0",
            "NOT_FOUND",
        ),
        (
            {"conditions": {"shippingMethods": [node_id("Product", 1)]}},
            "conditions.shippingMethods.0",
            "INVALID_ID",
        ),
        (
            {"conditions": {"nthOrder": {"number": 0}}},
            "conditions.nthOrder.number",
            "OUT_OF_RANGE",
        ),
        (
            {"conditions": {"tiers": [node_id("RewardsTier", 999)]}},
            "conditions.tiers.0",
            "NOT_FOUND",
        ),
        (
            {"conditions": {"tiers": [node_id("RewardsRule", 1)]}},
            "conditions.tiers.0",
            "INVALID_ID",
        ),
        (
            {"lane": "POINTS", "benefit": {"pointsMultiplier": {"factor": 1}}},
            "benefit.pointsMultiplier.factor",
            "OUT_OF_RANGE",
        ),
        (
            {"lane": "POINTS", "benefit": {"pointsPerAmount": {
                "points": 0, "per": dollars(1)}}},
            "benefit.pointsPerAmount.points",
            "OUT_OF_RANGE",
        ),
        (
            {"lane": "POINTS", "benefit": {"pointsPerAmount": {
                "points": 1, "per": dollars("0.001")}}},
            "benefit.pointsPerAmount.per.0.amount",
            "TOO_MANY_DECIMALS",
        ),
        (
            {"lane": "POINTS", "exclusive": True, "benefit": {"pointsFixed": {
                "points": 5}}},
            "exclusive",
            "LANE_MISMATCH",
        ),
        (
            {"lane": "POINTS", "conditions": {"minimumQuantity": 2},
             "benefit": {"pointsFixed": {"points": 5, "occasion": "SIGN_UP"}}},
            "conditions.minimumQuantity",
            "OCCASION_MISMATCH",
        ),
        ({"benefit": {"pointsFixed": {"points": 5}}}, "benefit.pointsFixed",
         "LANE_MISMATCH"),
        (
            {"conditions": {"weeklyWindows": [
                {"weekday": "MONDAY", "start": "25:00", "end": "26:00"}]}},
            "conditions.weeklyWindows.0.start",
            "INVALID_VALUE",
        ),
    ],
)  # fmt: skip
def test_an_error_names_the_field_and_a_code(
    shop: Shop, boss: Caller, changes: dict[str, Any], field: str, code: str
) -> None:
    # when
    payload = create(boss, shop, **changes)

    # then
    assert payload["rule"] is None
    assert (field, code) in {
        (error["field"], error["code"]) for error in payload["errors"]
    }
    assert all(error["message"] for error in payload["errors"])


@pytest.mark.parametrize("gone", [True, False])
def test_a_tier_that_is_gone_or_of_another_program_is_not_found(
    shop: Shop, boss: Caller, gone: bool
) -> None:
    # given
    program = shop.program if gone else Program.objects.create(channel_pk=999)
    deleted_at = timezone.now() if gone else None
    tier = Tier.objects.create(
        program=program, name="Gold", threshold=5, deleted_at=deleted_at
    )

    # when
    conditions = {"tiers": [node_id("RewardsTier", tier.pk)]}
    payload = create(boss, shop, conditions=conditions)

    # then
    assert [(error["field"], error["code"]) for error in payload["errors"]] == [
        ("conditions.tiers.0", "NOT_FOUND")
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (
            {"benefit": ladder(*((number, 5) for number in range(1, 52)))},
            "benefit.ladder.steps",
        ),
        (
            {
                "conditions": {
                    "weeklyWindows": [
                        {"weekday": "MONDAY", "start": "09:00", "end": "10:00"}
                    ]
                    * 201
                }
            },
            "conditions.weeklyWindows",
        ),
    ],
)
def test_a_list_that_is_longer_than_anybody_needs_is_refused_at_once(
    shop: Shop, boss: Caller, changes: dict[str, Any], field: str
) -> None:
    # when
    payload = create(boss, shop, **changes)

    # then
    assert [(error["field"], error["code"]) for error in payload["errors"]] == [
        (field, "TOO_LONG")
    ]


def test_a_rule_for_an_unknown_channel_is_refused(shop: Shop, boss: Caller) -> None:
    # when
    payload = boss.do(document("RuleCreate"), channel="moon", input=order_rule())

    # then
    assert [(error["field"], error["code"]) for error in payload["errors"]] == [
        ("channel", "NOT_FOUND")
    ]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"capPercent": 0}, "capPercent", "OUT_OF_RANGE"),
        ({"capPercent": 100.5}, "capPercent", "OUT_OF_RANGE"),
        ({"capPercent": 1.234}, "capPercent", "TOO_MANY_DECIMALS"),
        ({"timeZone": "Mars/Base"}, "timeZone", "INVALID_VALUE"),
        ({"timeZone": "../../etc/passwd"}, "timeZone", "INVALID_VALUE"),
        ({"timeZone": None}, "timeZone", "INVALID_VALUE"),
        ({"name": "a" * 256}, "name", "TOO_LONG"),
        ({"name": "a\0b"}, "name", "INVALID_VALUE"),
        ({"name": None}, "name", "REQUIRED"),
        ({"isActive": None}, "isActive", "INVALID_VALUE"),
        ({"voucherSlot": None}, "voucherSlot", "INVALID_VALUE"),
        ({"guests": None}, "guests", "INVALID_VALUE"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(
    shop: Shop, boss: Caller, changes: dict[str, Any], field: str, code: str
) -> None:
    # when
    payload = boss.do(
        document("ProgramUpdate"), channel=shop.channel.slug, input=changes
    )

    # then
    assert [(error["field"], error["code"]) for error in payload["errors"]] == [
        (field, code)
    ]
    assert payload["program"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "first: 101",
        "first: -1",
        'first: 1, after: "x"',
        'first: 1, after: "WyJhYmMiXQ=="',
    ],
)
def test_a_page_out_of_bounds_is_refused_in_words(
    shop: Shop, boss: Caller, arguments: str
) -> None:
    # given
    call = f"rewardsRules({arguments})" if arguments else "rewardsRules"

    # when
    status, answer = boss.send(f"{{ {call} {{ edges {{ node {{ id }} }} }} }}")

    # then
    assert status == 200
    assert answer["data"] == {"rewardsRules": None}
    (error,) = answer["errors"]
    assert error["extensions"]["exception"]["code"] == "GraphQLError"


@pytest.mark.parametrize("id", ["", "x", "UmV3YXJkc1J1bGU6eA==", "UHJvZHVjdDox"])
def test_an_id_that_is_none_is_refused_in_words(
    shop: Shop, boss: Caller, id: str
) -> None:
    # when
    _status, answer = boss.send(
        "query($id: ID!) { rewardsRule(id: $id) { id } }", id=id
    )
    payload = boss.do(document("RuleDelete"), id=id)

    # then
    (error,) = answer["errors"]
    assert error["extensions"]["exception"]["code"] == "INVALID_ID"
    assert [(error["field"], error["code"]) for error in payload["errors"]] == [
        ("id", "INVALID_ID")
    ]
