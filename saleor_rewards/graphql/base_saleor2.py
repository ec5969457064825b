"""What Saleor 2.10 calls the GraphQL tools that others have under other names."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, ContextManager

import graphene
from django.conf import settings
from graphene.types.datetime import Date, DateTime
from graphql_jwt.exceptions import PermissionDenied
from saleor.core.permissions import (
    AccountPermissions,
    DiscountPermissions,
    OrderPermissions,
)
from saleor.graphql.core.fields import BaseConnectionField, BaseDjangoConnectionField
from saleor.graphql.decorators import permission_required
from saleor.graphql.translations.enums import LanguageCodeEnum

from .base_common import Resolver, check_page

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
    guarded = permission_required(permission)(resolver)
    return graphene.Field(type_, resolver=guarded, **options)


def guarded_connection(
    type_: Any,
    *,
    resolver: Resolver,
    permission: Any = MANAGE_DISCOUNTS,
    **options: Any,
) -> graphene.Field:
    """Return a relay connection field that only the permission opens."""
    guarded = permission_required(permission)(resolver)
    return BaseConnectionField(type_, resolver=guarded, **options)


def connection_field(type_: Any, *, resolver: Resolver, **options: Any) -> Any:
    """Return a relay connection field that is as open as what it stands on."""
    return BaseConnectionField(type_, resolver=resolver, **options)


def slice_rows(
    rows: QuerySet[Any] | list[Any],
    info: graphene.ResolveInfo,
    args: dict[str, Any],
    connection: Any,
) -> Any:
    """Return the page of ``rows`` that the pagination arguments ask for."""
    check_page(info, args, page_limit())
    return BaseDjangoConnectionField.resolve_connection(connection, args, rows)


def page_limit() -> int | None:
    """Return how many rows a page may have."""
    limit: int | None = settings.GRAPHENE["RELAY_CONNECTION_MAX_LIMIT"]
    return limit


def database(context: Any) -> str:
    """Return the alias of the connection that this request reads from."""
    return "default"


def reading(context: Any) -> ContextManager[None]:
    """Return a block that may read from where :func:`database` says."""
    return nullcontext()


def wrapped_checkout(checkout: Any) -> Any:
    """Return a checkout as the host's own mutations answer with it."""
    return checkout


def cost_map() -> dict[str, dict[str, Any]]:
    """Return a loose map of query costs, as this Saleor keeps none."""
    return {}


def forget_checkout(context: Any, checkout_pk: Any) -> None:
    """Leave it to Saleor, which keeps no price of a checkout."""


def is_checkout_loaded(context: Any, checkout_pk: Any) -> bool:
    """Return ``False``: each price passes through the plugin."""
    return False
