"""What Saleor's GraphQL tools are called on the host at hand.

Everything else in this package is the same on every Saleor.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Callable

import graphene
from django.conf import settings
from django.db import DataError
from graphql.error import GraphQLError
from saleor.graphql.account.enums import CountryCodeEnum
from saleor.graphql.core.connection import CountableConnection
from saleor.graphql.core.dataloaders import DataLoader
from saleor.graphql.core.mutations import BaseMutation
from saleor.graphql.core.scalars import Decimal
from saleor.graphql.core.types.money import Money

if TYPE_CHECKING:
    from django.db.models import QuerySet

__all__ = [
    "MANAGE_DISCOUNTS",
    "MANAGE_ORDERS",
    "BaseMutation",
    "CountableConnection",
    "CountryCodeEnum",
    "DataLoader",
    "DateTime",
    "Decimal",
    "LanguageCodeEnum",
    "Money",
    "cost_map",
    "database",
    "guarded_connection",
    "guarded_field",
    "has_permission",
    "instance_of",
    "is_owner",
    "requestor",
    "slice_connection",
]

#: Saleor 3 brought channels. The version does not tell: 2.10 calls itself "dev".
IS_SALEOR_2 = find_spec("saleor.channel") is None

#: The group of Saleor's API reference that our types are listed in.
DOC_CATEGORY = "Discounts"

if IS_SALEOR_2:
    from graphene.types.datetime import DateTime
    from saleor.core.permissions import DiscountPermissions, OrderPermissions
    from saleor.graphql.core.fields import (
        BaseConnectionField,
        BaseDjangoConnectionField,
    )
    from saleor.graphql.decorators import permission_required
    from saleor.graphql.translations.enums import LanguageCodeEnum
else:
    from saleor.graphql.core.connection import create_connection_slice
    from saleor.graphql.core.context import get_database_connection_name
    from saleor.graphql.core.enums import LanguageCodeEnum
    from saleor.graphql.core.fields import ConnectionField, PermissionsField
    from saleor.graphql.core.scalars import DateTime
    from saleor.graphql.decorators import one_of_permissions_required
    from saleor.graphql.query_cost_map import COST_MAP
    from saleor.permission.enums import DiscountPermissions, OrderPermissions

MANAGE_DISCOUNTS = DiscountPermissions.MANAGE_DISCOUNTS
MANAGE_ORDERS = OrderPermissions.MANAGE_ORDERS

Resolver = Callable[..., Any]


def guarded_field(type_: Any, *, resolver: Resolver, **options: Any) -> graphene.Field:
    """Return a field that only MANAGE_DISCOUNTS opens, to staff and to apps."""
    guarded = _guarded(resolver)
    if IS_SALEOR_2:
        return graphene.Field(type_, resolver=guarded, **options)
    return PermissionsField(
        type_,
        resolver=guarded,
        permissions=[MANAGE_DISCOUNTS],
        doc_category=DOC_CATEGORY,
        **options,
    )


def guarded_connection(
    type_: Any, *, resolver: Resolver, **options: Any
) -> graphene.Field:
    """Return a relay connection field that only MANAGE_DISCOUNTS opens."""
    guarded = _guarded(resolver)
    if IS_SALEOR_2:
        return BaseConnectionField(type_, resolver=guarded, **options)
    return ConnectionField(
        type_,
        resolver=guarded,
        permissions=[MANAGE_DISCOUNTS],
        doc_category=DOC_CATEGORY,
        **options,
    )


def _guarded(resolver: Resolver) -> Resolver:
    # Saleor 3's own fields forget the permissions of a field that comes with its
    # resolver; they only put them into its description.
    if IS_SALEOR_2:
        guarded: Resolver = permission_required(MANAGE_DISCOUNTS)(resolver)
    else:
        guarded = one_of_permissions_required([MANAGE_DISCOUNTS])(resolver)
    return guarded


def slice_connection(
    rows: QuerySet[Any] | list[Any],
    info: graphene.ResolveInfo,
    args: dict[str, Any],
    connection: type[CountableConnection],
) -> Any:
    """Return the page of ``rows`` that the pagination arguments ask for.

    Raises ``GraphQLError`` for a page without or beyond bounds.
    """
    try:
        if IS_SALEOR_2:
            _check_page(info, args)
            return BaseDjangoConnectionField.resolve_connection(connection, args, rows)
        return create_connection_slice(rows, info, args, connection)
    except (ValueError, TypeError, DataError) as error:
        raise GraphQLError("Received cursor is invalid.") from error


def _check_page(info: graphene.ResolveInfo, args: dict[str, Any]) -> None:
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
    limit = settings.GRAPHENE["RELAY_CONNECTION_MAX_LIMIT"]
    if any(size > limit for size in sizes):
        raise GraphQLError(
            f"Requesting more than {limit} records on the `{info.field_name}` "
            "connection exceeds its limit."
        )


def database(context: Any) -> str:
    """Return the alias of the connection that this request reads from."""
    if IS_SALEOR_2:
        return "default"
    alias: str = get_database_connection_name(context)
    return alias


def requestor(context: Any) -> Any:
    """Return the app or the user that asks, or ``None`` for nobody known."""
    app = getattr(context, "app", None)
    if app:
        return app
    user = context.user
    return user if user and getattr(user, "is_authenticated", True) else None


def has_permission(context: Any, permission: Any) -> bool:
    who = requestor(context)
    return bool(who and who.has_perm(permission))


def is_owner(context: Any, user_pk: Any) -> bool:
    """Tell whether the logged-in customer is the one with that primary key."""
    user = context.user
    return user_pk is not None and getattr(user, "pk", None) == user_pk


def instance_of(root: Any) -> Any:
    """Return Saleor's model instance out of whatever its types resolve from."""
    return getattr(root, "node", root)


def cost_map() -> dict[str, dict[str, Any]]:
    """Return Saleor's map of query costs; a loose one where it keeps none."""
    return {} if IS_SALEOR_2 else COST_MAP
