"""How the demo speaks to Saleor: what differs from one major version to the next."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, Sequence

if TYPE_CHECKING:
    from .client import Client


@dataclass(frozen=True)
class Channel:
    """One channel of the shop.

    ``scale`` is what an amount of the program is multiplied by in its currency.
    """

    slug: str
    currency: str
    scale: int = 1

    def money(self, amount: int) -> list[dict[str, Any]]:
        """Return an amount of the program as the API's list of one currency.

        >>> Channel("poland", "PLN", scale=4).money(50)
        [{'currency': 'PLN', 'amount': 200}]
        """
        return [{"currency": self.currency, "amount": amount * self.scale}]


class Talk(Protocol):
    """One of the modules :mod:`demo.saleor2` and :mod:`demo.saleor3`.

    Their documents take the same variables, or fewer of them, and answer under the
    same names. ``HAS_TILL`` says whether the page's shoppers pay at a server of the
    demo's own.
    """

    PAID_BY: str
    HAS_TILL: bool
    LOG_IN: str
    SHOP: str
    REGISTER: str
    PRODUCTS: str
    CREATE: str
    CART: str
    PLAIN_CART: str
    ADD: str
    UPDATE: str
    ADDRESSES: str
    DELIVERY: str
    COMPLETE: str
    ORDER: str

    def channels(self, shop: Any) -> Sequence[Channel]:
        """Return the shop's channels, the main one first.

        :param shop: the answer to ``SHOP``.
        """

    def open_bank(self, staff: Client) -> Client:
        """Return the client of whoever takes money and gives it back."""

    def pay(self, shop: Client, bank: Client, cart: str, total: Any) -> None:
        """Let a shopper pay so much (``Money``) for a cart."""

    def refund(self, bank: Client, order: str, amount: Decimal) -> None:
        """Give back a part of what an order was paid with."""
