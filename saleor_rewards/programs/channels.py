"""The channels that the running Saleor has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import ProgramError, ProgramErrorCode

if TYPE_CHECKING:
    from ..host.port import ChannelRef


def channel_of(channel_pk: int, *, field: str) -> ChannelRef:
    """Return the channel with that primary key; raise ``ProgramError`` if none."""
    from ..host.current import host

    for channel in host.channels():
        if channel.pk == channel_pk:
            return channel
    raise ProgramError.of(
        ProgramErrorCode.NOT_FOUND, field, "Saleor has no such channel."
    )


def channel_by_slug(slug: str, *, field: str) -> ChannelRef:
    """Return the channel with that slug; raise ``ProgramError`` if there is none."""
    from ..host.current import host

    for channel in host.channels():
        if channel.slug == slug:
            return channel
    raise ProgramError.of(
        ProgramErrorCode.NOT_FOUND, field, "Saleor has no such channel."
    )
