"""What staff write: reasons and names of one line."""

from __future__ import annotations

from ...programs import FieldError

LONGEST_REASON = 1000
LONGEST_KEY = 100


def text_errors(field: str, value: str, most: int) -> list[FieldError]:
    """Return what is wrong with a text of one line, or an empty list."""
    if not value.strip():
        return [FieldError("REQUIRED", field, "This cannot be empty.")]
    if len(value) > most:
        return [FieldError("TOO_LONG", field, f"It has at most {most} characters.")]
    if not value.isprintable():
        text = "It has no line breaks or control characters."
        return [FieldError("INVALID_VALUE", field, text)]
    return []
