"""Rules and program settings as the engine sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone, tzinfo
from decimal import Decimal
from typing import Iterator

from .benefits import Benefit, PointsFixed
from .conditions import (
    ActiveDates,
    Countries,
    EligibleItems,
    FirstOrder,
    Gate,
    HasReferral,
    MinimumQuantity,
    MinimumSubtotal,
    NthFriend,
    NthOrder,
    ShippingMethods,
    Tiers,
    WeeklyWindows,
)
from .kinds import Lane, Occasion, PointsBase
from .money import Amounts
from .scope import Scope

__all__ = ["Conditions", "Lane", "PointsTerms", "ProgramSettings", "RuleDefinition"]


@dataclass(frozen=True)
class Conditions:
    """All conditions of one rule besides its dates; None means not asked.

    >>> Conditions(minimum_quantity=MinimumQuantity(3)).gate
    ()
    """

    minimum_subtotal: MinimumSubtotal | None = None
    minimum_quantity: MinimumQuantity | None = None
    scope: Scope = field(default_factory=Scope)
    countries: Countries | None = None
    shipping_methods: ShippingMethods | None = None
    first_order: FirstOrder | None = None
    nth_order: NthOrder | None = None
    tiers: Tiers | None = None
    has_referral: HasReferral | None = None
    nth_friend: NthFriend | None = None
    weekly_windows: WeeklyWindows | None = None

    @property
    def gate(self) -> Gate:
        """The conditions that no item added to the cart can change."""
        gates = (
            self.weekly_windows,
            self.countries,
            self.shipping_methods,
            self.has_referral,
            self.first_order,
            self.nth_order,
            self.tiers,
        )
        return tuple(condition for condition in gates if condition is not None)

    @property
    def eligible_items(self) -> EligibleItems:
        """The scope as a condition."""
        return EligibleItems(self.scope)


@dataclass(frozen=True)
class RuleDefinition:
    """Conditions and one benefit in a lane: one version of one rule.

    `starts_at` (inclusive) and `ends_at` (exclusive) are aware; a higher `priority`
    wins a tie, then the lower `id`. An `exclusive` rule stands alone.

    >>> from saleor_rewards.engine.benefits import FreeShipping
    >>> rule = RuleDefinition(5, 2, "Spring", Lane.SHIPPING, FreeShipping())
    >>> rule.priority, rule.exclusive, rule.is_configured("USD")
    (0, False, True)
    """

    id: int
    version: int
    name: str
    lane: Lane
    benefit: Benefit
    priority: int = 0
    exclusive: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    conditions: Conditions = field(default_factory=Conditions)

    @property
    def dates(self) -> ActiveDates:
        """The dates as a condition."""
        return ActiveDates(self.starts_at, self.ends_at)

    @property
    def rank(self) -> tuple[int, int]:
        """What decides a tie: the smaller one wins."""
        return (-self.priority, self.id)

    @property
    def occasion(self) -> Occasion:
        """What the benefit is given for."""
        benefit = self.benefit
        return benefit.occasion if isinstance(benefit, PointsFixed) else Occasion.ORDER

    @property
    def is_for_carts(self) -> bool:
        """Whether a cart can meet it: not a referrer's reward, nor another occasion."""
        return self.lane is not Lane.REFERRAL and self.occasion is Occasion.ORDER

    def amounts_by_field(self) -> Iterator[tuple[str, Amounts]]:
        """Yield each configured money with its path inside the definition."""
        if self.conditions.minimum_subtotal is not None:
            yield (
                "conditions.minimum_subtotal.amounts",
                self.conditions.minimum_subtotal.amounts,
            )
        for path, amounts in self.benefit.amounts_by_field():
            yield f"benefit.{path}", amounts

    def is_configured(self, currency: str) -> bool:
        """Tell whether every money of this rule has an entry for `currency`."""
        return all(
            amounts.of(currency) is not None for _, amounts in self.amounts_by_field()
        )


@dataclass(frozen=True)
class PointsTerms:
    """What a program's points are earned on, and what they are worth.

    `redeem_points` points are worth `redeem_amount` minor units of `currency`; both
    are None where points cannot be spent. Points are spent in steps of `step_points`,
    at least `minimum_points` at once, and pay at most `most_percent` of the goods.

    >>> PointsTerms("USD", PointsBase.GROSS, 100, 500).most_percent
    Decimal('100')
    """

    currency: str
    base: PointsBase = PointsBase.GROSS
    redeem_points: int | None = None
    redeem_amount: int | None = None
    minimum_points: int = 1
    step_points: int = 1
    most_percent: Decimal = Decimal(100)

    def points_for(self, amount: int) -> int:
        """Return how many points are worth an amount, never too few.

        >>> PointsTerms("USD", redeem_points=100, redeem_amount=500).points_for(501)
        101
        """
        if not self.redeem_points or not self.redeem_amount:
            return 0
        return -(-amount * self.redeem_points // self.redeem_amount)


@dataclass(frozen=True)
class ProgramSettings:
    """What holds for all rules of a program.

    `cap_percent` is the most that the item and order lanes may take off together, in
    percent of the cart's subtotal after catalogue sales; None means no cap. Weekly
    windows follow the clock of `time_zone`. Without `points` nothing is earned, and
    no points are spent.

    >>> ProgramSettings(cap_percent=Decimal("30")).time_zone
    datetime.timezone.utc
    """

    cap_percent: Decimal | None = None
    time_zone: tzinfo = timezone.utc
    points: PointsTerms | None = None
