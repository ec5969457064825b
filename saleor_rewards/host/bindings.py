"""What binds a checkout to a price and a completion, and what an order was given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Sequence

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True)
class Binding:
    """What a checkout is bound to: a price that was agreed, and a completion.

    ``fingerprint`` is the checkout's now, ``agreed_fingerprint``, ``agreed_amount``,
    ``agreed_points`` and ``agreed_at`` are those of its price agreement,
    ``pledged_at`` is when the gate last let it through; ``None`` where there is none.
    ``aside_points`` are put aside for it, be their time over or not.
    """

    fingerprint: str = ""
    agreed_fingerprint: str | None = None
    agreed_amount: int | None = None
    agreed_points: int = 0
    aside_points: int = 0
    agreed_at: datetime | None = None
    pledged_at: datetime | None = None


@dataclass(frozen=True)
class CheckoutMoney:
    """What a checkout costs by its stored prices, and what was paid for it.

    Amounts are in minor units. ``is_current`` says that the stored prices hold.
    ``covered_amount`` is what is authorised or charged, or was asked for a short
    while ago, ``returned_amount`` what went back since; ``offered_amount`` what an
    older payment is to take, if there is one. ``failed_count`` says how often what was
    asked for did not come, of payments that were there when a price was agreed on.
    ``is_under_way`` says that a gateway was asked and has not answered yet.
    """

    total_amount: int
    gift_card_amount: int
    covered_amount: int
    returned_amount: int = 0
    failed_count: int = 0
    is_current: bool = True
    offered_amount: int | None = None
    is_under_way: bool = False

    def covers(self, total_amount: int) -> bool:
        """Return whether something was paid, and all of a total, gift cards first.

        >>> CheckoutMoney(1000, 0, 999).covers(1000), CheckoutMoney(0, 0, 0).covers(0)
        (False, False)
        """
        return total_amount > self.gift_card_amount and self.suffices(total_amount)

    def suffices(self, total_amount: int) -> bool:
        """Return whether what was paid is enough for a total that may have fallen.

        >>> CheckoutMoney(0, 0, 999).suffices(0), CheckoutMoney(0, 0, 0).suffices(0)
        (True, False)
        """
        return 0 < self.covered_amount >= total_amount - self.gift_card_amount


@dataclass(frozen=True)
class GivenDiscount:
    """What one rule, or points without ``rule_id``, took off an order.

    ``variant_id`` is what the order's line sold, empty for the shipping; ``amount`` is
    in minor units.
    """

    rule_id: int | None
    rule_version: int | None
    name: str
    variant_id: str
    amount: int


@dataclass(frozen=True)
class GivenRewards:
    """What an order's own rows say that it got, goods and shipping."""

    discounts: tuple[GivenDiscount, ...] = ()
    shipping: GivenDiscount | None = None


@dataclass(frozen=True)
class Since:
    """A moment from which on changes are looked for.

    ``at`` is by the clock, ``transaction_id`` the oldest transaction of the database
    that was under way then.
    """

    at: datetime
    transaction_id: int


@dataclass(frozen=True)
class ChangeSigns:
    """What says that an order may have changed.

    Saleor noted something of it ``since`` a moment, we did (``order_pks``), or it was
    made of one of the ``checkouts``, each of which selects tokens.
    """

    since: Since
    order_pks: Sequence[str]
    checkouts: Sequence[QuerySet[Any]]
