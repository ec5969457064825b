"""What a request works out once, however often and under however many names it asks.

A mutation changes what was worked out before it, so each mutation of a request has its
own memory; a query has one for all of its fields.
"""

from __future__ import annotations

from typing import Any, Callable, Hashable

_KEPT_AS = "rewards_worked_out"


class Memory:
    """What was worked out while one part of a request is answered."""

    def __init__(self, variables: Any, mutation: str | None) -> None:
        self.variables = variables
        self.mutation = mutation
        self.found: dict[Hashable, Any] = {}

    def is_of(self, variables: Any, mutation: str | None) -> bool:
        return self.variables is variables and self.mutation == mutation


def memory_of(info: Any) -> dict[Hashable, Any]:
    """Return what was worked out so far for the query or mutation that is answered.

    Each run of an operation has variables of its own, also where none were sent and
    where several operations came in one request.
    """
    is_mutation = info.operation.operation == "mutation"
    part = (info.variable_values, info.path[0] if is_mutation else None)
    kept = getattr(info.context, _KEPT_AS, None)
    if kept is None or not kept.is_of(*part):
        kept = Memory(*part)
        setattr(info.context, _KEPT_AS, kept)
    return kept.found


def once(info: Any, key: Hashable, work: Callable[[], Any]) -> Any:
    """Return what ``work`` returned the first time that ``key`` was asked for."""
    found = memory_of(info)
    if key not in found:
        found[key] = work()
    return found[key]
