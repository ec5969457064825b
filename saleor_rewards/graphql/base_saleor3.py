"""What Saleor 3 calls the GraphQL tools that others have under other names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ContextManager

import graphene
from django.conf import settings
from saleor.core.db.connection import allow_writer_in_context
from saleor.core.exceptions import PermissionDenied
from saleor.graphql.checkout.dataloaders import CheckoutByTokenLoader
from saleor.graphql.core.connection import create_connection_slice
from saleor.graphql.core.context import (
    SyncWebhookControlContext,
    get_database_connection_name,
)
from saleor.graphql.core.enums import LanguageCodeEnum
from saleor.graphql.core.fields import ConnectionField, PermissionsField
from saleor.graphql.core.scalars import Date, DateTime
from saleor.graphql.decorators import one_of_permissions_required
from saleor.graphql.query_cost_map import COST_MAP
from saleor.permission.enums import (
    AccountPermissions,
    DiscountPermissions,
    OrderPermissions,
)

from .base_common import DOC_CATEGORY, Resolver

if TYPE_CHECKING:
    from django.db.models import QuerySet

__all__ = [
    "AccountPermissions",
    "Date",
    "DateTime",
    "DiscountPermissions",
    "LanguageCodeEnum",
    "OrderPermissions",
    "PermissionDenied",
    "connection_field",
    "cost_map",
    "database",
    "forget_checkout",
    "guarded_connection",
    "guarded_field",
    "is_checkout_loaded",
    "page_limit",
    "reading",
    "slice_rows",
    "wrapped_checkout",
]

MANAGE_DISCOUNTS = DiscountPermissions.MANAGE_DISCOUNTS


def guarded_field(
    type_: Any,
    *,
    resolver: Resolver,
    permission: Any = MANAGE_DISCOUNTS,
    **options: Any,
) -> graphene.Field:
    """Return a field that only the permission opens, to staff and to apps."""
    return PermissionsField(
        type_,
        resolver=_guarded(resolver, permission),
        permissions=[permission],
        doc_category=DOC_CATEGORY,
        **options,
    )


def guarded_connection(
    type_: Any,
    *,
    resolver: Resolver,
    permission: Any = MANAGE_DISCOUNTS,
    **options: Any,
) -> graphene.Field:
    """Return a relay connection field that only the permission opens."""
    return ConnectionField(
        type_,
        resolver=_guarded(resolver, permission),
        permissions=[permission],
        doc_category=DOC_CATEGORY,
        **options,
    )


def _guarded(resolver: Resolver, permission: Any) -> Resolver:
    # Saleor's own fields forget the permissions of a field that comes with its
    # resolver; they only put them into its description.
    guarded: Resolver = one_of_permissions_required([permission])(resolver)
    return guarded


def connection_field(type_: Any, *, resolver: Resolver, **options: Any) -> Any:
    """Return a relay connection field that is as open as what it stands on."""
    return ConnectionField(
        type_, resolver=resolver, doc_category=DOC_CATEGORY, **options
    )


def slice_rows(
    rows: QuerySet[Any] | list[Any],
    info: graphene.ResolveInfo,
    args: dict[str, Any],
    connection: Any,
) -> Any:
    """Return the page of ``rows`` that the pagination arguments ask for."""
    return create_connection_slice(rows, info, args, connection)


def page_limit() -> int | None:
    """Return how many rows a page may have."""
    limit: int | None = settings.GRAPHQL_PAGINATION_LIMIT
    return limit


def database(context: Any) -> str:
    """Return the alias of the connection that this request reads from."""
    alias: str = get_database_connection_name(context)
    return alias


def reading(context: Any) -> ContextManager[None]:
    """Return a block that may read from where :func:`database` says.

    What a mutation answers is read from the writer, after the mutation is done.
    """
    block: ContextManager[None] = allow_writer_in_context(context)
    return block


def wrapped_checkout(checkout: Any) -> Any:
    """Return a checkout as the host's own mutations answer with it."""
    return SyncWebhookControlContext(node=checkout)


def cost_map() -> dict[str, dict[str, Any]]:
    """Return Saleor's map of query costs."""
    costs: dict[str, dict[str, Any]] = COST_MAP
    return costs


def forget_checkout(context: Any, checkout_pk: Any) -> None:
    """Let Saleor load a checkout anew, which it does once a request otherwise."""
    CheckoutByTokenLoader(context).clear(checkout_pk)


def is_checkout_loaded(context: Any, checkout_pk: Any) -> bool:
    """Return whether Saleor has loaded what it computes a checkout's prices from.

    A list of checkouts is loaded apart from it, and what was asked for may still wait
    to be loaded.
    """
    loader = CheckoutByTokenLoader(context)
    asked = loader._promise_cache.get(loader.get_cache_key(checkout_pk))
    return asked is not None and not asked.is_pending
