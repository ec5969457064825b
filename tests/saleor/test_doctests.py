"""The examples in the docstrings of what needs Django hold."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

import saleor_rewards
from saleor_rewards.host.capabilities import capabilities

PACKAGE = Path(saleor_rewards.__file__).parent

#: It is for another host, or Saleor does not call it here.
ELSEWHERE = {"saleor2": "saleor3", "saleor3": "saleor2"}[capabilities.adapter]


def modules() -> list[str]:
    """Return the names of the modules with an example, but for the engine's."""
    paths = (path.relative_to(PACKAGE.parent) for path in PACKAGE.rglob("*.py"))
    names = (
        ".".join(path.with_suffix("").parts)
        for path in paths
        if ">>>" in (PACKAGE.parent / path).read_text()
    )
    return sorted(
        name for name in names if ".engine." not in name and ELSEWHERE not in name
    )


def test_there_are_examples() -> None:
    assert "saleor_rewards.jobs" in modules()


@pytest.mark.parametrize("name", modules())
def test_examples_hold(name: str) -> None:
    result = doctest.testmod(import_module(name))
    assert (result.attempted > 0, result.failed) == (True, 0)
