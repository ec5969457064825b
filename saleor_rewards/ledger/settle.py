"""What an order should have earned, spent and given back, from how it stands.

All of it is a function of the order's state and its receipt. So it does not matter
which events came, how often and in which order: whoever looks last finds the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Iterable, Mapping, Sequence

from ..engine import LineSnapshot, PointsBase, RuleDefinition, grant_points
from ..engine.allocate import split_steadily
from ..models import EarnOn, PointsExpiry, Shortage
from .facts import OrderFacts, OrderLineFacts

#: Stands for a product that is gone from the shop and from the receipt.
GONE = "gone"


@dataclass(frozen=True)
class Terms:
    """What of a program's points policy an order was placed under."""

    earn_on: EarnOn = EarnOn.PAID
    base: PointsBase = PointsBase.GROSS
    return_days: int = 0
    expiry: PointsExpiry = PointsExpiry.NEVER
    expiry_days: int = 365
    shortage: Shortage = Shortage.DEBT

    @classmethod
    def from_settings(cls, points: Mapping[str, Any]) -> Terms:
        """Read the settings of the points as receipts keep them."""
        return cls(
            earn_on=EarnOn(points["earn_on"]),
            base=PointsBase[points["base"].upper()],
            return_days=points["return_days"],
            expiry=PointsExpiry(points["expiry"]),
            expiry_days=points["expiry_days"],
            shortage=Shortage(points["shortage"]),
        )


@dataclass(frozen=True)
class Agreement:
    """What an order's receipt says of its points.

    ``grant`` is what each rule version, by the key of its row, gives for the order
    while nothing is taken back; ``redeemed_points`` is what the order was paid with,
    and ``dropped_share`` the part of them that paid for goods which staff took off the
    order since. Without ``terms`` points were not switched on.
    """

    terms: Terms | None = None
    grant: tuple[tuple[int, int], ...] = ()
    redeemed_points: int = 0
    dropped_share: Fraction = Fraction(0)


@dataclass(frozen=True)
class Targets:
    """Where the ledger should be with an order.

    ``points_by_version`` maps the key of a rule version, as text, to the points that
    it grants now, none of them 0. ``spend_amount`` is in minor units.
    """

    points_by_version: Mapping[str, int] = field(default_factory=dict)
    points_spent: int = 0
    points_returned: int = 0
    spend_amount: int = 0
    is_counted: bool = False

    @property
    def points_earned(self) -> int:
        """The points that all rules together grant now."""
        return sum(self.points_by_version.values())


def targets(facts: OrderFacts, agreement: Agreement) -> Targets:
    """Return where the ledger should be with an order that stands as ``facts``.

    A dispute takes what the order earned as a refund does. Points that paid for the
    order come back only with what the shop itself gives back.
    """
    terms = agreement.terms
    is_counted = (
        terms is not None
        and earned_at(facts, terms) is not None
        and not facts.is_undone
    )
    spent = agreement.redeemed_points
    back = Fraction(1) if facts.is_cancelled else facts.refunded_share
    dropped = agreement.dropped_share
    left_amount = facts.total_amount * (1 - facts.taken_share)
    return Targets(
        points_by_version=_granted(facts, agreement.grant)
        if terms is not None and is_counted
        else {},
        points_spent=spent,
        points_returned=int(spent * (dropped + (1 - dropped) * back)),
        spend_amount=int(left_amount) if is_counted else 0,
        is_counted=is_counted,
    )


def earned_at(facts: OrderFacts, terms: Terms) -> datetime | None:
    """Return when the order's points were earned, ``None`` while they are not.

    What replaces goods of another order earns nothing: those stay with that one.
    """
    if facts.is_exchange or not (facts.is_confirmed and facts.is_paid):
        return None
    paid_at = facts.paid_at or facts.ordered_at
    if terms.earn_on == EarnOn.PAID:
        return paid_at
    if not facts.is_fulfilled:
        return None
    return max(paid_at, facts.fulfilled_at or facts.ordered_at)


def available_from(at: datetime, terms: Terms) -> datetime:
    """Return when points that were earned ``at`` can be spent.

    >>> from datetime import timezone
    >>> noon = datetime(2026, 5, 1, 12, tzinfo=timezone.utc)
    >>> available_from(noon, Terms(return_days=14)).day
    15
    """
    return at + timedelta(days=terms.return_days)


def expires_at(at: datetime, terms: Terms) -> datetime | None:
    """Return when points that were earned ``at`` expire, ``None`` for never."""
    if terms.expiry != PointsExpiry.AFTER_EARNING:
        return None
    return available_from(at, terms) + timedelta(days=terms.expiry_days)


def lapses_at(facts: OrderFacts, terms: Terms) -> datetime | None:
    """Return when the whole balance lapses if this order was the last.

    ``None`` where inactivity costs nothing.
    """
    if terms.expiry != PointsExpiry.AFTER_INACTIVITY:
        return None
    return facts.ordered_at + timedelta(days=terms.expiry_days)


def _granted(facts: OrderFacts, grant: Sequence[tuple[int, int]]) -> dict[str, int]:
    points = [number for _, number in grant]
    # Of each rule never less is taken back than by a smaller refund before.
    taken = split_steadily(int(sum(points) * facts.taken_share), points)
    return {
        str(version_pk): left
        for (version_pk, number), part in zip(grant, taken)
        for left in [number - part]
        if left
    }


def grant_of(
    facts: OrderFacts,
    terms: Terms,
    rules: Sequence[RuleDefinition],
    version_pks: Mapping[tuple[int, int], int],
    known: Iterable[LineSnapshot],
    stand_ins: Mapping[str, int],
) -> tuple[tuple[int, int], ...]:
    """Return what rules give for an order as it stands, by rule version.

    :param rules: those whose conditions the cart met.
    :param version_pks: keys of their rows by rule and version number.
    :param known: the lines of the order's receipt.
    :param stand_ins: what they earn on beyond their price, by their ids.
    """
    lines = [
        _base_line(line, one, terms.base, stand_ins)
        for line, one in _with_receipt(facts.lines, known)
    ]
    return tuple(
        (version_pks[earned.rule_id, earned.rule_version], earned.points)
        for earned in grant_points(lines, rules, facts.currency)
    )


def lines_digest(facts: OrderFacts) -> str:
    """Return a short hash of all on an order's lines that a grant goes by."""
    # What points paid of a line, and what came back of it, changes no grant; whether
    # it is shippable goes with its id.
    known = sorted(str(astuple(line)[:-4]) for line in facts.lines)
    return hashlib.sha256("\n".join(known).encode()).hexdigest()[:16]


def _with_receipt(
    lines: Iterable[OrderLineFacts], known: Iterable[LineSnapshot]
) -> Iterable[tuple[OrderLineFacts, LineSnapshot | None]]:
    """Pair each line of an order with the line of the receipt that it came from.

    A product may change its category or leave the shop after the order: what the
    receipt says of it goes on.
    """
    lines, known = list(lines), list(known)
    by_id = {line.id: line for line in known}
    by_variant = {line.variant_id: line for line in known}
    present = {line.variant_id for line in lines}
    spare = iter([line for line in known if line.variant_id not in present])
    for line in lines:
        found = by_id.get(line.id) or by_variant.get(line.variant_id)
        if found is None and not line.variant_id:
            found = next(spare, None)
        yield line, found


def _base_line(
    line: OrderLineFacts,
    known: LineSnapshot | None,
    base: PointsBase,
    stand_ins: Mapping[str, int],
) -> LineSnapshot:
    """Return the line as rules that give points see it: ``amount`` is the base."""
    amount = line.gross_amount if base is PointsBase.GROSS else line.net_amount
    if known is not None and known.quantity:
        whole = stand_ins.get(known.id, 0)
        amount += whole * min(line.quantity, known.quantity) // known.quantity
    sale_amount = known.list_amount - known.amount if known else line.sale_amount
    return LineSnapshot(
        id=line.id,
        product_id=known.product_id if known else line.product_id or GONE,
        variant_id=known.variant_id if known else line.variant_id or GONE,
        quantity=line.quantity,
        list_amount=amount + sale_amount,
        amount=amount,
        category_ids=known.category_ids if known else line.category_ids,
        collection_ids=known.collection_ids if known else line.collection_ids,
        is_gift=line.is_gift,
        is_gift_card=line.is_gift_card,
        is_shippable=known.is_shippable if known else line.is_shippable,
    )
