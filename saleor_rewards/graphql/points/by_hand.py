"""What mutations that give points by hand share: who may, who does, what is wrong."""

from __future__ import annotations

from typing import Any

from ...programs.adjustments import Author
from ..base import (
    MANAGE_DISCOUNTS,
    MANAGE_USERS,
    PermissionDenied,
    has_permission,
    requestor,
)
from ..merchant import RewardsMutation, actor_of

#: Points are money, and an account is a person's.
NEEDED = (MANAGE_USERS, MANAGE_DISCOUNTS)

#: What descriptions say in place of Saleor's own "one of these permissions".
BOTH = "Requires both of these permissions: MANAGE_USERS, MANAGE_DISCOUNTS."


class PointsByHandMutation(RewardsMutation):
    """A mutation for whoever has both permissions."""

    class Meta:
        abstract = True

    @classmethod
    def __init_subclass_with_meta__(
        # Saleor would say that one of them is enough.
        cls,
        permissions: Any = None,
        description: str = "",
        **options: Any,
    ) -> None:
        super().__init_subclass_with_meta__(
            permissions=permissions, description=f"{description} {BOTH}", **options
        )

    @classmethod
    def check_permissions(cls, context: Any, *_: Any, **__: Any) -> bool:
        """Refuse whoever lacks one of both; say which they are."""
        require_both(context)
        return True


def require_both(context: Any) -> None:
    """Raise ``PermissionDenied`` for whoever lacks one of both permissions."""
    if not all(has_permission(context, permission) for permission in NEEDED):
        raise PermissionDenied(BOTH)


def author_of(info: Any) -> Author:
    """Return who asks, as points by hand are signed."""
    who = requestor(info.context)
    if getattr(info.context, "app", None):
        return Author(actor_of(info))
    return Author(actor_of(info), who.pk, who.email)
