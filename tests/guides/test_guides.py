"""The guides' tables say what the code says, no more and no less."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from saleor_rewards.described import Described
from saleor_rewards.engine import BenefitType, OfferCode, OfferState, WarningCode
from saleor_rewards.referrals.errors import ReferralErrorCode
from saleor_rewards.referrals.signals import DEFAULT_WEIGHTS
from saleor_rewards.signal_codes import SignalCode

from ..referrals import page as cases

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def rows_of(guide: str, table: str) -> list[list[str]]:
    """Return the cells of a marked table's rows."""
    text = (DOCS / guide).read_text()
    after = text.split(f"<!-- checked: {table} -->")[1]
    rows = [row for row in after.split("\n\n")[0].splitlines() if row[:3] == "| `"]
    return [[cell.strip() for cell in row.strip("| ").split(" | ")] for row in rows]


def codes_in(guide: str, table: str) -> list[str]:
    """Return the codes in the first column of a marked table."""
    return [cells[0].strip("`") for cells in rows_of(guide, table)]


@pytest.mark.parametrize(
    ("guide", "table", "enum", "column"),
    [
        ("merchants.md", "benefits", BenefitType, 2),
        ("merchants.md", "warnings", WarningCode, 1),
        ("storefronts.md", "states", OfferState, 1),
        ("storefronts.md", "codes", OfferCode, 1),
        ("referrals.md", "signals", SignalCode, 2),
    ],
)
def test_a_table_has_every_member_once_with_its_sentence(
    guide: str, table: str, enum: type[Described], column: int
) -> None:
    # when
    told = [(cells[0].strip("`"), cells[column]) for cells in rows_of(guide, table)]

    # then
    assert sorted(told) == sorted((code.name, code.description) for code in enum)


def test_the_page_on_architecture_lists_every_layer_with_its_first_sentence() -> None:
    # given
    text = (ROOT / "pyproject.toml").read_text()
    rows = re.findall(r'"(.*)"', text.split("\nlayers = [")[1].split("]")[0])
    names = [name for row in rows for name in re.split(" [|:] ", row)]

    # then
    assert rows_of("architecture.md", "layers") == [
        [f"`{name}`", first_sentence(name)] for name in names
    ]


def first_sentence(name: str) -> str:
    """Return the first line of a docstring, as it is in Markdown."""
    module = ROOT / "saleor_rewards" / name
    path = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    return re.sub(r":\w+:(?=`)", "", docstring.splitlines()[0])


def test_the_operators_guide_lists_every_code_that_can_be_logged() -> None:
    # given
    package = ROOT / "saleor_rewards"
    # It names a variable of the environment.
    sources = set(package.rglob("*.py")) - {package / "stripe" / "settings.py"}
    logged = {
        code
        for source in sources
        for code in re.findall(r'"(REWARDS_[A-Z_]+)"', source.read_text())
    }

    # then
    assert set(codes_in("operators.md", "faults")) == logged


def test_the_merchants_guide_lists_every_state_of_a_rule() -> None:
    # given
    source = (ROOT / "saleor_rewards" / "programs" / "rule_state.py").read_text()

    # then
    codes = re.findall(r'^    ([A-Z_]+) = \(?\s*"\1"', source, re.MULTILINE)
    assert codes_in("merchants.md", "rule states") == codes


def test_the_storefronts_guide_has_every_code_of_referring_with_its_sentence() -> None:
    # given
    of_staff = {"REFERRAL_UNKNOWN", "REASON_REQUIRED"}

    # then
    assert rows_of("storefronts.md", "referring") == [
        [f"`{code.name}`", code.description]
        for code in ReferralErrorCode
        if code.name not in of_staff
    ]


def test_the_storefronts_guide_names_documents_that_there_are() -> None:
    # given
    folder = ROOT / "saleor_rewards" / "graphql"
    known = re.findall(
        r"^(?:query|mutation) (\w+)",
        (folder / "operations.graphql").read_text(),
        re.MULTILINE,
    )
    text = (DOCS / "storefronts.md").read_text()

    # when
    named = [
        name
        for table in text.split("| document | what for |")[1:]
        for name in re.findall(r"^\| `(\w+)`", table.split("\n\n")[0], re.MULTILINE)
    ]

    # then
    assert named
    assert set(named) <= set(known)


@pytest.mark.parametrize(
    ("guide", "input"),
    [
        ("points.md", "RewardsPointsInput"),
        ("referrals.md", "RewardsReferralPolicyInput"),
    ],
)
def test_a_guide_lists_every_setting(guide: str, input: str) -> None:
    # given
    schema = (ROOT / "saleor_rewards" / "graphql" / "schema.graphql").read_text()
    settings = schema.split(f"input {input} {{")[1].split("}")[0]
    text = (DOCS / guide).read_text()
    table = text.split("<!-- checked: policy -->")[1].split("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]

    # then
    listed = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert sorted(listed) == sorted(re.findall(r"^  (\w+):", settings, re.MULTILINE))


def test_the_guide_to_referrals_lists_every_signal_with_its_weight() -> None:
    # given
    text = (DOCS / "referrals.md").read_text()
    table = text.split("<!-- checked: signals -->")[1].split("\n\n")[0]

    # when
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", table, re.MULTILINE)

    # then
    assert [(code, int(weight)) for code, weight in rows] == [
        (code.name, DEFAULT_WEIGHTS[code]) for code in SignalCode
    ]


def test_the_page_of_cases_is_what_the_product_says_of_them() -> None:
    # given
    written = (DOCS / "referral-cases.md").read_text(encoding="utf-8")

    # then
    assert written == cases.page(), "run python3 -m tests.referrals.page"


def test_every_link_of_the_guides_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def lines_in_code(name: str) -> list[str]:
    """Return lines of Saleor that ``checks.py`` lists, which needs Django to import."""
    source = (ROOT / "saleor_rewards" / "checks.py").read_text()
    listed = re.search(rf"^{name} = (.*)$", source, re.MULTILINE)
    assert listed
    return [".".join(map(str, line)) for line in ast.literal_eval(listed[1])]


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md", "docs/operators.md"])
def test_a_page_names_the_lines_of_saleor_that_are_supported(page: str) -> None:
    # given
    *others, last = [
        f"{line} (alpha)" if line in lines_in_code("ALPHA") else line
        for line in lines_in_code("SUPPORTED")
    ]

    # then
    text = " ".join((ROOT / page).read_text().split())
    (named,) = re.findall(r"[Rr]uns on Saleor ([\d., a-z()]+?)[.;] ", text + " ")
    assert named == f"{', '.join(others)} and {last}"


def test_images_are_of_the_newest_line_that_saleor_released() -> None:
    # given
    alpha = lines_in_code("ALPHA")
    newest = [line for line in lines_in_code("SUPPORTED") if line not in alpha][-1]

    # then
    for file in ("Dockerfile", "compose.yaml"):
        tags = re.findall(
            r"\bsaleor[a-z-]*:(\d[\d.]*)$", (ROOT / file).read_text(), re.MULTILINE
        )
        assert set(tags) == {newest}, file
