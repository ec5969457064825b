"""Where in the input an error belongs, when the rule's definition names it."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterable

from ..programs import FieldError


def camel(name: str) -> str:
    """Return a snake_case word as GraphQL spells it.

    >>> camel("minimum_subtotal"), camel("0"), camel("USD")
    ('minimumSubtotal', '0', 'USD')
    """
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


class Paths:
    """Pairs of a path in the definition and the path in the input it came from.

    >>> paths = Paths()
    >>> paths.add("benefit.steps.0.from.USD", "benefit.ladder.steps.0.from.1.amount")
    >>> paths.to_input("benefit.steps.0.from.USD")
    'benefit.ladder.steps.0.from.1.amount'
    >>> paths.to_input("conditions.minimum_quantity")
    'conditions.minimumQuantity'
    """

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._whole: set[str] = set()

    def add(
        self, definition_path: str, input_path: str, *, is_whole: bool = False
    ) -> None:
        """Remember a pair; ``is_whole`` if nothing below it has a path of its own."""
        self._known[definition_path] = input_path
        if is_whole:
            self._whole.add(definition_path)

    def to_input(self, definition_path: str) -> str:
        """Return the input's path: by the longest pair known, else in camelCase."""
        words = definition_path.split(".")
        for length in range(len(words), 0, -1):
            known = ".".join(words[:length])
            if known in self._known:
                rest = [] if known in self._whole else words[length:]
                return ".".join([self._known[known], *map(camel, rest)])
        return ".".join(map(camel, words))

    def translated(self, errors: Iterable[FieldError]) -> list[FieldError]:
        """Return the errors with the paths of the input."""
        return [
            error
            if error.field is None
            else replace(error, field=self.to_input(error.field))
            for error in errors
        ]
