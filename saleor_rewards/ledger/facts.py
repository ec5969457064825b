"""What the ledger has to know of an order, read from its rows and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Iterable


@dataclass(frozen=True)
class OrderLineFacts:
    """One line of an order; the amounts are what is left of it after all offers.

    Amounts are whole minor units of the whole line. What gift cards pay counts as
    paid. `sale_amount` is what a catalogue sale took off it, `points_amount` what
    points paid of it. `returned_quantity` of it came back, what was exchanged left out.
    `product_id` and `variant_id` are empty where the product is gone from the shop;
    `sold_id` is the variant that it sold all the same. `is_shippable` says whether its
    goods have to be shipped.
    """

    id: str
    product_id: str
    variant_id: str
    quantity: int
    net_amount: int
    gross_amount: int
    category_ids: tuple[str, ...] = ()
    collection_ids: tuple[str, ...] = ()
    sale_amount: int = 0
    is_gift_card: bool = False
    is_gift: bool = False
    points_amount: int = 0
    returned_quantity: int = 0
    sold_id: str = ""
    is_shippable: bool = True

    @property
    def worth_amount(self) -> int:
        """What was paid for it, points among it."""
        return self.gross_amount + self.points_amount

    @property
    def returned_amount(self) -> Fraction:
        """How much of its worth came back with the goods."""
        return Fraction(self.worth_amount * self.returned_quantity, self.quantity or 1)


@dataclass(frozen=True)
class OrderFacts:
    """How one order stands; amounts are whole minor units, times are aware.

    `is_confirmed` is false for an order that waits for the merchant's consent, and
    `is_cancelled` is true for an expired one as well. `paid_at` and `fulfilled_at` are
    when that first held. `total_amount` is what was to be paid in money, shipping
    included, and `gift_card_amount` what gift cards paid beside it; `paid_amount` what
    Saleor knows to have been paid in all, whatever went back since; `refunded_amount`
    how much of the total went back, in all. `disputed_amount` is what a bank took back
    for the card's holder, or holds until that is decided. `is_exchange` is true for an
    order that replaces goods of another one. `tells_points` says that its lines tell
    what points pay of them, `is_picked_up` that the buyer comes for it.
    """

    order_pk: str
    channel_pk: int
    channel: str
    currency: str
    email: str
    ordered_at: datetime
    total_amount: int
    lines: tuple[OrderLineFacts, ...]
    checkout_token: str | None = None
    user_pk: int | None = None
    language: str = ""
    country: str | None = None
    shipping_method_id: str | None = None
    prices_with_tax: bool = True
    is_confirmed: bool = True
    is_cancelled: bool = False
    is_paid: bool = False
    is_fulfilled: bool = False
    paid_at: datetime | None = None
    fulfilled_at: datetime | None = None
    is_exchange: bool = False
    gift_card_amount: int = 0
    paid_amount: int = 0
    given_back_amount: int = 0
    refunded_amount: int = 0
    disputed_amount: int = 0
    tells_points: bool = False
    is_picked_up: bool = False

    @property
    def taken_amount(self) -> int:
        """How much of the total is not the shop's any more, never more than all."""
        return min(self.total_amount, self.refunded_amount + self.disputed_amount)

    @property
    def refunded_share(self) -> Fraction:
        """Which part of the order the shop gave back, by its money or by its goods.

        Points that paid come back beside the money, so money is a part of all that was
        not paid in points.
        """
        return max(self._money_share(self.refunded_amount), self._goods_share)

    @property
    def taken_share(self) -> Fraction:
        """Which part of the order is not the buyer's any more, disputes among it."""
        return max(self._money_share(self.taken_amount), self._goods_share)

    @property
    def is_undone(self) -> bool:
        """Whether nothing is left of the order that points could be given for."""
        return self.is_cancelled or self.taken_share == 1

    def after_refund(self, amount: int) -> OrderFacts:
        """Return the facts as they will be when so much more has been refunded."""
        given = self.given_back_amount + amount
        known = refunded(
            self.total_amount,
            self.paid_amount - self.given_back_amount,
            self.given_back_amount,
        )
        then = refunded(self.total_amount, self.paid_amount - given, given)
        return replace(
            self,
            given_back_amount=given,
            refunded_amount=min(self.total_amount, self.refunded_amount + then - known),
        )

    def _money_share(self, amount: int) -> Fraction:
        paid = self.total_amount + self.gift_card_amount
        return Fraction(min(amount, paid), paid or 1)

    @property
    def _goods_share(self) -> Fraction:
        worth = sum(line.worth_amount for line in self.lines)
        returned = sum((line.returned_amount for line in self.lines), Fraction(0))
        return min(Fraction(1), returned / (worth or 1))


@dataclass(frozen=True)
class Charge:
    """Money that was taken for an order at one time, in minor units."""

    at: datetime
    amount: int


def is_paid(total: int, charged: int, refunded: int) -> bool:
    """Tell whether an order was paid in full, whatever went back since.

    >>> is_paid(1000, charged=600, refunded=400), is_paid(1000, 600, 0), is_paid(0, 0, 0)
    (True, False, True)
    """
    return charged + refunded >= total


def paid_at(total: int, charges: Iterable[Charge], ordered_at: datetime) -> datetime:
    """Return when the charges first covered the total.

    Where they never do, as with a payment that left no trace of its time, the last
    of them counts. An order is not paid before it is placed.

    >>> from datetime import timezone
    >>> day = [datetime(2026, 5, number, tzinfo=timezone.utc) for number in range(1, 9)]
    >>> charges = [Charge(day[3], 400), Charge(day[1], 600), Charge(day[6], 300)]
    >>> paid_at(1000, charges, day[0]).day, paid_at(1000, [], day[0]).day
    (4, 1)
    """
    found = ordered_at
    covered = 0
    for charge in sorted(charges, key=lambda charge: charge.at):
        if covered >= total:
            break
        covered += charge.amount
        found = max(found, charge.at)
    return found


def refunded(total: int, charged: int, refunded: int) -> int:
    """Return how much of the total went back, in minor units.

    Money that was paid twice and given back once is no refund, and neither is one
    that was charged again since.

    >>> refunded(1000, charged=600, refunded=400), refunded(1000, 1000, 200)
    (400, 0)
    """
    return min(max(total - charged, 0), max(refunded, 0))
