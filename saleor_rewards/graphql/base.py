"""What Saleor's GraphQL tools are called on the host at hand.

Everything else in this package is the same on every Saleor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import graphene
from django.core.exceptions import ValidationError
from django.db import DataError
from graphql.error import GraphQLError
from saleor.graphql.account.enums import CountryCodeEnum
from saleor.graphql.account.types import User
from saleor.graphql.checkout.types import Checkout
from saleor.graphql.core.connection import (
    CountableConnection,
    connection_from_queryset_slice,
    from_global_cursor,
    to_global_cursor,
)
from saleor.graphql.core.dataloaders import DataLoader
from saleor.graphql.core.enums import OrderDirection
from saleor.graphql.core.mutations import BaseMutation
from saleor.graphql.core.scalars import Decimal
from saleor.graphql.core.types.common import IntRangeInput
from saleor.graphql.core.types.money import Money

from ..host.capabilities import capabilities
from .base_common import DOC_CATEGORY, check_page

if capabilities.channels:
    from .base_saleor3 import (
        AccountPermissions,
        Date,
        DateTime,
        DiscountPermissions,
        LanguageCodeEnum,
        OrderPermissions,
        PermissionDenied,
        connection_field,
        cost_map,
        database,
        forget_checkout,
        guarded_connection,
        guarded_field,
        is_checkout_loaded,
        page_limit,
        reading,
        slice_rows,
        wrapped_checkout,
    )
else:
    from .base_saleor2 import (
        AccountPermissions,
        Date,
        DateTime,
        DiscountPermissions,
        LanguageCodeEnum,
        OrderPermissions,
        PermissionDenied,
        connection_field,
        cost_map,
        database,
        forget_checkout,
        guarded_connection,
        guarded_field,
        is_checkout_loaded,
        page_limit,
        reading,
        slice_rows,
        wrapped_checkout,
    )

if TYPE_CHECKING:
    from django.db.models import QuerySet

__all__ = [
    "DOC_CATEGORY",
    "MANAGE_DISCOUNTS",
    "MANAGE_ORDERS",
    "MANAGE_STAFF",
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
    "forget_checkout",
    "from_global_cursor",
    "guarded_connection",
    "guarded_field",
    "is_checkout_loaded",
    "has_permission",
    "instance_of",
    "is_owner",
    "reading",
    "requestor",
    "slice_connection",
    "page_limit",
    "slice_sorted",
    "to_global_cursor",
    "wrapped_checkout",
]

MANAGE_DISCOUNTS = DiscountPermissions.MANAGE_DISCOUNTS
MANAGE_ORDERS = OrderPermissions.MANAGE_ORDERS
MANAGE_STAFF = AccountPermissions.MANAGE_STAFF
MANAGE_USERS = AccountPermissions.MANAGE_USERS


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
        return slice_rows(rows, info, args, connection)
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
        check_page(info, args, page_limit())
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
