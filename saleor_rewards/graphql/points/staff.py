"""Queries of staff: accounts, what a refund would do, what the shop owes."""

from __future__ import annotations

from typing import Any

import graphene
from django.db.models import Q

from ...models import Account, AccountState
from ...points.transfers import KEEP_DAYS
from ...programs import ProgramErrorCode
from ..base import (
    MANAGE_ORDERS,
    MANAGE_USERS,
    Decimal,
    OrderDirection,
    database,
    guarded_connection,
    guarded_field,
    slice_sorted,
)
from ..ids import pk_of
from ..lookups import channel_pk_of, query_pk
from ..query_errors import query_error
from .account import RewardsAccount, RewardsAccountCountableConnection
from .by_hand import BOTH
from .enums import AccountSort
from .imports import RewardsImport, resolve_import
from .inputs import RewardsAccountFilterInput, RewardsAccountSortInput
from .liability import RewardsLiability, resolve_liability
from .refunds import RewardsRefundPreview, resolve_refund_preview
from .transfers import PAGE, RewardsBalancesExport, resolve_balances_export


def _accounts(info: Any) -> Any:
    return Account.objects.using(database(info.context)).select_related("tier")


def resolve_accounts(
    _root: Any,
    info: Any,
    filter: dict[str, Any] | None = None,
    sort_by: dict[str, Any] | None = None,
    **args: Any,
) -> Any:
    """Return a page of accounts."""
    sort = sort_by or {"field": AccountSort.JOINED_AT.name, "direction": ""}
    return slice_sorted(
        _filtered(_accounts(info), filter or {}),
        info,
        args,
        RewardsAccountCountableConnection,
        fields=[AccountSort[sort["field"]].value, "pk"],
        is_descending=sort["direction"] == OrderDirection.DESC,
    )


def _filtered(accounts: Any, wanted: dict[str, Any]) -> Any:
    accounts = accounts.filter(state=AccountState[wanted.get("state") or "OPEN"])
    if wanted.get("channel") is not None:
        accounts = accounts.filter(program__channel_pk=channel_pk_of(wanted["channel"]))
    if wanted.get("tier") is not None:
        accounts = accounts.filter(
            tier_id=query_pk(wanted["tier"], "RewardsTier", "filter.tier")
        )
    if wanted.get("search"):
        accounts = accounts.filter(_sought(wanted["search"]))
    for bound, value in (wanted.get("available") or {}).items():
        if value is not None:
            accounts = accounts.filter(**{f"points_available__{bound}": value})
    return accounts


def _sought(text: str) -> Q:
    user_pk = pk_of(text, "User", column="integer")
    if user_pk is not None:
        return Q(user_pk=user_pk)
    # No address has a NUL, and PostgreSQL takes none.
    return Q(email__contains=text.replace("\0", "").strip().lower())


def resolve_account(
    _root: Any,
    info: Any,
    id: str | None = None,
    channel: str | None = None,
    user_id: str | None = None,
    email: str | None = None,
) -> Account | None:
    """Return one account, by its ID or by its channel and its owner."""
    if id is not None and channel is user_id is email is None:
        return _accounts(info).filter(pk=query_pk(id, "RewardsAccount", "id")).first()
    if id is not None or channel is None or (user_id is None) == (email is None):
        text = "Give `id`, or `channel` with either `userId` or `email`."
        raise query_error(ProgramErrorCode.REQUIRED, "id", text)
    whose = (
        Q(user_pk=query_pk(user_id, "User", "userId", column="integer"))
        if user_id is not None
        else Q(email=str(email).replace("\0", "").strip().lower())
    )
    accounts = _accounts(info).filter(
        whose, program__channel_pk=channel_pk_of(channel), state=AccountState.OPEN
    )
    # A member comes before a guest with the same address.
    return accounts.order_by("user_pk", "pk").first()


def _argument(type_: Any, description: str, *, required: bool = False) -> Any:
    return graphene.Argument(type_, required=required, description=description)


POINTS_QUERIES: dict[str, graphene.Field] = {
    "rewards_account": guarded_field(
        RewardsAccount,
        resolver=resolve_account,
        permission=MANAGE_USERS,
        id=_argument(graphene.ID, "ID of the account."),
        channel=_argument(graphene.String, "Slug of the channel."),
        user_id=_argument(graphene.ID, "ID of the customer, with the channel."),
        email=_argument(graphene.String, "E-mail address, with the channel."),
        description="One person's points in a channel.",
    ),
    "rewards_accounts": guarded_connection(
        RewardsAccountCountableConnection,
        resolver=resolve_accounts,
        permission=MANAGE_USERS,
        filter=RewardsAccountFilterInput(description="Which accounts to list."),
        sort_by=RewardsAccountSortInput(
            description="How to sort them; oldest first if not given."
        ),
        description="People's points in all channels.",
    ),
    "rewards_refund_preview": guarded_field(
        RewardsRefundPreview,
        resolver=resolve_refund_preview,
        permission=MANAGE_ORDERS,
        order_id=_argument(graphene.ID, "ID of the order.", required=True),
        amount=_argument(
            Decimal, "What would be refunded, in the order's currency.", required=True
        ),
        description="What a refund would do to the customer's points. Does nothing.",
    ),
    "rewards_liability": guarded_field(
        graphene.List(graphene.NonNull(RewardsLiability)),
        resolver=resolve_liability,
        permission=MANAGE_USERS,
        channel=_argument(graphene.String, "Slug of a channel; all if not given."),
        description="The points that the shop owes.",
    ),
    "rewards_import": guarded_field(
        RewardsImport,
        resolver=resolve_import,
        permission=MANAGE_USERS,
        id=_argument(graphene.ID, "ID of the import.", required=True),
        description="How far an import of balances has come; it is kept for "
        f"{KEEP_DAYS} days. {BOTH}",
    ),
    "rewards_balances_export": guarded_field(
        RewardsBalancesExport,
        resolver=resolve_balances_export,
        permission=MANAGE_USERS,
        channel=_argument(graphene.String, "Slug of the channel.", required=True),
        first=graphene.Argument(
            graphene.Int,
            default_value=PAGE,
            description="Accounts to a page; 1,000 if not given.",
        ),
        after=_argument(graphene.String, "Where the page before this one ended."),
        description="The balances of a channel as CSV, a page at a time.",
    ),
}
