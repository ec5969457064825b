"""What the judge looks at, the same on every host."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class OrderView:
    """An order in units of its currency.

    ``given`` is what was given away of it, less what Saleor's own vouchers and
    promotions took off. Of that ``rows`` stand on its lines as ours, ``shipping`` came
    off the shipping, and ``points`` are of the rows what points paid. ``given`` is
    ``None`` where the tables do not tell, the others where there are no rows. ``code``
    is the shopper's own. ``cards`` is what gift cards paid beyond ``total``.
    ``has_promotion`` says that a promotion of Saleor's own stands on it.
    """

    pk: str
    token: str
    given: Decimal | None
    total: Decimal
    rows: Decimal | None
    shipping: Decimal | None
    points: Decimal | None
    code: str | None
    paid: Decimal
    cards: Decimal | None
    has_promotion: bool = False


@dataclass(frozen=True)
class CodeView:
    """A voucher's code: its counter, its limit, the keys of the orders that name it."""

    code: str
    used: int
    limit: int | None
    orders: tuple[str, ...]


@dataclass(frozen=True)
class Plain:
    """A cart as it would be without the plugin: its total, and whether its code stays."""

    total: Decimal
    keeps_code: bool
    told: str = ""
