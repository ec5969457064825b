"""What the arguments of queries name."""

from __future__ import annotations

from graphql.error import GraphQLError

from ..programs import ProgramError
from ..programs.channels import channel_by_slug
from .ids import pk_of


def query_pk(value: str, type_name: str, *, column: str = "big") -> int:
    """Return the primary key in an ID; raise ``GraphQLError`` if it is none."""
    pk = pk_of(value, type_name, column=column)
    if pk is None:
        raise GraphQLError(f"Invalid ID: {value}. Expected: {type_name}.")
    return pk


def channel_pk_of(slug: str) -> int | None:
    """Return the primary key of the channel with that slug, ``None`` if none has."""
    from ..plugin.host import host

    try:
        with host.writing():
            return channel_by_slug(slug, field="channel").pk
    except ProgramError:
        return None
