"""One visit to the shop, from an empty cart to a paid order, over GraphQL alone.

Two shops run over the same database, one of them without the plugin: whatever goes
into the cart also goes into a second one there, which tells at every step what the
same things cost without the plugin.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, Callable

from . import documents
from .basket import Basket
from .cart import Cart, amount, called, cart_of
from .checks import (
    Entry,
    Order,
    OrderLine,
    check_cart,
    check_invitation,
    check_order,
    check_points,
)
from .client import Client, ShopError
from .shoppers import Shopper
from .talk import Channel

MOST_OF_ONE = 5


@dataclass(frozen=True)
class Sides:
    """Who answers in a visit, and in which channel.

    ``shop`` is the shop with the plugin, as the shopper; ``plain`` the same shop
    without it, as a guest; ``bank`` takes money and gives it back.
    """

    shop: Client
    plain: Client
    staff: Client
    bank: Client
    channel: Channel


@dataclass(frozen=True)
class Variant:
    """Something to buy."""

    id: str
    sku: str
    product_id: str
    name: str
    price: Decimal
    available: int
    is_sent: bool = True


@dataclass(frozen=True)
class Step:
    """What happened, and how the cart stands then with and without the plugin."""

    what: str
    cart: Cart
    plain: Cart


def variants_of(data: Any) -> list[Variant]:
    """Return what the shop has, cheapest first."""
    found = [
        Variant(
            variant["id"],
            variant["sku"] or variant["id"],
            edge["node"]["id"],
            called(edge["node"], variant),
            amount(variant["pricing"]["price"]),
            variant["quantityAvailable"],
            edge["node"]["productType"]["isShippingRequired"],
        )
        for edge in data["products"]["edges"]
        for variant in edge["node"]["variants"]
    ]
    return sorted(found, key=lambda variant: (variant.price, variant.sku))


def pieces(gap: Decimal, variant: Variant) -> int:
    """Return how many pieces of a variant just close a gap."""
    return int((gap / variant.price).to_integral_value(ROUND_CEILING))


def closing(gap: Decimal, variants: list[Variant]) -> tuple[Variant, int]:
    """Return what to buy to close a gap with as little beyond it as there is.

    :raises ShopError: where nothing in the shop closes it.
    """
    choices = [
        (variant.price * count - gap, count, variant.sku, variant)
        for variant in variants
        for count in [pieces(gap, variant)]
        if count <= min(variant.available, MOST_OF_ONE)
    ]
    if not choices:
        raise ShopError(f"Nothing in the shop closes a gap of {gap}.")
    _, count, _, variant = min(choices, key=lambda choice: choice[:3])
    return variant, count


class Visit:
    """One cart, from the first thing in it to the order.

    :param sides: the shop as the shopper who is signed in, and all others.
    :param variants: what is to be had, cheapest first.
    :param shopper: where the order goes to.
    :param tier: the shopper's tier.
    :param tell: called with every step as soon as it is done.
    """

    def __init__(
        self,
        sides: Sides,
        variants: list[Variant],
        shopper: Shopper,
        tier: str,
        tell: Callable[[Step], None],
    ) -> None:
        self.sides = sides
        self.shop = sides.shop
        self.variants = variants
        self.shopper = shopper
        self.tier = tier
        self.tell = tell
        self.differences: list[str] = []
        self.steps: list[Step] = []
        # The second one is never ordered, and is nobody's: what it costs depends on
        # what is in it and where it goes.
        dearer = self.variants[len(self.variants) // 4 :]
        first = next(variant for variant in dearer if variant.is_sent)
        self.cart, self.twin = (
            Basket(client, sides.channel, first.id, shopper.email)
            for client in (sides.shop, sides.plain)
        )
        self.look(f"cart with 1 x {first.name}")

    def look(self, what: str) -> Step:
        """Ask both shops for the cart, compare, and tell the step."""
        without = cart_of(self.twin.look_without())
        step = Step(what, cart_of(self.cart.look()), without)
        found = check_cart(step.cart, step.plain)
        found += check_points(step.cart, self.tier)
        self.differences += [f"{what}: {sentence}" for sentence in found]
        self.steps.append(step)
        self.tell(step)
        return step

    @property
    def shown(self) -> Cart:
        """The cart as the shopper saw it last."""
        return self.steps[-1].cart

    def go_to_delivery(self) -> Step:
        """Give an address and choose the cheapest delivery that costs something."""
        for basket in (self.cart, self.twin):
            basket.send_to(self.shopper.address)
        costing = [name for price, _, name in self.cart.deliveries() if price]
        if not costing:
            raise ShopError("There is no delivery that costs something.")
        name = costing[0]
        for basket in (self.cart, self.twin):
            basket.send_by(name)
        return self.look(f"address and delivery: {name}")

    def close_gap(self, benefit_type: str) -> Variant:
        """Add what brings the next step of an offer.

        :raises ShopError: where no offer of that kind has one.
        """
        gap = self.shown.gap_of(benefit_type)
        if not gap:
            raise ShopError(f"No offer of the kind {benefit_type} is within reach.")
        taken = {line.product_id for line in self.shown.lines}
        others = [one for one in self.variants if one.product_id not in taken]
        variant, count = closing(gap, others)
        for basket in (self.cart, self.twin):
            basket.add(variant.id, count)
        self.look(f"adds {count} x {variant.name}")
        return variant

    def change(self, variant: Variant, by: int) -> None:
        """Take a piece out, or put one back."""
        held = {line.variant_id: line.quantity for line in self.shown.lines}
        for basket in (self.cart, self.twin):
            basket.put(variant.id, held.get(variant.id, 0) + by)
        verb = "puts one back" if by > 0 else "takes one out"
        self.look(f"{verb}: {variant.name}")

    def spend(self, points: int) -> None:
        """Let points pay for a part of the cart."""
        self.shop.ask(documents.REDEEM, id=self.cart.id, points=points)
        self.look(f"spends {points} points")

    def accept(self, code: str) -> None:
        """Claim what a friend promised who gave out a code."""
        self.shop.ask(documents.CLAIM, id=self.cart.id, code=code)
        step = self.look(f"accepts the invitation {code}")
        self.differences += check_invitation(step.cart)

    def try_own(self, code: str) -> str:
        """Claim what is not to be had; return the sentence of the refusal."""
        sentence = self.shop.refusal(documents.CLAIM, id=self.cart.id, code=code)
        self.look(f"tries the code {code}, in vain")
        return sentence

    def take_points_back(self) -> None:
        self.shop.ask(documents.RELEASE, id=self.cart.id)
        self.look("takes the points back")

    def pay(self) -> Order:
        """Pay what was shown last, place the order and read its receipt."""
        talk, sides = self.shop.talk, self.sides
        total = {"amount": self.shown.total, "currency": sides.channel.currency}
        talk.pay(self.shop, sides.bank, self.cart.id, total)
        last = self.look(f"payment through {talk.PAID_BY}")
        placed = self.cart.ask(talk.COMPLETE)["result"]["order"]
        data = self.shop.ask(talk.ORDER, reference=placed["reference"])["order"]
        order = order_of(data)
        self.differences += check_order(order, last.cart, last.plain)
        return order


def order_of(data: Any) -> Order:
    """Return the order in the shop's answer.

    :raises ShopError: where the order has no receipt.
    """
    receipt = data["rewards"]
    if receipt is None:
        raise ShopError("The order has no receipt.")
    return Order(
        id=data["id"],
        number=data["number"],
        is_paid=data["isPaid"],
        lines=tuple(order_line_of(line) for line in data["lines"]),
        shipping=amount(data["shippingPrice"]),
        total=amount(data["total"]),
        captured=amount(data["totalCharged"]),
        savings=amount(receipt["savings"]),
        shipping_savings=amount(receipt["shippingSavings"]),
        entries=tuple(
            Entry(
                entry["name"],
                entry["ruleVersion"],
                None if entry["isShipping"] else entry["variantId"],
                amount(entry["amount"]),
            )
            for entry in receipt["entries"]
        ),
        points_earned=receipt["pointsEarned"],
        points_redeemed=receipt["pointsRedeemed"],
        points_worth=amount(receipt["pointsWorth"]),
    )


def order_line_of(data: Any) -> OrderLine:
    variant = data["variantName"] if data["variantName"] != data["productSku"] else ""
    name = f"{data['productName']} {variant}".strip()
    unit = amount(data["unitPrice"])
    return OrderLine(data["variant"]["id"], name, data["quantity"], unit)
