"""Texts in a CSV that a spreadsheet must not take for formulas."""

from __future__ import annotations

#: What a spreadsheet computes if a cell starts with it.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
QUOTE = "'"


def escaped(text: str) -> str:
    """Return the text as a cell that a spreadsheet shows as it is.

    >>> escaped("=1+1@example.com"), escaped("ada@example.com")
    ("'=1+1@example.com", 'ada@example.com')
    """
    return QUOTE + text if text.startswith(DANGEROUS) else text


def unescaped(cell: str) -> str:
    """Return the text that :func:`escaped` made a cell of.

    >>> unescaped("'=1+1@example.com"), unescaped("'ada'@example.com")
    ('=1+1@example.com', "'ada'@example.com")
    """
    return cell[1:] if cell.startswith(QUOTE) and cell[1:2] in DANGEROUS else cell
