"""What the guide's table of errors says."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"


class Row(NamedTuple):
    """One code: where it is answered, what it says, and what to do."""

    code: str
    where: str
    meaning: str
    to_do: str


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    """Return the rows of the table."""
    table = PAGE.read_text(encoding="utf-8").split("<!-- checked: errors -->")[1]
    cells = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in table.split("\n\n")[0].splitlines()
        if line.startswith("| `")
    ]
    return tuple(
        Row(code.strip("`"), where, meaning, to_do)
        for code, where, meaning, to_do in cells
    )


@lru_cache(maxsize=1)
def documented() -> frozenset[tuple[str, str, str]]:
    """Return who answers with which code about which field."""
    return frozenset(
        (name, row.code, field)
        for row in rows()
        for part in row.where.split("<br>")
        for names, fields in [part.split(": ", 1)]
        for name in re.findall(r"`([^`]+)`", names)
        for field in re.findall(r"`([^`]+)`", fields)
    )


@lru_cache(maxsize=1)
def known_answers() -> frozenset[tuple[str, str]]:
    """Return who answers with which code."""
    return frozenset((name, code) for name, code, _field in documented())
