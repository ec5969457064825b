"""What the arguments of queries name."""

from __future__ import annotations

from typing import Any

from ..host.capabilities import capabilities
from ..programs import ProgramError, ProgramErrorCode
from ..programs.channels import channel_by_slug
from .ids import pk_of
from .query_errors import query_error


def query_pk(value: str, type_name: str, field: str, *, column: str = "big") -> int:
    """Return the primary key in the ID of ``field``; raise an error if it is none."""
    pk = pk_of(value, type_name, column=column)
    if pk is None:
        text = f"Invalid ID: {value}. Expected: {type_name}."
        raise query_error(ProgramErrorCode.INVALID_ID, field, text)
    return pk


def channel_pk_of(slug: str) -> int | None:
    """Return the primary key of the channel with that slug, ``None`` if none has."""
    from ..host.current import host

    try:
        with host.writing():
            return channel_by_slug(slug, field="channel").pk
    except ProgramError:
        return None


def order_number(order: Any) -> str | None:
    """Return the number by which Saleor's own pages call an order."""
    if order is None:
        return None
    return str(order.number if capabilities.order_numbers else order.pk)
