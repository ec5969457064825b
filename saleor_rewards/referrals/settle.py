"""What a friend's order earns the referrer, from how it stands.

All of it is a function of the order and of what was granted. So it does not matter
which events came, how often and in which order: whoever looks last finds the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Iterable

if TYPE_CHECKING:
    from ..ledger.facts import OrderFacts


@dataclass(frozen=True)
class Terms:
    """What of a program's referral policy an order goes by.

    ``minimum_amount`` is in minor units, 0 for none.
    """

    hold_days: int = 14
    minimum_amount: int = 0


class Stage(Enum):
    """How far an order is."""

    #: It is not paid, or waits for the merchant's consent.
    OPEN = "OPEN"
    #: It is paid, and is worth enough.
    PAID = "PAID"
    #: It is cancelled, or what is left of it is not worth enough.
    UNDONE = "UNDONE"


@dataclass(frozen=True)
class Targets:
    """Where a referral should be with its order.

    ``taken_share`` of the order is not the buyer's any more. ``due_at`` is when rewards
    are due, ``None`` while the order is not paid. ``is_too_small`` says that an
    order would count, were it worth more.
    """

    stage: Stage
    taken_share: Fraction = Fraction(0)
    paid_at: datetime | None = None
    due_at: datetime | None = None
    is_too_small: bool = False

    def kept(self, worth: int) -> int:
        """Return what is left of a reward that was worth so much.

        >>> Targets(Stage.PAID, taken_share=Fraction(1, 3)).kept(500)
        334
        >>> Targets(Stage.OPEN).kept(500)
        0
        """
        if self.stage is not Stage.PAID:
            return 0
        return worth - int(worth * self.taken_share)


def targets(facts: OrderFacts, terms: Terms) -> Targets:
    """Return where a referral should be with an order that stands as ``facts``."""
    paid_at = None
    if facts.is_paid and facts.is_confirmed and not facts.is_exchange:
        paid_at = facts.paid_at or facts.ordered_at
    is_too_small = goods_amount(facts) < terms.minimum_amount
    stage = Stage.OPEN if paid_at is None else Stage.PAID
    return Targets(
        stage=Stage.UNDONE if facts.is_undone or is_too_small else stage,
        taken_share=facts.taken_share,
        paid_at=paid_at,
        due_at=paid_at and paid_at + timedelta(days=terms.hold_days),
        is_too_small=is_too_small and not facts.is_undone,
    )


def goods_amount(facts: OrderFacts) -> int:
    """Return what is left of the order's goods, in minor units.

    With or without tax, as the channel's prices are. Gift cards are money and no
    goods. Nobody says what money was given back for: it counts as the shipping's
    first. What came back of the goods is gone, whatever was given back for it.
    """
    lines = [line for line in facts.lines if not line.is_gift_card]
    gross = sum(line.gross_amount for line in lines)
    amount = gross if facts.prices_with_tax else sum(line.net_amount for line in lines)
    others = max(0, facts.total_amount + facts.gift_card_amount - gross)
    returned = sum(
        line.gross_amount * line.returned_quantity // (line.quantity or 1)
        for line in lines
    )
    taken = min(gross, max(facts.taken_amount - others, returned, 0))
    return amount - amount * taken // gross if taken else amount


@dataclass(frozen=True)
class Tally:
    """What became of a reward in money, all in minor units.

    Of what the order still earns (``kept``) and what had to come back on top,
    ``given`` was put on a voucher or gift card, and ``offset`` paid what was owed for
    other rewards. What could not come back is ``owed`` or ``waived``.
    """

    kept: int
    given: int = 0
    offset: int = 0
    owed: int = 0
    waived: int = 0

    @property
    def paid(self) -> int:
        """How much of what had to come back other rewards paid.

        >>> Tally(kept=0, given=1000, owed=400).paid
        600
        """
        return self.given + self.offset - self.kept - self.owed - self.waived

    def spent(self, left: int) -> int:
        """Return how much was spent, where so much is left on voucher or card."""
        return self.given - min(self.given, left)

    def settled(self, kept: int, left: int, *, owes: bool) -> Tally:
        """Return the reward once the order earns ``kept``, with ``left`` not spent.

        What is not spent comes back first. Then, where the referrer ``owes``, later
        rewards pay; otherwise it is let go. What was let go before stays so.

        >>> Tally(kept=1000, given=1000).settled(400, 1000, owes=True)
        Tally(kept=400, given=400, offset=0, owed=0, waived=0)
        >>> Tally(kept=1000, given=1000).settled(400, 0, owes=True)
        Tally(kept=400, given=1000, offset=0, owed=600, waived=0)
        """
        spent = self.spent(left)
        missing = spent + self.offset - self.paid - kept
        if missing <= 0:
            return replace(self, kept=kept, given=spent - missing, owed=0, waived=0)
        waived = min(missing, self.waived) if owes else max(0, missing - self.owed)
        return replace(
            self, kept=kept, given=spent, owed=missing - waived, waived=waived
        )

    def paying(self, debts: Iterable[int]) -> tuple[Tally, list[int]]:
        """Return a new reward that pays ``debts`` first, and what it pays of each.

        >>> Tally(kept=1000).paying([300, 900])
        (Tally(kept=1000, given=0, offset=1000, owed=0, waived=0), [300, 700])
        """
        left = self.kept
        parts = []
        for debt in debts:
            parts.append(min(left, debt))
            left -= parts[-1]
        return replace(self, given=left, offset=self.kept - left), parts
