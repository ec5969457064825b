"""The examples in the ledger's docstrings hold."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from saleor_rewards.ledger import earning, errors, facts, lots, moves, settle, state


@pytest.mark.parametrize("module", [earning, errors, facts, lots, moves, settle, state])
def test_examples_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
