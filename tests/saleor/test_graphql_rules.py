"""Merchants set up programs and rules over HTTP GraphQL."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import graphene
import pytest

import saleor_rewards
from saleor_rewards.models import Program, Rule, RuleVersion
from saleor_rewards.programs import get_or_create_program

from .merchants import Caller, app, merchant
from .world import Shop

pytestmark = pytest.mark.django_db

DOCUMENTS = (
    Path(saleor_rewards.__file__).parent / "graphql" / "operations.graphql"
).read_text(encoding="utf-8")


def document(name: str) -> str:
    """Return one of the ready operations with the fragments that it spreads."""
    parts = re.split(r"\n(?=#|query|mutation|fragment)", DOCUMENTS)
    (wanted,) = [part for part in parts if re.match(rf"(query|mutation) {name}\b", part)]
    fragments = [part for part in parts if part.startswith("fragment")]
    return wanted + "".join(
        part for part in fragments if f"...{part.split()[1]}\n" in wanted
    )


def dollars(amount: Any) -> list[dict[str, Any]]:
    return [{"currency": "USD", "amount": amount}]


def node_id(type_name: str, pk: Any) -> str:
    return graphene.Node.to_global_id(type_name, pk)


def ladder(*steps: tuple[Any, Any]) -> dict[str, Any]:
    return {
        "ladder": {
            "steps": [
                {"from": dollars(threshold), "percent": percent}
                for threshold, percent in steps
            ]
        }
    }


def order_rule(**changes: Any) -> dict[str, Any]:
    """Return the input of a rule that is fine as it is."""
    return {
        "name": "Spend more, save more",
        "lane": "ORDER",
        "benefit": ladder((100, 5), (300, 10)),
        **changes,
    }


@pytest.fixture
def boss(shop: Shop) -> Caller:
    """Somebody who may change the rules of the shop."""
    return merchant()


def create(caller: Caller, shop: Shop, **changes: Any) -> dict[str, Any]:
    return caller.do(
        document("RuleCreate"), channel=shop.channel.slug, input=order_rule(**changes)
    )


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


def test_every_condition_reads_back_with_global_ids(shop: Shop, boss: Caller) -> None:
    # given
    method = node_id("ShippingMethod", shop.shipping_method().pk)
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
        "minimumQuantity": 2,
        "products": {"include": [first], "exclude": [second]},
        "collections": {"include": [collection]},
        "categories": {"exclude": [node_id("Category", outer.pk)]},
        "excludeSaleItems": True,
        "countries": ["DE", "PL"],
        "shippingMethods": [method],
        "firstOrder": True,
        "weeklyWindows": [{"weekday": "FRIDAY", "start": "17:00", "end": "24:00"}],
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


def test_a_rule_for_an_unknown_channel_is_refused(shop: Shop, boss: Caller) -> None:
    # when
    payload = boss.do(document("RuleCreate"), channel="moon", input=order_rule())

    # then
    assert [(error["field"], error["code"]) for error in payload["errors"]] == [
        ("channel", "NOT_FOUND")
    ]


def test_a_programs_settings_are_changed_by_channel_and_by_id(
    shop: Shop, boss: Caller
) -> None:
    # given
    settings = {
        "name": "Main",
        "capPercent": 30.5,
        "timeZone": "Europe/Warsaw",
        "voucherSlot": "WITHHOLD",
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
    _status, answer = boss.send("query($id: ID!) { rewardsRule(id: $id) { id } }", id=id)
    payload = boss.do(document("RuleDelete"), id=id)

    # then
    (error,) = answer["errors"]
    assert error["extensions"]["exception"]["code"] == "GraphQLError"
    assert [(error["field"], error["code"]) for error in payload["errors"]] == [
        ("id", "INVALID_ID")
    ]


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
