"""Tokens of checkouts, in their one spelling."""

from __future__ import annotations

from typing import Any, Mapping
from uuid import UUID

import graphene


def token_of(global_id: str | None) -> str | None:
    """Return the token in a checkout's ID, ``None`` where it is none.

    One checkout has several IDs, as Saleor takes a token in any spelling.

    >>> graphene.Node.to_global_id("Checkout", "C0FFEE00-0000-0000-0000-000000000001")
    'Q2hlY2tvdXQ6QzBGRkVFMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAx'
    >>> token_of(_)
    'c0ffee00-0000-0000-0000-000000000001'
    """
    try:
        type_name, token = graphene.Node.from_global_id(global_id or "")
        return str(UUID(token)) if type_name == "Checkout" else None
    except (TypeError, ValueError):
        return None


def token_in(args: Mapping[str, Any]) -> str | None:
    """Return the token of the checkout that a mutation's arguments name.

    >>> token_in({"token": UUID(int=12648430)})
    '00000000-0000-0000-0000-000000c0ffee'
    >>> token_in({"checkout_id": "Q2hlY2tvdXQ6MQ=="}) is None
    True
    """
    given = args.get("token")
    return str(given) if given else token_of(args.get("id") or args.get("checkout_id"))
