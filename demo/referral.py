"""What the shop says of invitations: to a member, and of a friend to the staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Referrer:
    """A member's code and link, and what came of them so far."""

    code: str
    link: str
    rewarded: int
    revoked: int
    points: int


@dataclass(frozen=True)
class Signal:
    """Something that speaks against a friend, as staff read it."""

    code: str
    weight: int
    text: str


@dataclass(frozen=True)
class Referral:
    """One friend as the staff see it.

    ``points`` are what the member got for that friend, ``points_kept`` what is left.
    """

    email: str
    verdict: str
    state: str
    weight: int
    signals: tuple[Signal, ...]
    points: int = 0
    points_kept: int = 0


def referrer_of(data: Any) -> Referrer:
    return Referrer(
        code=data["code"],
        link=data["link"],
        rewarded=data["friends"]["rewarded"],
        revoked=data["friends"]["revoked"],
        points=data["earned"]["points"],
    )


def referral_of(data: Any) -> Referral:
    signals = (
        Signal(signal["code"], signal["weight"], signal["text"])
        for signal in data["signals"]
    )
    rewards = [edge["node"] for edge in data["rewards"]["edges"]]
    return Referral(
        email=data["refereeEmail"] or "",
        verdict=data["verdict"],
        state=data["state"],
        weight=data["weight"],
        signals=tuple(signals),
        points=sum(reward["points"] or 0 for reward in rewards),
        points_kept=sum(reward["pointsKept"] or 0 for reward in rewards),
    )
