"""Permissions and tokens of Saleor 2.10."""

from __future__ import annotations

from typing import Any, Iterable

from django.contrib.auth.models import Permission
from django.contrib.auth.tokens import default_token_generator as account_tokens
from django.contrib.auth.tokens import default_token_generator as deletion_tokens
from graphql_jwt.shortcuts import get_token as access_token
from saleor.account.models import User
from saleor.app.models import App

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
    user.user_permissions.add(*permissions)


def app_token(app: App) -> str:
    """Return a new token of an app's."""
    return str(app.tokens.create(name="default").auth_token)
