"""Checks of how long things are, before a column or the engine takes them."""

from __future__ import annotations

from typing import Any

from .errors import FieldError, ProgramErrorCode

NAME_LENGTH = 255

#: The most entries that a list of a definition may have. The engine compares
#: each step and window with every other one.
MOST_ENTRIES = (("benefit", "steps", 50), ("conditions", "weekly_windows", 200))


def name_errors(name: object, *, required: bool) -> list[FieldError]:
    """Return what is wrong with a name, or an empty list."""
    if not isinstance(name, str) or (required and not name.strip()):
        return [FieldError(ProgramErrorCode.REQUIRED.name, "name", "Give it a name.")]
    if len(name) > NAME_LENGTH:
        return [
            FieldError(
                ProgramErrorCode.TOO_LONG.name,
                "name",
                f"A name has at most {NAME_LENGTH} characters.",
            )
        ]
    if not name.isprintable():
        return [
            FieldError(
                ProgramErrorCode.INVALID_VALUE.name,
                "name",
                "A name has no line breaks or control characters.",
            )
        ]
    return []


def length_errors(definition: dict[str, Any]) -> list[FieldError]:
    """Return an error for each list that is longer than anybody needs."""
    return [
        FieldError(
            ProgramErrorCode.TOO_LONG.name,
            f"{part}.{key}",
            f"At most {most} of them are possible.",
        )
        for part, key, most in MOST_ENTRIES
        for found in [_inside(definition, part, key)]
        if isinstance(found, list) and len(found) > most
    ]


def _inside(definition: dict[str, Any], part: str, key: str) -> Any:
    inner = definition.get(part)
    return inner.get(key) if isinstance(inner, dict) else None
