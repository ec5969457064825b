"""Our part of the schema that Saleor built, as text."""

from __future__ import annotations

from typing import Any, Iterator

from graphql import parse, print_ast, print_schema
from graphql.language import ast

OUR_TYPES = (
    "CheckoutPoints",
    "CheckoutReferral",
    "CheckoutRewards",
    "CustomerRewards",
    "Rewards",
)
OUR_FIELDS = "rewards"


def printed_schema() -> str:
    """Return our types, and our fields on Saleor's types, in SDL.

    The same on every host: types come sorted, and so do arguments.
    """
    from saleor.graphql.api import schema

    definitions = [
        part
        for definition in parse(print_schema(schema)).definitions
        for part in _ours(definition)
    ]
    definitions.sort(key=lambda part: (_name(part) is None, print_ast(part)))
    return "\n\n".join(map(print_ast, definitions)) + "\n"


def _name(definition: Any) -> str | None:
    name = getattr(definition, "name", None)
    return name.value if name else None


def _ours(definition: Any) -> Iterator[Any]:
    name = _name(definition)
    if name is None:
        return
    if name.startswith(OUR_TYPES):
        _sort_arguments(definition)
        yield definition
    elif isinstance(definition, ast.ObjectTypeDefinition):
        definition.fields = [
            field
            for field in definition.fields
            if field.name.value.startswith(OUR_FIELDS)
        ]
        definition.interfaces = []
        if definition.fields:
            _sort_arguments(definition)
            yield ast.TypeExtensionDefinition(definition)


def _sort_arguments(definition: Any) -> None:
    for field in getattr(definition, "fields", ()):
        if isinstance(field, ast.FieldDefinition):
            field.arguments.sort(key=lambda argument: argument.name.value)
