"""What every host's query of a checkout reads beside it, and what that says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import (
    CharField,
    Count,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Now

from ..engine import CustomerSnapshot
from ..models import Account, AccountState, Hold, HoldState

if TYPE_CHECKING:
    from .rulebook import Rulebook


def customer_columns(book: Rulebook, orders: QuerySet[Any]) -> dict[str, Any]:
    """Return the annotations of a checkout that the book's rules need.

    ``order_count`` counts those of ``orders`` that are its customer's,
    ``points_held`` is what the customer put aside for it, ``tier_pk`` the
    customer's tier. An e-mail that somebody typed in gives neither of the last two.
    """
    columns: dict[str, Any] = {}
    if "customer" in book.compiled.needs:
        columns["order_count"] = Subquery(_count(orders))
    if book.compiled.settings.points is not None:
        columns["points_held"] = Subquery(_holds().values("points")[:1])
    if "tier" in book.compiled.needs:
        columns["tier_pk"] = Subquery(_accounts(book).values("tier_id")[:1])
    return columns


def customer_of(checkout: Any, book: Rulebook) -> CustomerSnapshot:
    """Return what :func:`customer_columns` found about a checkout's customer."""
    counted = "customer" in book.compiled.needs
    tier_pk = getattr(checkout, "tier_pk", None)
    return CustomerSnapshot(
        is_known=bool(checkout.user_id or checkout.email),
        order_count=(checkout.order_count or 0) if counted else None,
        points_held=getattr(checkout, "points_held", None) or 0,
        tier_id=None if tier_pk is None else str(tier_pk),
    )


def country_of(checkout: Any) -> str | None:
    """Return the code of the country that a checkout goes to, as far as it is known."""
    address = checkout.shipping_address or checkout.billing_address
    country = address.country if address and address.country else checkout.country
    return country.code if country else None


def _count(orders: QuerySet[Any]) -> QuerySet[Any]:
    mine = Q(user_id=OuterRef("user_id"), user_id__isnull=False) | Q(
        user_email=OuterRef("email"), user_email__gt=""
    )
    return (
        orders.filter(mine)
        .order_by()
        .annotate(all=Value(1, output_field=IntegerField()))
        .values("all")
        .annotate(count=Count("pk"))
        .values("count")
    )


def _holds() -> Any:
    return Hold.objects.filter(
        checkout_token=Cast(OuterRef("pk"), CharField()),
        state=HoldState.OPEN,
        expires_at__gt=Now(),
        account__user_pk=OuterRef("user_id"),
        account__state=AccountState.OPEN,
    )


def _accounts(book: Rulebook) -> Any:
    return Account.objects.filter(
        program__channel_pk=book.channel_pk,
        user_pk=OuterRef("user_id"),
        state=AccountState.OPEN,
    )
