"""What the shop says of a shopper's points: the balance, the tier, every posting."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .cart import NOTHING, amount


@dataclass(frozen=True)
class Posting:
    """One entry of the ledger: what it adds to each of the account's sums."""

    kind: str
    pending: int
    available: int
    held: int
    debt: int
    order: str
    rule: str

    @property
    def points(self) -> int:
        """By how many points the shopper is up or down by it."""
        return self.pending + self.available + self.held - self.debt


@dataclass(frozen=True)
class Account:
    """An account at one moment; ``postings`` are in the order they were made in."""

    pending: int = 0
    available: int = 0
    held: int = 0
    debt: int = 0
    worth: Decimal = NOTHING
    tier: str = ""
    next_tier: str = ""
    missing: int = 0
    postings: tuple[Posting, ...] = ()

    def posted(self, kind: str, order: str) -> int:
        """Return by how many points an order changed the account in one way."""
        of_order = (p for p in self.postings if p.order == order and p.kind == kind)
        return sum(posting.points for posting in of_order)

    def given(self, rule: str) -> int:
        """Return how many points the account has from one rule, all in all."""
        return sum(posting.points for posting in self.postings if posting.rule == rule)


@dataclass(frozen=True)
class Refund:
    """A part of an order's total given back, and the points that go with it.

    ``taken_back`` and ``given_back`` are what the shop foretold. ``before`` is what
    was given back of the order earlier.
    """

    order: str
    amount: Decimal
    taken_back: int
    given_back: int
    before: Decimal = NOTHING

    def share(self, points: int, total: Decimal) -> int:
        """Return the part of an order's points that goes with it.

        All that was given back so far counts, and is rounded down once.
        """
        whole = self.before + self.amount
        return int(points * whole / total) - int(points * self.before / total)


def posting_of(data: Any) -> Posting:
    return Posting(
        kind=data["kind"],
        pending=data["pending"],
        available=data["available"],
        held=data["held"],
        debt=data["debt"],
        order=data["orderNumber"] or "",
        rule=data["ruleName"] or "",
    )


def account_of(data: Any) -> Account:
    """Return the account in the shop's answer; an empty one before there is any."""
    if data is None:
        return Account()
    progress = data["tierProgress"]
    newest_first = [posting_of(edge["node"]) for edge in data["entries"]["edges"]]
    return Account(
        pending=data["pending"],
        available=data["available"],
        held=data["held"],
        debt=data["debt"],
        worth=amount(data["worth"]),
        tier=(progress["tier"] or {}).get("name", ""),
        next_tier=(progress["nextTier"] or {}).get("name", ""),
        missing=int(progress["missing"] or 0),
        postings=tuple(reversed(newest_first)),
    )
