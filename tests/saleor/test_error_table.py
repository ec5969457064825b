"""The table of errors says what the API answers, and every row of it is answered."""

from __future__ import annotations

import re
from typing import Any

import pytest
from saleor.graphql.api import schema

from saleor_rewards.models import ClaimLimit

from .error_cases import OF_MERCHANTS
from .error_cases_points import OF_POINTS
from .error_cases_referrals import OF_REFERRALS
from .error_stage import Case, Stage
from .error_table import documented, rows
from .limits import needs
from .world import Shop

CASES = [*OF_MERCHANTS, *OF_POINTS, *OF_REFERRALS]


def groups() -> list[Any]:
    """Return the cases of each mutation and query, those apart that need something."""
    found: dict[tuple[str, str], list[Case]] = {}
    for case in CASES:
        found.setdefault((case.where, case.needs), []).append(case)
    return [
        pytest.param(cases, id=where, marks=[needs(need)] if need else [])
        for (where, need), cases in found.items()
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cases", groups())
def test_every_row_of_the_table_is_answered(shop: Shop, cases: list[Case]) -> None:
    # given
    stage = Stage(shop)

    for case in cases:
        # when
        ClaimLimit.objects.all().delete()
        errors = case.errors(stage)

        # then
        told = [(error["code"], _shape(error["field"])) for error in errors]
        if case.is_query:
            assert [code for code, _field in told] == [case.code], case.row
            assert told[0][1] in (None, case.field), case.row
        else:
            assert (case.code, case.field) in told, (case.row, errors)
        assert all(error["message"] for error in errors)


def _shape(field: str | None) -> str | None:
    return field and re.sub(r"(?<=\.)\d+(?=\.|$)", "N", field)


def test_the_table_has_a_row_for_every_way_to_an_error_and_no_other() -> None:
    # given
    ways = {case.row for case in CASES}

    # when
    rows = documented()

    # then
    assert sorted(ways - rows) == [], "docs/errors.md lacks these"
    assert sorted(rows - ways) == [], (
        "no case in tests/saleor/error_cases*.py has these"
    )


def test_every_code_of_the_schema_has_one_row_that_says_what_the_schema_says() -> None:
    # given
    sentences = {
        value.name: value.description
        for value in schema.get_type("RewardsErrorCode").values
    }

    # then
    assert sorted((row.code, row.meaning) for row in rows()) == sorted(
        sentences.items()
    )
    assert all(row.to_do for row in rows())


@pytest.mark.parametrize("code", sorted({case.code for case in CASES}))
def test_every_code_that_is_answered_is_one_of_the_schema(code: str) -> None:
    assert code in {value.name for value in schema.get_type("RewardsErrorCode").values}
