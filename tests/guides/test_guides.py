"""The guides' tables say what the code says, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from saleor_rewards.engine import BenefitType, OfferCode, OfferState, WarningCode

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def codes_in(guide: str, table: str) -> list[str]:
    """Return the codes in the first column of a marked table."""
    text = (DOCS / guide).read_text()
    after = text.split(f"<!-- checked: {table} -->")[1]
    rows = after.split("\n\n")[0].splitlines()
    return [
        found[1] for row in rows for found in [re.match(r"\| `(\w+)`", row)] if found
    ]


@pytest.mark.parametrize(
    ("guide", "table", "enum"),
    [
        ("merchants.md", "benefits", BenefitType),
        ("merchants.md", "warnings", WarningCode),
        ("storefronts.md", "states", OfferState),
        ("storefronts.md", "codes", OfferCode),
    ],
)
def test_a_table_lists_every_member_once(guide: str, table: str, enum: type) -> None:
    assert sorted(codes_in(guide, table)) == sorted(member.name for member in enum)


def test_the_operators_guide_lists_every_code_that_can_be_logged() -> None:
    # given
    sources = (ROOT / "saleor_rewards" / "plugin").rglob("*.py")
    logged = {
        code
        for source in sources
        for code in re.findall(r'"(REWARDS_[A-Z_]+)"', source.read_text())
    }

    # then
    assert set(codes_in("operators.md", "faults")) == logged


def test_the_operators_guide_lists_every_periodic_task() -> None:
    # given
    schedule = (ROOT / "saleor_rewards" / "schedule.py").read_text()
    text = (DOCS / "operators.md").read_text()
    table = text.split("<!-- checked: schedule -->")[1].split("\n\n")[0]

    # then
    entries = re.findall(r'^    "(rewards-[a-z-]+)"', schedule, re.MULTILINE)
    assert re.findall(r"^\| `([a-z-]+)`", table, re.MULTILINE) == entries


def test_the_storefronts_guide_lists_every_code_of_redeeming() -> None:
    # given
    source = (ROOT / "saleor_rewards" / "plugin" / "redeeming.py").read_text()

    # then
    codes = re.findall(r'^    ([A-Z_]+) = "\1"$', source, re.MULTILINE)
    assert codes_in("storefronts.md", "redeeming") == codes


def test_the_guide_to_points_lists_every_setting() -> None:
    # given
    schema = (ROOT / "saleor_rewards" / "graphql" / "schema.graphql").read_text()
    settings = schema.split("input RewardsPointsInput {")[1].split("}")[0]
    text = (DOCS / "points.md").read_text()
    table = text.split("<!-- checked: policy -->")[1].split("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]

    # then
    listed = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(listed) == sorted(re.findall(r"^  (\w+):", settings, re.MULTILINE))


def test_every_link_of_the_guides_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
