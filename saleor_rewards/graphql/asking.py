"""Tells the plugin which request it works for, on a Saleor without a middleware of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from ..plugin.capabilities import capabilities

if TYPE_CHECKING:
    from graphene import Field


def asking(field: Field) -> Field:
    """Let all that a mutation's field has done be told to the request that sent it."""
    if capabilities.stored_discounts:
        field.resolver = _asking(field.resolver)
    return field


def _asking(resolver: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(root: Any, info: Any, **args: Any) -> Any:
        # It needs the plugin's tables, which are not there yet when the schema is built.
        from ..plugin.guests import asked_by

        with asked_by(info.context):
            return resolver(root, info, **args)

    return resolve
