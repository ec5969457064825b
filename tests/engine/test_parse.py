"""A definition becomes a rule, or every mistake in it is named by its field."""

from __future__ import annotations

import copy
import json
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given, settings

from saleor_rewards.engine import (
    RuleErrorCode,
    RuleErrors,
    dump_rule,
    parse_rule,
)

from .build import (
    amount_off,
    definition,
    free_shipping,
    ladder,
    percent_off,
    rule,
)
from .strategies import (
    currencies,
    definitions,
    points_definitions,
    referral_definitions,
)

FULL: Any = {
    "lane": "ORDER",
    "priority": 3,
    "exclusive": True,
    "starts_at": "2024-05-01T09:00:00+00:00",
    "ends_at": "2024-06-01T00:00:00+00:00",
    "conditions": {
        "minimum_subtotal": {
            "amounts": {"BHD": "5.000", "JPY": "700", "USD": "50.00"},
            "base": "BEFORE_ITEM_DISCOUNTS",
        },
        "minimum_quantity": 3,
        "products": {"include": ["12"], "exclude": ["7"]},
        "collections": {"include": ["1", "2"]},
        "categories": {"exclude": ["9"]},
        "exclude_sale_items": True,
        "exclude_non_shippable_items": True,
        "countries": ["DE", "PL"],
        "shipping_methods": ["3"],
        "first_order": True,
        "nth_order": {"number": 1, "repeats": True},
        "tiers": ["3", "4"],
        "has_referral": True,
        "weekly_windows": [
            {"weekday": 0, "start": "09:00", "end": "17:00"},
            {"weekday": 6, "start": "20:30", "end": "24:00"},
        ],
    },
    "benefit": {
        "type": "LADDER",
        "steps": [
            {"from": {"BHD": "10.000", "JPY": "0", "USD": "100.00"}, "percent": "5"},
            {
                "from": {"BHD": "30.000", "JPY": "3000", "USD": "300.00"},
                "amount": {"BHD": "4.500", "JPY": "400", "USD": "40.00"},
            },
        ],
        "base": "AFTER_ITEM_DISCOUNTS",
        "cap": {"BHD": "9.000", "JPY": "900", "USD": "90.00"},
    },
}


def errors(found: Any, **values: Any) -> list[tuple[str, str]]:
    """Return code and field of each error."""
    values = {"id": 1, "version": 1, "name": "Rule", **values}
    with pytest.raises(RuleErrors) as caught:
        parse_rule(found, **values)
    return [(error.code.value, error.field) for error in caught.value.errors]


def test_a_definition_with_every_key_comes_back_as_it_went() -> None:
    assert dump_rule(rule(FULL)) == FULL


@settings(max_examples=100, deadline=None)
@given(
    currencies.flatmap(definitions)
    | currencies.flatmap(points_definitions)
    | currencies.flatmap(referral_definitions)
)
def test_every_rule_comes_back_from_its_json_as_it_went(found: Any) -> None:
    # given
    parsed = rule(found)

    # when
    stored = json.loads(json.dumps(dump_rule(parsed)))

    # then
    assert rule(stored) == parsed
    assert hash(rule(stored)) == hash(parsed)
    assert dump_rule(rule(stored)) == stored


def test_defaults_are_the_same_as_keys_left_out_or_null() -> None:
    # given
    bare = {"lane": "ORDER", "benefit": {"type": "PERCENT_OFF", "percent": "10"}}
    nulls: Any = dict.fromkeys(FULL.keys() - bare)
    spelled = {
        **bare,
        "priority": 0,
        "exclusive": False,
        "conditions": dict.fromkeys(FULL["conditions"]),
    }

    # when / then
    assert rule(bare) == rule({**bare, **nulls}) == rule(spelled)
    assert dump_rule(rule(spelled)) == bare


def test_times_become_utc() -> None:
    # given
    found = percent_off("10", starts_at="2024-05-01T09:00:00.5+02:00")

    # when / then
    assert rule(found).starts_at == datetime(
        2024, 5, 1, 7, 0, 0, 500000, tzinfo=timezone.utc
    )


def with_value(path: str, value: Any) -> Any:
    """Return the full definition with another value at a dotted path."""
    found: Any = copy.deepcopy(FULL)
    *parents, last = path.split(".")
    target = found
    for key in parents:
        target = target[int(key)] if isinstance(target, list) else target[key]
    if isinstance(target, list):
        target[int(last)] = value
    else:
        target[last] = value
    return found


STEP = "benefit.steps.1"
MINIMUM = "conditions.minimum_subtotal"
WINDOW = "conditions.weekly_windows.0"

MISTAKES: list[tuple[str, Any, str, str]] = [
    # path, value, code, field (below the path where it begins with a dot)
    ("lane", None, "REQUIRED", ""),
    ("lane", "GIFT", "INVALID_VALUE", ""),
    ("lane", 7, "WRONG_TYPE", ""),
    ("lane", "SHIPPING", "LANE_MISMATCH", "benefit.type"),
    ("colour", "red", "UNKNOWN_KEY", ""),
    ("priority", "1", "WRONG_TYPE", ""),
    ("priority", True, "WRONG_TYPE", ""),
    ("priority", 2**31, "OUT_OF_RANGE", ""),
    ("exclusive", "yes", "WRONG_TYPE", ""),
    ("exclusive", 1, "WRONG_TYPE", ""),
    ("starts_at", "2024-05-01T09:00:00", "INVALID_VALUE", ""),
    ("starts_at", "2024-05-01", "INVALID_VALUE", ""),
    ("starts_at", "2024-02-30T09:00:00Z", "INVALID_VALUE", ""),
    ("starts_at", "0001-01-01T00:00:00+10:00", "INVALID_VALUE", ""),
    ("starts_at", 1714554000, "WRONG_TYPE", ""),
    ("ends_at", "2024-05-01T09:00:00Z", "END_BEFORE_START", ""),
    ("ends_at", "2024-05-01T10:00:00+01:00", "END_BEFORE_START", ""),
    ("conditions", [], "WRONG_TYPE", ""),
    ("conditions.weather", "fine", "UNKNOWN_KEY", ""),
    (MINIMUM, "50.00", "WRONG_TYPE", ""),
    (MINIMUM, {}, "REQUIRED", ".amounts"),
    (f"{MINIMUM}.base", "AFTER_TAX", "INVALID_VALUE", ""),
    (f"{MINIMUM}.amounts", {}, "EMPTY_LIST", ""),
    (f"{MINIMUM}.amounts", "50.00", "WRONG_TYPE", ""),
    (f"{MINIMUM}.amounts.USD", 50, "WRONG_TYPE", ""),
    (f"{MINIMUM}.amounts.USD", 50.0, "WRONG_TYPE", ""),
    (f"{MINIMUM}.amounts.USD", None, "REQUIRED", ""),
    (f"{MINIMUM}.amounts.USD", "fifty", "INVALID_VALUE", ""),
    (f"{MINIMUM}.amounts.USD", "5e1", "INVALID_VALUE", ""),
    (f"{MINIMUM}.amounts.USD", "NaN", "INVALID_VALUE", ""),
    (f"{MINIMUM}.amounts.USD", "٥٠", "INVALID_VALUE", ""),
    (f"{MINIMUM}.amounts.USD", "50.00\n", "INVALID_VALUE", ""),
    (f"{MINIMUM}.amounts.USD", "50.001", "TOO_MANY_DECIMALS", ""),
    (f"{MINIMUM}.amounts.JPY", "700.5", "TOO_MANY_DECIMALS", ""),
    (f"{MINIMUM}.amounts.USD", "0.00", "OUT_OF_RANGE", ""),
    (f"{MINIMUM}.amounts.USD", "-5.00", "OUT_OF_RANGE", ""),
    (f"{MINIMUM}.amounts.USD", "1" * 13, "OUT_OF_RANGE", ""),
    (f"{MINIMUM}.amounts.usd", "5.00", "UNKNOWN_CURRENCY", ""),
    ("conditions.minimum_quantity", 0, "OUT_OF_RANGE", ""),
    ("conditions.minimum_quantity", 1.5, "WRONG_TYPE", ""),
    ("conditions.minimum_quantity", False, "WRONG_TYPE", ""),
    ("conditions.products", ["12"], "WRONG_TYPE", ""),
    ("conditions.products", {}, "REQUIRED", ".include"),
    ("conditions.products.include", [], "EMPTY_LIST", ""),
    ("conditions.products.include", "12", "WRONG_TYPE", ""),
    ("conditions.products.include", [12], "WRONG_TYPE", ".0"),
    ("conditions.products.include", ["12", None], "REQUIRED", ".1"),
    ("conditions.products.include", ["12", " "], "INVALID_VALUE", ".1"),
    ("conditions.products.include", ["12", "12"], "DUPLICATE", ".1"),
    ("conditions.products.exclude", ["12"], "DUPLICATE", ""),
    ("conditions.products.only", ["12"], "UNKNOWN_KEY", ""),
    ("conditions.exclude_sale_items", 1, "WRONG_TYPE", ""),
    ("conditions.exclude_non_shippable_items", "yes", "WRONG_TYPE", ""),
    ("conditions.countries", ["pl"], "INVALID_VALUE", ""),
    ("conditions.countries", [], "EMPTY_LIST", ""),
    ("conditions.shipping_methods", {}, "WRONG_TYPE", ""),
    ("conditions.first_order", "true", "WRONG_TYPE", ""),
    ("conditions.nth_order", 5, "WRONG_TYPE", ""),
    ("conditions.nth_order", {}, "REQUIRED", ".number"),
    ("conditions.nth_order.number", 0, "OUT_OF_RANGE", ""),
    ("conditions.nth_order.number", "5", "WRONG_TYPE", ""),
    ("conditions.nth_order.number", 5, "INVALID_VALUE", "conditions.nth_order"),
    ("conditions.nth_order.repeats", "yes", "WRONG_TYPE", ""),
    ("conditions.nth_order.until", 9, "UNKNOWN_KEY", ""),
    ("conditions.tiers", [], "EMPTY_LIST", ""),
    ("conditions.tiers", "3", "WRONG_TYPE", ""),
    ("conditions.tiers", ["3", "3"], "DUPLICATE", ".1"),
    ("conditions.has_referral", 1, "WRONG_TYPE", ""),
    ("conditions.nth_friend", {"number": 3}, "LANE_MISMATCH", ""),
    ("conditions.weekly_windows", [], "EMPTY_LIST", ""),
    (WINDOW, None, "REQUIRED", ""),
    (f"{WINDOW}.weekday", 7, "OUT_OF_RANGE", ""),
    (f"{WINDOW}.weekday", None, "REQUIRED", ""),
    (f"{WINDOW}.start", "9:00", "INVALID_VALUE", ""),
    (f"{WINDOW}.start", "24:01", "INVALID_VALUE", ""),
    (f"{WINDOW}.start", "09:60", "INVALID_VALUE", ""),
    (f"{WINDOW}.end", "09:00", "END_BEFORE_START", ""),
    (f"{WINDOW}.until", "10:00", "UNKNOWN_KEY", ""),
    (
        "conditions.weekly_windows.1",
        FULL["conditions"]["weekly_windows"][0],
        "DUPLICATE",
        "",
    ),
    ("benefit", None, "REQUIRED", ""),
    ("benefit", "LADDER", "WRONG_TYPE", ""),
    ("benefit.type", None, "REQUIRED", ""),
    ("benefit.type", "GIFT", "UNKNOWN_TYPE", ""),
    ("benefit.type", ["LADDER"], "WRONG_TYPE", ""),
    ("benefit.percent", "5", "UNKNOWN_KEY", ""),
    ("benefit.base", "AFTER_TAX", "INVALID_VALUE", ""),
    ("benefit.cap", "50.00", "WRONG_TYPE", ""),
    ("benefit.cap.USD", "0", "OUT_OF_RANGE", ""),
    ("benefit.steps", None, "REQUIRED", ""),
    ("benefit.steps", [], "EMPTY_LIST", ""),
    ("benefit.steps", {}, "WRONG_TYPE", ""),
    (STEP, None, "REQUIRED", ""),
    (STEP, "5%", "WRONG_TYPE", ""),
    (f"{STEP}.from", None, "REQUIRED", ""),
    (f"{STEP}.from.USD", "-1.00", "OUT_OF_RANGE", ""),
    (f"{STEP}.from.USD", "100.00", "STEPS_OVERLAP", ""),
    (f"{STEP}.from.USD", "99.00", "STEPS_NOT_ASCENDING", ""),
    (f"{STEP}.percent", "5", "DUPLICATE", ""),
    (f"{STEP}.amount", None, "REQUIRED", "benefit.steps.1.percent"),
    (f"{STEP}.amount.USD", "0.00", "OUT_OF_RANGE", ""),
    ("benefit.steps.0.percent", "0", "OUT_OF_RANGE", ""),
    ("benefit.steps.0.percent", "100.0001", "OUT_OF_RANGE", ""),
    ("benefit.steps.0.percent", "5.00001", "TOO_MANY_DECIMALS", ""),
    ("benefit.steps.0.percent", 5, "WRONG_TYPE", ""),
    ("benefit.steps.0.percent", "5%", "INVALID_VALUE", ""),
]


@pytest.mark.parametrize(("path", "value", "code", "field"), MISTAKES)
def test_each_mistake_has_its_code_and_field(
    path: str, value: Any, code: str, field: str
) -> None:
    # given
    expected = path + field if field.startswith(".") or not field else field

    # when
    found = errors(with_value(path, value))

    # then
    assert found == [(code, expected)]


def test_the_list_of_mistakes_shows_every_code() -> None:
    elsewhere = {"MISSING_CURRENCY", "OCCASION_MISMATCH"}
    assert {code for _, _, code, _ in MISTAKES} | elsewhere == {
        code.value for code in RuleErrorCode
    }


@pytest.mark.parametrize(
    ("benefit", "field"),
    [
        ({"type": "PERCENT_OFF"}, "benefit.percent"),
        ({"type": "AMOUNT_OFF"}, "benefit.amounts"),
        ({"type": "POINTS_PER_AMOUNT", "points": 1}, "benefit.per"),
        ({"type": "POINTS_PER_AMOUNT", "per": {"USD": "1.00"}}, "benefit.points"),
        ({"type": "POINTS_MULTIPLIER"}, "benefit.factor"),
        ({"type": "POINTS_FIXED"}, "benefit.points"),
    ],
)
def test_a_benefit_says_what_it_lacks(benefit: Any, field: str) -> None:
    lane = "POINTS" if "POINTS" in benefit["type"] else "ORDER"
    assert errors({"lane": lane, "benefit": benefit}) == [("REQUIRED", field)]


@pytest.mark.parametrize(
    ("lane", "kind", "benefit"),
    [
        ("ORDER", "FREE_SHIPPING", {}),
        ("ITEM", "SHIPPING_PERCENT_OFF", {"percent": "5"}),
        ("ORDER", "SHIPPING_AMOUNT_OFF", {"amounts": {"USD": "5.00"}}),
        ("SHIPPING", "PERCENT_OFF", {"percent": "5"}),
        ("SHIPPING", "AMOUNT_OFF", {"amounts": {"USD": "5.00"}}),
        ("POINTS", "AMOUNT_OFF", {"amounts": {"USD": "5.00"}}),
        ("POINTS", "FREE_SHIPPING", {}),
        ("ORDER", "POINTS_PER_AMOUNT", {"points": 1, "per": {"USD": "1.00"}}),
        ("ITEM", "POINTS_MULTIPLIER", {"factor": "2"}),
        ("SHIPPING", "POINTS_FIXED", {"points": 5}),
        ("POINTS", "REFERRAL_POINTS", {"points": 5}),
        ("ORDER", "REFERRAL_VOUCHER", {"amounts": {"USD": "5.00"}}),
        ("SHIPPING", "REFERRAL_GIFT_CARD", {"amounts": {"USD": "5.00"}}),
        ("REFERRAL", "POINTS_FIXED", {"points": 5}),
        ("REFERRAL", "AMOUNT_OFF", {"amounts": {"USD": "5.00"}}),
    ],
)
def test_goods_shipping_points_and_referrers_each_have_their_own_benefits(
    lane: str, kind: str, benefit: Any
) -> None:
    assert errors(definition(lane, kind, benefit)) == [
        ("LANE_MISMATCH", "benefit.type")
    ]


def test_every_amount_needs_every_currency_that_is_asked_for() -> None:
    # given
    found = ladder(
        ("100.00", "5.00"),
        cap={"USD": "50.00"},
        minimum_subtotal={"amounts": {"USD": "1.00"}},
    )

    # when / then
    assert errors(found, currencies=["USD", "PLN"]) == [
        ("MISSING_CURRENCY", "conditions.minimum_subtotal.amounts.PLN"),
        ("MISSING_CURRENCY", "benefit.steps.0.from.PLN"),
        ("MISSING_CURRENCY", "benefit.steps.0.amount.PLN"),
        ("MISSING_CURRENCY", "benefit.cap.PLN"),
    ]
    assert errors(amount_off("5.00"), currencies={"EUR"}) == [
        ("MISSING_CURRENCY", "benefit.amounts.EUR")
    ]


def test_a_currency_in_one_amount_is_needed_in_all_of_the_rule() -> None:
    # given
    found = free_shipping("50.00")
    found["benefit"]["cap"] = {"PLN": "40.00"}

    # when / then
    assert errors(found) == [
        ("MISSING_CURRENCY", "conditions.minimum_subtotal.amounts.PLN"),
        ("MISSING_CURRENCY", "benefit.cap.USD"),
    ]


def test_a_rule_without_amounts_needs_no_currency() -> None:
    assert parse_rule(
        percent_off("5"), id=1, version=1, name="Rule", currencies={"USD"}
    ).is_configured("JPY")


def test_all_mistakes_are_told_at_once() -> None:
    # given
    found = {
        "lane": "NOWHERE",
        "surprise": 1,
        "conditions": {"minimum_quantity": 0, "countries": ["XX"]},
        "benefit": {"type": "PERCENT_OFF", "percent": "200", "cap": {"USD": "x"}},
    }

    # when / then
    assert errors(found, name=" ") == [
        ("INVALID_VALUE", "name"),
        ("UNKNOWN_KEY", "surprise"),
        ("INVALID_VALUE", "lane"),
        ("OUT_OF_RANGE", "conditions.minimum_quantity"),
        ("INVALID_VALUE", "conditions.countries"),
        ("OUT_OF_RANGE", "benefit.percent"),
        ("INVALID_VALUE", "benefit.cap.USD"),
    ]
