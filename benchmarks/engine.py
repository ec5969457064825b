"""The engine alone: 1,000 rules against 10."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from dateutil import tz

from saleor_rewards.engine import (
    CompiledProgram,
    LineSnapshot,
    ProgramSettings,
    Snapshot,
    compile_program,
    evaluate,
    parse_rule,
)

from .pairs import Ratio, compare

AT = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
REPEATS = 50

CART = Snapshot(
    channel="default",
    currency="USD",
    country="US",
    lines=tuple(
        LineSnapshot(str(n), str(n), str(n), 1, list_amount=1000, amount=1000)
        for n in range(5)
    ),
)


def ladder(number: int, first: str) -> dict[str, Any]:
    """Return the definition of a ladder that begins at ``first`` plus a little."""
    return {
        "lane": "ORDER",
        "benefit": {
            "type": "LADDER",
            "steps": [
                {"from": {"USD": f"{first}.{number % 100:02d}"}, "percent": "5"},
                {"from": {"USD": f"{first}0.00"}, "percent": "10"},
            ],
        },
    }


def program(count: int, first: str) -> CompiledProgram:
    """Return that many compiled ladders."""
    return compile_program(
        ProgramSettings(cap_percent=None, time_zone=tz.UTC),
        [
            parse_rule(ladder(n, first), id=n + 1, version=1, name=f"Ladder {n}")
            for n in range(count)
        ],
    )


def measure(first: str) -> Ratio:
    """Return what 1,000 rules from ``first`` on cost against 10 of the same."""
    many, few = program(1000, first), program(10, first)
    return compare(lambda: _repeat(many), lambda: _repeat(few))


def _repeat(compiled: CompiledProgram) -> None:
    for _ in range(REPEATS):
        evaluate(CART, compiled, AT)
