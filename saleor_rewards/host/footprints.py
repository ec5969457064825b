"""What somebody left in the shop, to compare people by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Sequence

#: How many of somebody's orders and addresses are looked at.
MOST_TRACES = 50


@dataclass(frozen=True)
class Footprint:
    """What somebody left in the shop, to compare people by; nobody keeps it as it is.

    ``addresses`` are Saleor's rows. ``order_pks`` are the newest orders that were
    placed, drafts left out.
    """

    emails: tuple[str, ...] = ()
    addresses: tuple[Any, ...] = ()
    order_pks: tuple[str, ...] = ()
    joined_at: datetime | None = None

    @classmethod
    def of(cls, orders: Sequence[Any], user: Any = None) -> Footprint:
        """Return what stands on some orders of Saleor's, and in a user's own book."""
        book = user.addresses.order_by("pk")[:MOST_TRACES] if user else ()
        typed = [
            address
            for order in orders
            for address in (order.shipping_address, order.billing_address)
        ]
        emails = [user and user.email, *(order.user_email for order in orders)]
        return cls(
            emails=tuple(filter(None, emails)),
            addresses=tuple(filter(None, [*book, *typed])),
            order_pks=tuple(str(order.pk) for order in orders),
            joined_at=user and user.date_joined,
        )
