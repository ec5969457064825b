"""Our part of Saleor's schema is there, and is what the repository says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from graphql import GraphQLEnumType, parse, validate
from graphql.language.ast import FragmentDefinition, OperationDefinition
from saleor.graphql.api import schema

import saleor_rewards
from saleor_rewards.checkout.redeeming import PointsErrorCode
from saleor_rewards.engine import OfferCode, RuleErrorCode, WarningCode
from saleor_rewards.graphql.fields import COSTS
from saleor_rewards.graphql.printing import printed_schema
from saleor_rewards.ledger.errors import TOLD
from saleor_rewards.programs import ProgramErrorCode
from saleor_rewards.referrals.errors import ReferralErrorCode

from .limits import needs

FOLDER = Path(saleor_rewards.__file__).parent / "graphql"
DOCS = Path(__file__).parents[2] / "docs"


def operations() -> str:
    return (FOLDER / "operations.graphql").read_text(encoding="utf-8")


def test_the_committed_schema_is_the_one_that_this_saleor_serves() -> None:
    # given
    committed = (FOLDER / "schema.graphql").read_text(encoding="utf-8")

    # when
    served = printed_schema()

    # then
    assert served == committed, "run the management command rewards_schema"


def test_the_command_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    # when
    call_command("rewards_schema")

    # then
    assert capsys.readouterr().out == printed_schema()


def test_saleors_own_command_prints_our_part_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # when
    call_command("get_graphql_schema")

    # then
    printed = capsys.readouterr().out
    assert "type RewardsRule implements Node" in printed
    assert "rewardsRuleCreate(" in printed


def test_every_ready_document_is_valid_on_this_saleor() -> None:
    # given
    document = parse(operations())

    # when
    errors = validate(schema, document)

    # then
    assert [str(error) for error in errors] == []


def test_the_patch_for_saleors_storefront_asks_for_what_there_is() -> None:
    # given
    patch = (DOCS / "saleor-storefront.patch").read_text(encoding="utf-8")
    asked = re.findall(r"^\+(\s.*)$", patch.split("\n+++ ")[1], re.MULTILINE)
    checkout = f"checkout {{ {' '.join(asked)} }}"

    # when
    document = parse(f"query($languageCode: LanguageCodeEnum!) {{ {checkout} }}")

    # then
    assert "rewards {" in checkout
    assert [str(error) for error in validate(schema, document)] == []


def test_there_is_a_ready_document_for_every_query_and_mutation_of_ours() -> None:
    # given
    ours = {
        name
        for type_name in ("Query", "Mutation")
        for name in schema.get_type(type_name).fields
        if name.startswith("rewards")
    }
    document = parse(operations())
    kinds = {type(definition) for definition in document.definitions}

    # when
    used = {
        selection.name.value
        for definition in document.definitions
        if isinstance(definition, OperationDefinition)
        for selection in definition.selection_set.selections
    }

    # then
    assert kinds == {OperationDefinition, FragmentDefinition}
    assert ours <= used


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("RewardsOfferCode", OfferCode),
        ("RewardsErrorCode", RuleErrorCode),
        ("RewardsWarningCode", WarningCode),
    ],
)
def test_an_enum_has_every_code_of_the_engine(name: str, source: type) -> None:
    # when
    names = {value.name for value in schema.get_type(name).values}

    # then
    assert {member.name for member in source} <= names


def enums_of_ours() -> list[str]:
    return sorted(
        name
        for name, type_ in schema.get_type_map().items()
        if name.startswith("Rewards") and isinstance(type_, GraphQLEnumType)
    )


@pytest.mark.parametrize("name", enums_of_ours())
def test_every_value_of_an_enum_says_in_a_sentence_what_it_means(name: str) -> None:
    mute = [
        value.name
        for value in schema.get_type(name).values
        if not re.fullmatch(r"[A-Z`].*\.", value.description or "", re.DOTALL)
    ]
    assert mute == [], "give it a sentence beside it in its Python enum"


def test_a_code_that_several_enums_have_means_the_same_in_each() -> None:
    # given
    sentences: dict[str, set[str]] = {}

    # when
    for source in (
        ProgramErrorCode,
        RuleErrorCode,
        TOLD,
        PointsErrorCode,
        ReferralErrorCode,
    ):
        for member in source:
            sentences.setdefault(member.name, set()).add(member.description)

    # then
    assert {name: said for name, said in sentences.items() if len(said) > 1} == {}
    served = schema.get_type("RewardsErrorCode").values
    assert {value.name: {value.description} for value in served} == sentences


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("redeeming", "RewardsErrorCode"),
        ("claims", "RewardsClaimState"),
        ("reward codes", "RewardsReferralRewardCodeState"),
    ],
)
def test_the_storefronts_guide_says_what_the_schema_says(table: str, name: str) -> None:
    # given
    said = {value.name: value.description for value in schema.get_type(name).values}
    wanted = [code.name for code in PointsErrorCode] if table == "redeeming" else said
    guide = Path(__file__).parents[2] / "docs" / "storefronts.md"

    # when
    text = guide.read_text(encoding="utf-8").split(f"<!-- checked: {table} -->")[1]

    # then
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", text.split("\n\n")[0], re.MULTILINE)
    assert rows == [(code, said[code]) for code in wanted]


@needs("channels")
def test_every_cost_of_ours_stands_in_saleors_map_and_names_a_field() -> None:
    from saleor.graphql.query_cost_map import COST_MAP

    for type_name, costs in COSTS.items():
        for field, cost in costs.items():
            assert COST_MAP[type_name][field] == cost
            assert field in schema.get_type(type_name).fields
