"""What the shop says of a cart, in amounts that can be added up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

NOTHING = Decimal(0)
POINTS_LANE = "POINTS"


def amount(money: Any) -> Decimal:
    """Return the amount of Saleor's Money or TaxedMoney."""
    return Decimal((money.get("gross") or money)["amount"])


@dataclass(frozen=True)
class Line:
    """One line: what is in it, and what it costs after all offers."""

    variant_id: str
    sku: str
    product_id: str
    name: str
    quantity: int
    total: Decimal
    category: str = ""


@dataclass(frozen=True)
class Points:
    """What the plugin says of a cart's points.

    ``available`` are those that its owner has, ``most`` those of them that could pay:
    none for a guest.
    """

    earned: int = 0
    redeemed: int = 0
    worth: Decimal = NOTHING
    available: int = 0
    most: int = 0
    minimum: int = 1
    step: int = 1

    def part(self, share: int) -> int:
        """Return about one part in ``share`` of what could pay, as it may be spent.

        >>> Points(most=460, minimum=50, step=10).part(2)
        230
        >>> Points(most=40, minimum=50, step=10).part(2)
        0
        """
        points = self.most // share // self.step * self.step
        return points if points >= self.minimum else 0


@dataclass(frozen=True)
class Offer:
    """What the plugin says of one rule."""

    name: str
    lane: str
    is_applied: bool
    amount: Decimal
    gap: Decimal
    benefit_type: str
    next_percent: Decimal
    next_amount: Decimal = NOTHING

    @property
    def next_worth(self) -> str:
        if self.benefit_type == "FREE_SHIPPING":
            return "free shipping"
        if self.next_amount:
            return f"{self.next_amount:.2f} off"
        return f"{self.next_percent.normalize():f}% off"


@dataclass(frozen=True)
class Cart:
    """A cart as a shopper sees it at one moment.

    ``claim`` is what became of a friend's invitation, empty where there is none.
    """

    id: str
    token: str
    lines: tuple[Line, ...]
    subtotal: Decimal
    shipping: Decimal
    total: Decimal
    has_delivery: bool
    savings: Decimal = NOTHING
    shipping_savings: Decimal = NOTHING
    offers: tuple[Offer, ...] = ()
    points: Points = Points()
    claim: str = ""

    @property
    def goods_savings(self) -> Decimal:
        """What is taken off the goods; ``savings`` is all that is taken off."""
        return self.savings - self.shipping_savings

    @property
    def applied(self) -> tuple[Offer, ...]:
        """The offers that take something off; those of points add to them."""
        return tuple(
            offer
            for offer in self.offers
            if offer.is_applied and offer.lane != POINTS_LANE
        )

    @property
    def next_offer(self) -> Offer | None:
        """The offer with a next step that the least is missing for."""
        ahead = [offer for offer in self.offers if offer.gap]
        return min(ahead, key=lambda offer: offer.gap) if ahead else None

    def gap_of(self, benefit_type: str) -> Decimal:
        """Return what the next step of that kind still takes."""
        gaps = [o.gap for o in self.offers if o.benefit_type == benefit_type and o.gap]
        return min(gaps, default=NOTHING)


def called(product: Any, variant: Any) -> str:
    """Return what a shopper calls a variant; Saleor 3 names some by their ID.

    >>> called({"name": "Juice"}, {"id": "UHJv", "name": "1l"})
    'Juice 1l'
    >>> called({"name": "Juice"}, {"id": "UHJv", "name": "UHJv"})
    'Juice'
    """
    name = "" if variant["name"] == variant["id"] else variant["name"]
    return f"{product['name']} {name}".strip()


def line_of(data: Any) -> Line:
    variant = data["variant"]
    product = variant["product"]
    return Line(
        variant_id=variant["id"],
        sku=variant["sku"] or variant["id"],
        product_id=product["id"],
        name=called(product, variant),
        quantity=data["quantity"],
        total=amount(data["totalPrice"]),
        category=product["category"]["name"],
    )


def points_of(data: Any) -> Points:
    return Points(
        earned=data["earned"],
        redeemed=data["redeemed"],
        worth=amount(data["worth"]),
        available=data["available"] or 0,
        most=data["mostRedeemable"] or 0,
        minimum=data["minimum"],
        step=data["step"],
    )


def offer_of(data: Any) -> Offer:
    return Offer(
        name=data["name"],
        lane=data["lane"],
        is_applied=data["state"] == "APPLIED",
        amount=amount(data["amount"]),
        gap=amount(data["gap"]) if data["gap"] else NOTHING,
        benefit_type=data["benefitType"],
        next_percent=Decimal(str(data["nextPercent"] or 0)),
        next_amount=amount(data["nextAmount"]) if data["nextAmount"] else NOTHING,
    )


def cart_of(data: Any) -> Cart:
    """Return the cart in the shop's answer; without the plugin it has no rewards."""
    prices = Cart(
        id=data["id"],
        token=data["token"],
        lines=tuple(line_of(line) for line in data["lines"]),
        subtotal=amount(data["subtotalPrice"]),
        shipping=amount(data["shippingPrice"]),
        total=amount(data["totalPrice"]),
        has_delivery=bool(data["deliveryMethod"]),
    )
    rewards = data.get("rewards")
    if rewards is None:
        return prices
    return Cart(
        **{
            **vars(prices),
            "savings": amount(rewards["savings"]),
            "shipping_savings": amount(rewards["shippingSavings"]),
            "offers": tuple(offer_of(offer) for offer in rewards["offers"]),
            "points": points_of(rewards["points"]),
            "claim": (rewards["referral"] or {}).get("state", ""),
        }
    )
