"""Odd values for every field of an input, and what an answer may be."""

from __future__ import annotations

import copy
from typing import Any, Iterator

import graphene
from graphql import GraphQLEnumType, get_named_type
from saleor.graphql.api import schema

from .error_table import known_answers
from .merchants import Caller

LONG = "x" * 10_000
EMOJI = "\N{FACE WITH TEARS OF JOY}"

TEXTS = ["", " ", LONG, "a\0b", "\n", EMOJI, "\u202e", "'; DROP TABLE rule; --", "%s"]
NUMBERS = [
    -1, 0, 0.001, 1e-300, 10**15, 1e22, 1e300, "NaN", "-NaN", "sNaN", "Infinity",
    "1e400", "-1e400", "1e-400", "1" * 5000, "0." + "0" * 5000 + "1", "-0", "0x10",
    "ten", "", " 5 ", "5\0", "\u0661\u0662",
]  # fmt: skip
WHOLES = [
    -1, 0, 10**9, 10**9 + 1, 2**31 - 1, -(2**31), 2**31, 10**400, 1.5, "3", True,
]  # fmt: skip
TIMES = [
    "", "never", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2030-01-01", "2030-01-01T00:00:00", "2030-02-30T00:00:00Z",
    "2030-01-01T23:59:60Z", "2030-W01-1T00:00:00Z", LONG, "\0", 5,
]  # fmt: skip
OTHERS = [None, [], {}, [None], "", 0, True, ["x"], {"x": 1}]


def ids() -> list[Any]:
    """Return ids that name nothing."""
    made = [
        graphene.Node.to_global_id(*parts)
        for parts in (
            ("Product", 0), ("Product", -1), ("Product", 2**31), ("Product", 10**400),
            ("Product", "x"), ("Product", ""), ("User", 1), ("", ""), (LONG, LONG),
            ("Product", "1\0"), ("Product", "\u0661"), ("app:1", "method"),
        )
    ]  # fmt: skip
    return [*TEXTS, *made, "UHJvZHVjdA==", "=", "====", 12, "UHJv\xff"]


VALUES = {
    "String": TEXTS,
    "ID": ids(),
    "Decimal": NUMBERS,
    "Int": WHOLES,
    "Boolean": ["true", 1, []],
    "DateTime": TIMES,
}

Path = tuple


def paths(type_name: str, value: Any) -> Iterator[tuple[Path, str]]:
    """Yield each field that is filled in, with the name of its type."""
    fields = schema.get_type(type_name).fields
    for name, item in value.items():
        kind = get_named_type(fields[name].type).name
        yield (name,), kind
        nested = item if isinstance(item, list) else [item]
        for index, entry in enumerate(nested):
            at = (name, index) if isinstance(item, list) else (name,)
            if isinstance(item, list):
                yield at, kind
            if isinstance(entry, dict):
                for path, inner in paths(kind, entry):
                    yield at + path, inner


def values(kind: str) -> list[Any]:
    """Return what to try in a field of that type."""
    if isinstance(schema.get_type(kind), GraphQLEnumType):
        return [*OTHERS, "NO_SUCH_CHOICE", LONG]
    return [*VALUES.get(kind, ()), *OTHERS]


def replaced(data: Any, path: Path, value: Any) -> Any:
    """Return a copy with another value at the path."""
    changed = copy.deepcopy(data)
    target = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return changed


def doubled(data: Any, path: Path) -> Any:
    """Return a copy whose list at the path has every entry twice."""
    found = data
    for step in path:
        found = found[step]
    return replaced(data, path, found * 2) if isinstance(found, list) else None


def check_answer(caller: Caller, body: str) -> dict[str, Any] | None:
    """Send it; fail unless the answer is data, or errors with code and field."""
    status, answer = caller.send_body(body)
    assert status in (200, 400), (status, body[:500])
    if status == 400:
        # Saleor's own scalars, or its reading of the body, took it for none.
        assert "data" not in answer, body[:500]
        assert all(error["message"] for error in answer["errors"])
        return None
    assert "errors" not in answer, (answer, body[:500])
    ((name, payload),) = answer["data"].items()
    assert payload is not None, body[:500]
    for error in payload["errors"]:
        assert all(error[key] for key in ("code", "field", "message")), body[:500]
        known = (name, error["code"]) in known_answers()
        assert known, (name, error, "docs/errors.md lacks it")
    return payload
