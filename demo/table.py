"""A table whose rows appear one by one, with cells of several lines."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import zip_longest
from typing import Iterator, Sequence


@dataclass(frozen=True)
class Column:
    title: str
    width: int
    is_amount: bool = False

    def wrap(self, text: str) -> list[str]:
        """Return the lines of a cell; a line break in the text is kept.

        >>> Column("what", 9).wrap("one, two, three")
        ['one, two,', 'three    ']
        """
        parts = [textwrap.wrap(part, self.width) for part in text.split("\n")]
        lines = [line for part in parts for line in part] or [""]
        return [self.place(line) for line in lines]

    def place(self, line: str) -> str:
        return line.rjust(self.width) if self.is_amount else line.ljust(self.width)


class Table:
    r"""Columns side by side.

    >>> table = Table([Column("step", 6), Column("total", 6, is_amount=True)])
    >>> for line in table.row(["pay\nnow", "9.50"]):
    ...     print(line)
    pay       9.50
    now
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns

    def head(self) -> Iterator[str]:
        yield from self.row([column.title for column in self.columns])
        yield self.rule()

    def rule(self) -> str:
        return "  ".join("-" * column.width for column in self.columns)

    def row(self, cells: Sequence[str]) -> Iterator[str]:
        wrapped = [column.wrap(cell) for column, cell in zip(self.columns, cells)]
        for lines in zip_longest(*wrapped):
            parts = [
                column.place(line or "") for column, line in zip(self.columns, lines)
            ]
            yield "  ".join(parts).rstrip()
