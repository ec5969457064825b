"""Balances from and to another provider, as CSV.

An import adds the points of each row to a balance. A row has a reference, which
names it for good: the same file can be sent again, whole or mended, and no row
counts twice. Good rows are posted even where others are wrong; a dry run tells
beforehand. Each row is a transaction of its own, so no account is locked for long.
What the API takes is kept row by row and worked off by tasks, see ``import_runs``.
"""

from .exports import Page, export_page
from .import_runs import KEEP_DAYS, Progress, progress, store
from .imports import Import, Outcome
from .reading import MOST_ROWS, CsvError, Row, read_rows

__all__ = [
    "KEEP_DAYS",
    "MOST_ROWS",
    "CsvError",
    "Import",
    "Outcome",
    "Page",
    "Progress",
    "Row",
    "export_page",
    "progress",
    "read_rows",
    "store",
]
