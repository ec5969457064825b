"""What Saleor's GraphQL tools are called on the host at hand.

Everything else in this package is the same on every Saleor.
"""

from __future__ import annotations

from contextlib import nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Callable, ContextManager

import graphene
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DataError
from graphql.error import GraphQLError
from saleor.graphql.account.enums import CountryCodeEnum
from saleor.graphql.account.types import User
from saleor.graphql.checkout.types import Checkout
from saleor.graphql.core.connection import (
    CountableConnection,
    connection_from_queryset_slice,
)
from saleor.graphql.core.dataloaders import DataLoader
from saleor.graphql.core.enums import OrderDirection
from saleor.graphql.core.mutations import BaseMutation
from saleor.graphql.core.scalars import Decimal
from saleor.graphql.core.types.common import IntRangeInput
from saleor.graphql.core.types.money import Money

if TYPE_CHECKING:
    from django.db.models import QuerySet

__all__ = [
    "MANAGE_DISCOUNTS",
    "MANAGE_ORDERS",
    "MANAGE_USERS",
    "BaseMutation",
    "Checkout",
    "CountableConnection",
    "CountryCodeEnum",
    "DataLoader",
    "Date",
    "DateTime",
    "Decimal",
    "IntRangeInput",
    "LanguageCodeEnum",
    "Money",
    "OrderDirection",
    "PermissionDenied",
    "User",
    "connection_field",
    "cost_map",
    "database",
    "guarded_connection",
    "guarded_field",
    "has_permission",
    "instance_of",
    "is_owner",
    "reading",
    "requestor",
    "slice_connection",
    "slice_sorted",
    "wrapped_checkout",
]

#: Saleor 3 brought channels. The version does not tell: 2.10 calls itself "dev".
IS_SALEOR_2 = find_spec("saleor.channel") is None

#: The group of Saleor's API reference that our types are listed in.
DOC_CATEGORY = "Discounts"

if IS_SALEOR_2:
    from graphene.types.datetime import Date, DateTime
    from graphql_jwt.exceptions import PermissionDenied
    from saleor.core.permissions import (
        AccountPermissions,
        DiscountPermissions,
        OrderPermissions,
    )
    from saleor.graphql.core.fields import (
        BaseConnectionField,
        BaseDjangoConnectionField,
    )
    from saleor.graphql.decorators import permission_required
    from saleor.graphql.translations.enums import LanguageCodeEnum
else:
    from saleor.core.db.connection import allow_writer_in_context
    from saleor.core.exceptions import PermissionDenied
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

MANAGE_DISCOUNTS = DiscountPermissions.MANAGE_DISCOUNTS
MANAGE_ORDERS = OrderPermissions.MANAGE_ORDERS
MANAGE_USERS = AccountPermissions.MANAGE_USERS

Resolver = Callable[..., Any]


def guarded_field(
    type_: Any,
    *,
    resolver: Resolver,
    permission: Any = MANAGE_DISCOUNTS,
    **options: Any,
) -> graphene.Field:
    """Return a field that only the permission opens, to staff and to apps."""
    guarded = _guarded(resolver, permission)
    if IS_SALEOR_2:
        return graphene.Field(type_, resolver=guarded, **options)
    return PermissionsField(
        type_,
        resolver=guarded,
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
    guarded = _guarded(resolver, permission)
    if IS_SALEOR_2:
        return BaseConnectionField(type_, resolver=guarded, **options)
    return ConnectionField(
        type_,
        resolver=guarded,
        permissions=[permission],
        doc_category=DOC_CATEGORY,
        **options,
    )


def connection_field(type_: Any, *, resolver: Resolver, **options: Any) -> Any:
    """Return a relay connection field that is as open as what it stands on."""
    if IS_SALEOR_2:
        return BaseConnectionField(type_, resolver=resolver, **options)
    return ConnectionField(
        type_, resolver=resolver, doc_category=DOC_CATEGORY, **options
    )


def _guarded(resolver: Resolver, permission: Any) -> Resolver:
    # Saleor 3's own fields forget the permissions of a field that comes with its
    # resolver; they only put them into its description.
    if IS_SALEOR_2:
        guarded: Resolver = permission_required(permission)(resolver)
    else:
        guarded = one_of_permissions_required([permission])(resolver)
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


def slice_sorted(
    rows: QuerySet[Any],
    info: graphene.ResolveInfo,
    args: dict[str, Any],
    connection: type[CountableConnection],
    *,
    fields: list[str],
    is_descending: bool,
) -> Any:
    """Return the page of ``rows`` by another order than that of their model.

    ``fields`` end with one that is unique; none of them may be null. Raises
    ``GraphQLError`` for a page without or beyond bounds.
    """
    try:
        _check_page(info, args)
        runs_down = is_descending is not bool(args.get("last"))
        signs = "-" if runs_down else ""
        args["sort_by"] = {
            "field": fields,
            "direction": OrderDirection.DESC.value if is_descending else "",
        }
        with reading(info.context):
            found = connection_from_queryset_slice(
                rows.order_by(*(f"{signs}{name}" for name in fields)),
                args,
                connection,
                connection.Edge,
                graphene.relay.PageInfo,
            )
    except (ValueError, TypeError, ValidationError, DataError) as error:
        raise GraphQLError("Received cursor is invalid.") from error
    found.iterable = rows
    return found


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
    limit = (
        settings.GRAPHENE["RELAY_CONNECTION_MAX_LIMIT"]
        if IS_SALEOR_2
        else settings.GRAPHQL_PAGINATION_LIMIT
    )
    if limit and any(size > limit for size in sizes):
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


def reading(context: Any) -> ContextManager[None]:
    """Return a block that may read from where :func:`database` says.

    What a mutation answers is read from the writer, after the mutation is done.
    """
    if IS_SALEOR_2:
        return nullcontext()
    block: ContextManager[None] = allow_writer_in_context(context)
    return block


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


def wrapped_checkout(checkout: Any) -> Any:
    """Return a checkout as the host's own mutations answer with it."""
    return checkout if IS_SALEOR_2 else SyncWebhookControlContext(node=checkout)


def cost_map() -> dict[str, dict[str, Any]]:
    """Return Saleor's map of query costs; a loose one where it keeps none."""
    return {} if IS_SALEOR_2 else COST_MAP
