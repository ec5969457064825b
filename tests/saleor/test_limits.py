"""Tests are skipped for reasons that stand in one list, and for no other."""

from __future__ import annotations

import pytest

from saleor_rewards.checks import SUPPORTED

from .limits import LACKS, LINE, MACHINE_LACKS, NEEDS, unlisted


def skipped(reason: str) -> pytest.TestReport:
    """Return what pytest reports of a test that was skipped."""
    return pytest.TestReport(
        nodeid="test_something",
        location=("test_x.py", 1, "test_something"),
        keywords={},
        outcome="skipped",
        longrepr=("test_x.py", 1, f"Skipped: {reason}"),
        when="setup",
    )


def test_the_list_names_what_the_host_at_hand_lacks() -> None:
    assert set(LACKS[LINE]) == {name for name, has in NEEDS.items() if not has}


def test_the_list_knows_the_supported_lines() -> None:
    assert list(LACKS) == [".".join(map(str, line)) for line in SUPPORTED]


def test_a_skip_for_a_listed_reason_is_let_pass() -> None:
    for reason in LACKS[LINE].values():
        assert unlisted(skipped(reason)) is None


def test_a_skip_for_another_reason_is_named() -> None:
    assert unlisted(skipped("no time")) == "no time"


@pytest.mark.parametrize("reason", sorted(MACHINE_LACKS))
def test_a_ci_has_every_program(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.delenv("CI", raising=False)
    assert unlisted(skipped(reason)) is None

    # when
    monkeypatch.setenv("CI", "true")

    # then
    assert unlisted(skipped(reason)) == reason
