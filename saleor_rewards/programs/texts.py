"""Checks that every text of a merchant passes before a column takes it."""

from __future__ import annotations

from .errors import FieldError, ProgramErrorCode

NAME_LENGTH = 255


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
