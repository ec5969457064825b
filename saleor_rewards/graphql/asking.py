"""Tells the plugin which request it works for, and answers with what is so afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from ..host.capabilities import capabilities

if TYPE_CHECKING:
    from graphene import Field

#: With what the keys of our dataloaders begin.
OURS = "rewards_"


def asking(field: Field) -> Field:
    """Let all that a mutation's field has done be told to the request that sent it.

    A Saleor with a middleware of ours is told by that.
    """
    if capabilities.stored_discounts:
        field.resolver = _asking(field.resolver)
    return afresh(field)


def afresh(field: Field) -> Field:
    """Let a mutation answer with what is so after it, whatever was read before it."""
    field.resolver = _afresh(field.resolver)
    return field


def _asking(resolver: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(root: Any, info: Any, **args: Any) -> Any:
        # It needs the plugin's tables, which are not there yet when the schema is built.
        from ..host.guests import asked_by

        with asked_by(info.context):
            return resolver(root, info, **args)

    return resolve


def _afresh(resolver: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(root: Any, info: Any, **args: Any) -> Any:
        try:
            return resolver(root, info, **args)
        finally:
            _forget_loaded(info.context)

    return resolve


def _forget_loaded(context: Any) -> None:
    loaders = getattr(context, "dataloaders", {})
    for key in [key for key in loaders if key.startswith(OURS)]:
        del loaders[key]
