"""Which way of speaking goes with which Saleor."""

from __future__ import annotations

from . import saleor2, saleor3
from .talk import Talk

_TALKS: dict[str, Talk] = {"2": saleor2, "3": saleor3}


def talk_with(series: str) -> Talk:
    """Return how a major version of Saleor is spoken to."""
    return _TALKS[series]
