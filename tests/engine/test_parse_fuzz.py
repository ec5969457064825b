"""Whatever JSON comes: a rule, or errors by field, and never anything else."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.engine import RuleErrorCode, RuleErrors, dump_rule, parse_rule

from .build import rule
from .test_parse import FULL

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value inside a JSON value."""
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    return [path, *(p for key, item in items for p in paths(item, (*path, key)))]


PATHS = paths(FULL)[1:]


def rule_or_errors(found: Any) -> None:
    """Parse; any exception but RuleErrors fails the test."""
    errors: Any = None
    try:
        parsed = parse_rule(found, id=1, version=1, name="Rule", currencies={"USD"})
    except RuleErrors as caught:
        errors = caught.errors
    if errors is None:
        assert dump_rule(rule(dump_rule(parsed))) == dump_rule(parsed)
    else:
        assert errors
        assert all(isinstance(error.code, RuleErrorCode) for error in errors)
        assert all(error.message for error in errors)


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_any_json_is_a_rule_or_errors(found: Any) -> None:
    rule_or_errors(found)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PATHS), json_values)
def test_any_json_in_any_place_is_a_rule_or_errors(
    path: tuple[Any, ...], value: Any
) -> None:
    # given
    found: Any = copy.deepcopy(FULL)
    target = found
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value

    # when / then
    rule_or_errors(found)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PATHS), st.sampled_from(PATHS))
def test_values_of_one_field_in_another_are_a_rule_or_errors(
    path: tuple[Any, ...], other: tuple[Any, ...]
) -> None:
    # given
    found: Any = copy.deepcopy(FULL)
    value: Any = FULL
    for key in other:
        value = value[key]
    target = found
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = copy.deepcopy(value)

    # when / then
    rule_or_errors(found)
