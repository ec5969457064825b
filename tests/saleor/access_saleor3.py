"""Permissions and tokens of Saleor 3."""

from __future__ import annotations

from typing import Any, Iterable

from saleor.account.models import Group, User
from saleor.app.models import App
from saleor.core.jwt import create_access_token as access_token
from saleor.core.tokens import account_confirm_token_generator as account_tokens
from saleor.core.tokens import account_delete_token_generator as deletion_tokens
from saleor.permission.models import Permission

__all__ = [
    "Permission",
    "access_token",
    "account_tokens",
    "app_token",
    "deletion_tokens",
    "grant",
]


def grant(user: User, permissions: Iterable[Any]) -> None:
    """Give permissions to somebody who works for the shop."""
    group = Group.objects.create(name=user.email, restricted_access_to_channels=False)
    group.permissions.add(*permissions)
    user.groups.add(group)


def app_token(app: App) -> str:
    """Return a new token of an app's."""
    _row, token = app.tokens.create(app=app, name="default")
    return str(token)
