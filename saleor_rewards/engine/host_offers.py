"""The shop system's own offers: what they ask of the goods, and what they take off.

A voucher of the shopper's and the merchant's order promotions go by what the goods
cost once ours are taken off. So ours can take a cart below what such an offer asks for.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from math import floor
from typing import Any, Mapping

HALF = Fraction(1, 2)


class HostOfferKind(Enum):
    """What an offer of the shop system is.

    >>> HostOfferKind("VOUCHER").name
    'VOUCHER'
    """

    #: The shopper's own code.
    VOUCHER = "VOUCHER"
    #: A promotion of whole orders, which no voucher may stand beside.
    PROMOTION = "PROMOTION"


@dataclass(frozen=True)
class HostOffer:
    """One offer of the shop system, in minor units of the cart's currency.

    It stands while the goods cost `least_amount` or more, and `most_amount` or less,
    and takes `percent` or `amount` off them. Where `stays`, ours never take the goods out
    of these bounds, since nobody knows its worth, as of a gift. Where ours take something
    off, `rounding_amount` more is left, as it rounds line by line. `shipping_amount` is what it takes off the delivery price.
    `rounds_down` says how a percentage is rounded: the discount down, or else the price
    that is left to the nearest unit. Raises `ValueError` naming the field.

    >>> third = HostOffer(HostOfferKind.VOUCHER, Decimal(30), least_amount=5000)
    >>> third.stands_at(5500), third.price(5500), third.stands_at(4500)
    (True, 3850, False)
    >>> HostOffer(HostOfferKind.PROMOTION, Decimal(101))
    Traceback (most recent call last):
    ValueError: percent: must be between 0 and 100
    """

    kind: HostOfferKind
    percent: Decimal = Decimal(0)
    amount: int = 0
    least_amount: int = 0
    most_amount: int | None = None
    shipping_amount: int = 0
    rounds_down: bool = False
    stays: bool = False
    rounding_amount: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.kind, HostOfferKind):
            raise ValueError("kind: a HostOfferKind is needed")
        if not 0 <= self.percent <= 100:
            raise ValueError("percent: must be between 0 and 100")
        for name in (
            "amount",
            "least_amount",
            "most_amount",
            "shipping_amount",
            "rounding_amount",
        ):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or value < 0):
                raise ValueError(f"{name}: a whole number from 0 on is needed")

    def room(self, goods_amount: int) -> int:
        """Return how much ours may take off goods that cost so much.

        >>> HostOffer(HostOfferKind.VOUCHER, least_amount=5000).room(5500)
        500
        """
        return max(0, goods_amount - self.least_amount - self.rounding_amount)

    def stands_at(self, goods_amount: int) -> bool:
        """Tell whether goods that cost so much are what the offer asks for."""
        most = self.most_amount
        return self.least_amount <= goods_amount and (
            most is None or goods_amount <= most
        )

    def price(self, goods_amount: int) -> int:
        """Return what goods cost once the offer has taken its part off them."""
        if not self.percent:
            return max(0, goods_amount - self.amount)
        share = Fraction(self.percent) / 100
        if self.rounds_down:
            return goods_amount - floor(goods_amount * share)
        return floor(goods_amount * (1 - share) + HALF)

    def to_json(self) -> dict[str, Any]:
        """Return a plain dict that `from_json` reads."""
        return dict(asdict(self), kind=self.kind.value, percent=str(self.percent))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> HostOffer:
        """Rebuild what `to_json` gave.

        >>> offer = HostOffer(HostOfferKind.PROMOTION, amount=500, least_amount=5000)
        >>> HostOffer.from_json(offer.to_json()) == offer
        True
        """
        known = dict(data, percent=Decimal(data["percent"]))
        return cls(**dict(known, kind=HostOfferKind(data["kind"])))
