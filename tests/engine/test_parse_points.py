"""Definitions of rules that give points: read, refused by field, and written back."""

from __future__ import annotations

from typing import Any

import pytest

from saleor_rewards.engine import dump_rule

from .build import fixed, multiplier, per_amount, rule
from .test_parse import FULL, errors


@pytest.mark.parametrize(
    ("found", "code", "field"),
    [
        (per_amount(0), "OUT_OF_RANGE", "benefit.points"),
        (per_amount("1"), "WRONG_TYPE", "benefit.points"),  # type: ignore[arg-type]
        (per_amount(1, "0.00"), "OUT_OF_RANGE", "benefit.per.USD"),
        (per_amount(1, "0.001"), "TOO_MANY_DECIMALS", "benefit.per.USD"),
        (multiplier("1"), "OUT_OF_RANGE", "benefit.factor"),
        (multiplier("100.01"), "OUT_OF_RANGE", "benefit.factor"),
        (multiplier("1.005"), "TOO_MANY_DECIMALS", "benefit.factor"),
        (multiplier(2), "WRONG_TYPE", "benefit.factor"),  # type: ignore[arg-type]
        (multiplier("2x"), "INVALID_VALUE", "benefit.factor"),
        (fixed(0), "OUT_OF_RANGE", "benefit.points"),
        (fixed(5, "EASTER"), "INVALID_VALUE", "benefit.occasion"),
        (fixed(5, exclusive=True), "LANE_MISMATCH", "exclusive"),
    ],
)
def test_each_mistake_in_a_rule_that_gives_points_has_its_code_and_field(
    found: Any, code: str, field: str
) -> None:
    assert errors(found) == [(code, field)]


@pytest.mark.parametrize("occasion", ["SIGN_UP", "BIRTHDAY"])
def test_an_occasion_without_a_cart_can_ask_for_nothing_but_dates_and_tiers(
    occasion: str,
) -> None:
    # given
    asked = dict(FULL["conditions"])
    allowed = {"tiers": asked.pop("tiers"), "ends_at": FULL["ends_at"]}

    # when / then
    assert rule(fixed(5, occasion, **allowed, first_order=False)).conditions.tiers
    for key, value in asked.items():
        expected = [("OCCASION_MISMATCH", f"conditions.{key}")]
        assert errors(fixed(5, occasion, **{key: value}), currencies=()) == expected


@pytest.mark.parametrize(
    "benefit",
    [
        {
            "type": "POINTS_PER_AMOUNT",
            "points": 3,
            "per": {"JPY": "100", "USD": "1.50"},
        },
        {"type": "POINTS_MULTIPLIER", "factor": "2.5"},
        {"type": "POINTS_FIXED", "points": 50, "occasion": "BIRTHDAY"},
    ],
)
def test_a_benefit_of_points_comes_back_as_it_went(benefit: Any) -> None:
    found = {"lane": "POINTS", "benefit": benefit}
    assert dump_rule(rule(found)) == found


def test_points_are_for_an_order_unless_another_occasion_is_given() -> None:
    assert rule(fixed(5)) == rule(fixed(5, "ORDER"))
