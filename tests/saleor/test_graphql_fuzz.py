"""Bad input is answered in words: every field of every input, every odd value.

The fields are read from the schema, so a field that is added later is tried too.
"""

from __future__ import annotations

import copy
import json
from typing import Any, Iterator

import graphene
import pytest
from graphql import GraphQLEnumType, get_named_type
from saleor.graphql.api import schema

from saleor_rewards.engine import parse_rule
from saleor_rewards.models import RuleVersion

from . import merchants
from .merchants import Caller
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db

LONG = "x" * 10_000
EMOJI = "\N{FACE WITH TEARS OF JOY}"

TEXTS = ["", " ", LONG, "a\0b", "\n", EMOJI, "\u202e", "'; DROP TABLE rule; --", "%s"]
NUMBERS = [
    -1, 0, 0.001, 1e-300, 10**15, 1e22, 1e300, "NaN", "-NaN", "sNaN", "Infinity",
    "1e400", "-1e400", "1e-400", "1" * 5000, "0." + "0" * 5000 + "1", "-0", "0x10",
    "ten", "", " 5 ", "5\0", "\u0661\u0662",
]  # fmt: skip
WHOLES = [-1, 0, 2**31 - 1, -(2**31), 2**31, 10**400, 1.5, "3", True]
TIMES = [
    "", "never", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2030-01-01", "2030-01-01T00:00:00", "2030-02-30T00:00:00Z",
    "2030-01-01T23:59:60Z", "2030-W01-1T00:00:00Z", LONG, "\0", 5,
]  # fmt: skip
OTHERS = [None, [], {}, [None], "", 0, True, ["x"], {"x": 1}]


def ids() -> list[Any]:
    """Return ids that name nothing."""
    made = [
        graphene.Node.to_global_id(*parts)
        for parts in (
            ("Product", 0), ("Product", -1), ("Product", 2**31), ("Product", 10**400),
            ("Product", "x"), ("Product", ""), ("User", 1), ("", ""), (LONG, LONG),
            ("Product", "1\0"), ("Product", "\u0661"), ("app:1", "method"),
        )
    ]  # fmt: skip
    return [*TEXTS, *made, "UHJvZHVjdA==", "=", "====", 12, "UHJv\xff"]


VALUES = {
    "String": TEXTS,
    "ID": ids(),
    "Decimal": NUMBERS,
    "Int": WHOLES,
    "Boolean": ["true", 1, []],
    "DateTime": TIMES,
}

Path = tuple


def paths(type_name: str, value: Any) -> Iterator[tuple[Path, str]]:
    """Yield each field that is filled in, with the name of its type."""
    fields = schema.get_type(type_name).fields
    for name, item in value.items():
        kind = get_named_type(fields[name].type).name
        yield (name,), kind
        nested = item if isinstance(item, list) else [item]
        for index, entry in enumerate(nested):
            at = (name, index) if isinstance(item, list) else (name,)
            if isinstance(item, list):
                yield at, kind
            if isinstance(entry, dict):
                for path, inner in paths(kind, entry):
                    yield at + path, inner


def values(kind: str) -> list[Any]:
    """Return what to try in a field of that type."""
    if isinstance(schema.get_type(kind), GraphQLEnumType):
        return [*OTHERS, "NO_SUCH_CHOICE", LONG]
    return [*VALUES.get(kind, ()), *OTHERS]


def replaced(data: Any, path: Path, value: Any) -> Any:
    """Return a copy with another value at the path."""
    changed = copy.deepcopy(data)
    target = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return changed


def doubled(data: Any, path: Path) -> Any:
    """Return a copy whose list at the path has every entry twice."""
    found = data
    for step in path:
        found = found[step]
    return replaced(data, path, found * 2) if isinstance(found, list) else None


def check_answer(caller: Caller, body: str) -> dict[str, Any] | None:
    """Send it; fail unless the answer is data, or errors with code and field."""
    status, answer = caller.send_body(body)
    assert status in (200, 400), (status, body[:500])
    if status == 400:
        # Saleor's own scalars, or its reading of the body, took it for none.
        assert "data" not in answer, body[:500]
        assert all(error["message"] for error in answer["errors"])
        return None
    assert "errors" not in answer, (answer, body[:500])
    (payload,) = answer["data"].values()
    assert payload is not None, body[:500]
    for error in payload["errors"]:
        assert error["code"] and error["field"] and error["message"], body[:500]
    return payload


def dollars(amount: int) -> list[dict[str, Any]]:
    return [{"currency": "USD", "amount": amount}]


BENEFITS: dict[str, tuple[str, dict[str, Any]]] = {
    "ladder": (
        "ORDER",
        {
            "steps": [
                {"from": dollars(100), "percent": 5},
                {"from": dollars(300), "amount": dollars(40)},
            ],
            "base": "AFTER_ITEM_DISCOUNTS",
            "cap": dollars(50),
        },
    ),
    "percentOff": ("ITEM", {"percent": 5, "cap": dollars(50)}),
    "amountOff": ("ORDER", {"amounts": dollars(5)}),
    "freeShipping": ("SHIPPING", {"cap": dollars(5)}),
    "shippingPercentOff": ("SHIPPING", {"percent": 50, "cap": dollars(5)}),
    "shippingAmountOff": ("SHIPPING", {"amounts": dollars(5)}),
}


def conditions(shop: Shop) -> dict[str, Any]:
    """Return every condition that a rule can have."""
    product = shop.product().product_id
    category, _inner = shop.categories("Fruit", "Apples")

    def only(type_name: str, pk: Any) -> dict[str, Any]:
        return {"include": [graphene.Node.to_global_id(type_name, pk)]}

    method = graphene.Node.to_global_id("ShippingMethod", shop.shipping_method().pk)
    return {
        "minimumSubtotal": {"amounts": dollars(5), "base": "BEFORE_ITEM_DISCOUNTS"},
        "minimumQuantity": 2,
        "products": only("Product", product),
        "collections": only("Collection", shop.collection("Summer").pk),
        "categories": {"exclude": only("Category", category.pk)["include"]},
        "excludeSaleItems": True,
        "countries": ["PL"],
        "shippingMethods": [method],
        "firstOrder": True,
        "weeklyWindows": [{"weekday": "MONDAY", "start": "09:00", "end": "17:00"}],
    }


CREATE = """
mutation($channel: String!, $input: RewardsRuleInput!) {
  rewardsRuleCreate(channel: $channel, input: $input) {
    rule { name conditions { minimumQuantity } benefit { type percent } startsAt }
    warnings { code } errors { field code message }
  }
}
"""


def body_of(document: str, **variables: Any) -> str:
    return json.dumps({"query": document, "variables": variables})


def try_all(caller: Caller, channel: str, fine: dict[str, Any]) -> tuple[int, int]:
    """Try every odd value at every path; return how many were saved and refused."""
    first = check_answer(caller, body_of(CREATE, channel=channel, input=fine))
    assert first is not None
    assert first["errors"] == []
    saved = refused = 0
    for path, kind in paths("RewardsRuleInput", fine):
        tries = [replaced(fine, path, value) for value in values(kind)]
        tries += [twice] if (twice := doubled(fine, path)) else []
        for odd in tries:
            payload = check_answer(caller, body_of(CREATE, channel=channel, input=odd))
            if payload is None or payload["errors"]:
                refused += 1
                assert payload is None or payload["rule"] is None
            else:
                saved += 1
                assert payload["rule"]["benefit"]["type"]
    return saved, refused


def assert_every_saved_rule_can_be_read() -> None:
    for version in RuleVersion.objects.all():
        parse_rule(
            version.definition,
            id=version.rule_id,
            version=version.number,
            name=version.name,
            currencies={"USD"},
        )


@pytest.mark.parametrize("kind", BENEFITS)
def test_odd_values_in_a_benefit_are_answered_in_words(shop: Shop, kind: str) -> None:
    # given
    caller = merchants.merchant()
    lane, benefit = BENEFITS[kind]
    fine = {
        "name": "Rule",
        "isActive": True,
        "lane": lane,
        "priority": 3,
        "exclusive": False,
        "startsAt": "2030-01-01T00:00:00Z",
        "endsAt": "2031-01-01T00:00:00Z",
        "benefit": {kind: benefit},
    }

    # when
    saved, refused = try_all(caller, shop.channel.slug, fine)

    # then
    assert refused > saved > 0
    assert_every_saved_rule_can_be_read()


def test_odd_values_in_the_conditions_are_answered_in_words(shop: Shop) -> None:
    # given
    caller = merchants.merchant()
    fine = {
        "name": "Rule",
        "lane": "ORDER",
        "benefit": {"percentOff": {"percent": 5}},
        "conditions": conditions(shop),
    }

    # when
    saved, refused = try_all(caller, shop.channel.slug, fine)

    # then
    assert refused > saved > 0
    assert_every_saved_rule_can_be_read()


def test_the_inputs_that_are_tried_fill_in_every_field_of_the_schema(
    shop: Shop,
) -> None:
    # given
    tried = {
        "RewardsRuleInput": {"name", "isActive", "lane", "priority", "exclusive",
                             "startsAt", "endsAt", "benefit", "conditions"},
        "RewardsBenefitInput": set(BENEFITS),
        "RewardsConditionsInput": set(conditions(shop)),
    }  # fmt: skip
    for kind, (_lane, benefit) in BENEFITS.items():
        field = schema.get_type("RewardsBenefitInput").fields[kind]
        tried[get_named_type(field.type).name] = set(benefit)

    # then
    for type_name, fields in tried.items():
        assert fields == set(schema.get_type(type_name).fields), type_name


PROGRAM = """
mutation($channel: String!, $input: RewardsProgramInput!) {
  rewardsProgramUpdate(channel: $channel, input: $input) {
    program { name capPercent timeZone voucherSlot isActive }
    errors { field code message }
  }
}
"""


def test_odd_values_in_a_programs_settings_are_answered_in_words(shop: Shop) -> None:
    # given
    caller = merchants.merchant()
    fine = {
        "name": "Main",
        "isActive": True,
        "capPercent": 30,
        "timeZone": "Europe/Warsaw",
        "voucherSlot": "WITHHOLD",
    }
    assert set(fine) == set(schema.get_type("RewardsProgramInput").fields)

    # when
    for path, kind in paths("RewardsProgramInput", fine):
        for value in values(kind):
            odd = replaced(fine, path, value)
            body = body_of(PROGRAM, channel=shop.channel.slug, input=odd)
            payload = check_answer(caller, body)

            # then
            assert payload is None or bool(payload["errors"]) is (
                payload["program"] is None
            )


TRY = """
mutation($input: RewardsRuleTestInput!) {
  rewardsRuleTest(input: $input) {
    rewards { savings { amount } offers { message state } }
    errors { field code message }
  }
}
"""


def test_odd_values_in_a_trial_are_answered_in_words(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    caller = merchants.merchant()
    rule = shop.ladder(("30.00", "10"))
    fine = {
        "checkoutId": shopper.cart((shop.product(), 4)).id,
        "at": "2030-01-01T00:00:00Z",
        "ruleId": graphene.Node.to_global_id("RewardsRule", rule.pk),
        "rule": {"name": "Draft"},
    }

    # when
    for path, kind in paths("RewardsRuleTestInput", fine):
        for value in values(kind):
            odd = replaced(fine, path, value)
            payload = check_answer(caller, body_of(TRY, input=odd))

            # then
            assert payload is None or bool(payload["errors"]) is (
                payload["rewards"] is None
            )
    for value in ids():
        order = {"orderId": value}
        payload = check_answer(caller, body_of(TRY, input=order))
        assert payload is None or payload["errors"]


@pytest.mark.parametrize(
    "number",
    ["NaN", "Infinity", "-Infinity", "1e400", "1" * 5000, "1e-400", "-0"],
    ids=lambda number: number[:10],
)
def test_numbers_that_json_knows_and_money_does_not_are_answered_in_words(
    shop: Shop, number: str
) -> None:
    # given
    caller = merchants.merchant()
    rule = {
        "name": "Rule",
        "lane": "ORDER",
        "benefit": {"amountOff": {"amounts": dollars(12345)}},
    }
    body = body_of(CREATE, channel=shop.channel.slug, input=rule)

    # when
    payload = check_answer(caller, body.replace("12345", number))

    # then
    assert payload is None or payload["errors"]


@pytest.mark.parametrize(
    "number",
    ["1e400", "1" * 5000, "-1", "0", '"NaN"', "NaN"],
    ids=lambda number: number[:10],
)
def test_numbers_inside_a_document_are_answered_in_words(
    shop: Shop, number: str
) -> None:
    # given
    document = """
    mutation {
      rewardsRuleCreate(channel: "%s", input: {name: "Rule", lane: ORDER,
        benefit: {amountOff: {amounts: [{currency: "USD", amount: %s}]}}}) {
        rule { name } errors { field code message }
      }
    }
    """ % (shop.channel.slug, number)

    # when
    payload = check_answer(merchants.merchant(), body_of(document))

    # then
    assert payload is None or payload["errors"]


@pytest.mark.parametrize(
    "text", [text for text in TEXTS if text], ids=lambda text: ascii(text)[:12]
)
def test_odd_channels_and_searches_find_nothing(shop: Shop, text: str) -> None:
    # given
    caller = merchants.merchant()
    shop.ladder(("30.00", "10"))

    # when
    found = caller.ask(
        "query($text: String!) { rewardsProgram(channel: $text) { id } "
        "rewardsRules(first: 1, filter: {channel: $text}) { totalCount } }",
        text=text,
    )
    searched = caller.ask(
        "query($text: String!) "
        "{ rewardsRules(first: 1, filter: {search: $text}) { totalCount } }",
        text=text,
    )

    # then
    assert found == {"rewardsProgram": None, "rewardsRules": {"totalCount": 0}}
    assert searched["rewardsRules"]["totalCount"] in (0, 1)


def test_a_list_of_ten_thousand_ids_is_answered_in_words(shop: Shop) -> None:
    # given
    made = [graphene.Node.to_global_id("Product", pk) for pk in range(10_000)]
    rule = {
        "name": "Rule",
        "lane": "ORDER",
        "benefit": {"percentOff": {"percent": 5}},
        "conditions": {"products": {"include": made}},
    }
    body = body_of(CREATE, channel=shop.channel.slug, input=rule)

    # when
    payload = check_answer(merchants.merchant(), body)

    # then
    assert payload is not None
    assert {error["code"] for error in payload["errors"]} == {"NOT_FOUND"}
