"""What a customer has in the shop's programs."""

from __future__ import annotations

from typing import Any

import graphene
from promise import Promise

from ..models import Account
from .base import (
    DOC_CATEGORY,
    MANAGE_USERS,
    PermissionDenied,
    has_permission,
    instance_of,
    is_owner,
)
from .loaders import ChannelByPkLoader
from .once import once
from .points.account import RewardsAccount
from .points.loaders import AccountsByUserPkLoader
from .referrals.referrer import RewardsReferrer, resolve_referrer

#: What is said to all others.
NOT_THEIRS = "A customer's rewards are for that customer and MANAGE_USERS alone."


class CustomerRewards(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    account = graphene.Field(
        RewardsAccount,
        channel=graphene.Argument(
            graphene.String, required=True, description="Slug of the channel."
        ),
        description="The customer's points in a channel; null before there are any.",
    )
    accounts = graphene.List(
        graphene.NonNull(RewardsAccount),
        required=True,
        description="The customer's points in every channel.",
    )
    referral = graphene.Field(
        RewardsReferrer,
        channel=graphene.Argument(
            graphene.String, required=True, description="Slug of the channel."
        ),
        resolver=resolve_referrer,
        description="The customer as somebody who brings friends to a channel; null "
        "where it never took any.",
    )

    class Meta:
        description = "The rewards of a customer."

    @staticmethod
    def resolve_account(root: Any, info: Any, channel: str) -> Any:
        def named(account: Account) -> Any:
            loading = ChannelByPkLoader(info.context).load(account.program.channel_pk)
            return loading.then(
                lambda found: account if found and found.slug == channel else None
            )

        def first(found: list[Any]) -> Any:
            return next((account for account in found if account), None)

        return _accounts(root, info).then(
            lambda accounts: Promise.all([named(row) for row in accounts]).then(first)
        )

    @staticmethod
    def resolve_accounts(root: Any, info: Any) -> Any:
        return _accounts(root, info)


def _accounts(user: Any, info: Any) -> Any:
    return AccountsByUserPkLoader(info.context).load(user.pk)


def resolve_user_rewards(root: Any, info: Any) -> Any:
    """Return the customer; refuse all but that customer and MANAGE_USERS."""
    from ..customers.members import follow
    from ..guard import guarded

    user = instance_of(root)
    if is_owner(info.context, user.pk):
        # What a guest with the same address earned meanwhile is theirs.
        once(
            info,
            ("follow", user.pk),
            lambda: guarded("REWARDS_FOLLOW", None, lambda: follow(user)),
        )
        return user
    if has_permission(info.context, MANAGE_USERS):
        return user
    raise PermissionDenied(NOT_THEIRS)
