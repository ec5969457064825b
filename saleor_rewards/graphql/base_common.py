"""What the GraphQL tools of every Saleor have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from graphql.error import GraphQLError

if TYPE_CHECKING:
    import graphene

#: The group of Saleor's API reference that our types are listed in.
DOC_CATEGORY = "Discounts"

Resolver = Callable[..., Any]


def check_page(
    info: graphene.ResolveInfo, args: dict[str, Any], limit: int | None
) -> None:
    """Raise ``GraphQLError`` for a page without bounds, or beyond the limit."""
    asked = {
        getattr(getattr(selection, "name", None), "value", "")
        for selection in info.field_asts[0].selection_set.selections
    }
    sizes = [size for size in (args.get("first"), args.get("last")) if size]
    if not sizes and asked - {"totalCount", "__typename"}:
        raise GraphQLError(
            "You must provide a `first` or `last` value to properly paginate the "
            f"`{info.field_name}` connection."
        )
    if limit and any(size > limit for size in sizes):
        raise GraphQLError(
            f"Requesting more than {limit} records on the `{info.field_name}` "
            "connection exceeds its limit."
        )
