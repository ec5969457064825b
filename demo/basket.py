"""One cart of one shop, and what is done to it over GraphQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .cart import amount
from .client import Client
from .talk import Channel


class Basket:
    """A checkout from its first line on.

    :param client: the shop, as whoever fills the cart.
    :param channel: where it is opened.
    :param variant: the variant that goes in first.
    :param email: whose it is.
    """

    def __init__(
        self, client: Client, channel: Channel, variant: str, email: str
    ) -> None:
        self.client = client
        self.talk = client.talk
        given = {"channel": channel.slug, "email": email, "lines": _line(variant, 1)}
        made = client.ask(self.talk.CREATE, **given)["result"]["checkout"]
        self.id: str = made["id"]
        self.token: str = made["token"]

    def look(self) -> Any:
        """Return what the shop with the plugin says of it."""
        return self.ask(self.talk.CART)["checkout"]

    def look_without(self) -> Any:
        """Return what Saleor alone says of it."""
        return self.ask(self.talk.PLAIN_CART)["checkout"]

    def add(self, variant: str, quantity: int) -> None:
        self.ask(self.talk.ADD, lines=_line(variant, quantity))

    def put(self, variant: str, quantity: int) -> None:
        """Let there be so many of something that is in it."""
        self.ask(self.talk.UPDATE, lines=_line(variant, quantity))

    def send_to(self, address: dict[str, str]) -> None:
        self.ask(self.talk.ADDRESSES, address=address)

    def deliveries(self) -> list[tuple[Decimal, str, str]]:
        """Return price, ID and name of each way to send it, cheapest first."""
        methods = self.look_without()["shippingMethods"]
        return sorted((amount(one["price"]), one["id"], one["name"]) for one in methods)

    def send_by(self, name: str) -> None:
        """Choose a delivery by its name, since IDs may be the cart's own."""
        [method] = (found for _, found, its in self.deliveries() if its == name)
        self.ask(self.talk.DELIVERY, method=method)

    def ask(self, document: str, **variables: Any) -> Any:
        return self.client.ask(document, id=self.id, token=self.token, **variables)


def _line(variant: str, quantity: int) -> list[dict[str, Any]]:
    return [{"variantId": variant, "quantity": quantity}]
