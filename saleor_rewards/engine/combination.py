"""What was chosen: at most one rule a lane, and the amounts under the cap."""

from __future__ import annotations

from dataclasses import dataclass

from .benefits import Option
from .cart import Remainder
from .index import CompiledRule, Way


@dataclass(frozen=True)
class Pick:
    """A way chosen in its lane, and what it takes off before the program's cap.

    >>> [name for name in Pick.__annotations__]
    ['way', 'amount']
    """

    way: Way
    amount: int

    @property
    def compiled(self) -> CompiledRule:
        """The rule whose way it is."""
        return self.way.compiled

    @property
    def option(self) -> Option:
        """What is taken off."""
        return self.way.opening.option


@dataclass(frozen=True)
class ShippingOnLines:
    """What lines carry of the shipping lane, and how much less the shopper then pays.

    Beside a percentage that the shop system takes off the goods, the lines have to
    carry more than it is worth.

    >>> ShippingOnLines(amount=1429, worth_amount=1000).lost_amount
    429
    """

    amount: int
    worth_amount: int

    @property
    def lost_amount(self) -> int:
        """What the lines carry beyond its worth."""
        return self.amount - self.worth_amount


@dataclass(frozen=True)
class Combination:
    """At most one pick a lane, and what the item lane leaves of each line.

    `cap_amount` is the most that item and order lane may take off together. Where
    they would take more, the order lane gives way first. `most_amount` is the most
    that all lanes may take off together; beyond it the shipping lane gives way.
    `carried` says by how much the lines stand in for the delivery price.

    >>> Combination(None, None, None, Remainder([]), 0, 0).total_amount
    0
    """

    item: Pick | None
    order: Pick | None
    shipping: Pick | None
    remainder: Remainder
    cap_amount: int
    most_amount: int
    carried: ShippingOnLines | None = None

    @property
    def picks(self) -> tuple[Pick, ...]:
        """The picks that there are, by lane."""
        picks = (self.item, self.order, self.shipping)
        return tuple(pick for pick in picks if pick is not None)

    @property
    def item_amount(self) -> int:
        """What the item lane takes off under the cap."""
        return 0 if self.item is None else min(self.item.amount, self.cap_amount)

    @property
    def order_amount(self) -> int:
        """What the order lane takes off under the cap."""
        if self.order is None:
            return 0
        return min(self.order.amount, self.cap_amount - self.item_amount)

    @property
    def shipping_amount(self) -> int:
        """What the shipping lane takes off."""
        if self.shipping is None:
            return 0
        if self.carried is not None:
            return self.carried.worth_amount
        left_amount = self.most_amount - self.item_amount - self.order_amount
        return min(self.shipping.amount, left_amount)

    @property
    def total_amount(self) -> int:
        """What the shopper saves, shipping included."""
        return self.item_amount + self.order_amount + self.shipping_amount

    def amount_of(self, pick: Pick) -> int:
        """Return what one of the picks takes off under the cap."""
        if pick is self.item:
            return self.item_amount
        return self.order_amount if pick is self.order else self.shipping_amount


@dataclass(frozen=True)
class Outcome:
    """The best combination of rules that add up, and the exclusive rule that beat it.

    >>> [name for name in Outcome.__annotations__]
    ['combination', 'exclusive']
    """

    combination: Combination
    exclusive: Combination | None = None

    @property
    def applied(self) -> Combination:
        """What the shopper gets."""
        return self.combination if self.exclusive is None else self.exclusive
