"""The hooks of Saleor 2.10."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from ..gate import guard_order_placement, pass_without_offers
from ..guard import guarded
from . import memo, pricing
from .adapter import price_now
from .reader import CHANNEL_PK

if TYPE_CHECKING:
    from prices import TaxedMoney
    from saleor.account.models import User
    from saleor.checkout.models import Checkout, CheckoutLine

    from ...engine import Evaluation
    from ..rulebook import Rulebook


class Hooks:
    """Saleor calls these whether or not the plugin is active."""

    def calculate_checkout_line_total(
        self, checkout_line: CheckoutLine, discounts: Any, previous_value: TaxedMoney
    ) -> TaxedMoney:
        """Take the line's share of the offers off its price."""

        def less(now: Evaluation) -> TaxedMoney:
            return pricing.line_total(str(checkout_line.pk), previous_value, now)

        # Saleor loads it anew for each line, and it may be gone by now.
        return self._priced(
            checkout_line.checkout_id,
            lambda: checkout_line.checkout,
            discounts,
            previous_value,
            less,
        )

    def calculate_checkout_shipping(
        self, checkout: Checkout, lines: Any, discounts: Any, previous_value: TaxedMoney
    ) -> TaxedMoney:
        """Take the shipping offer off the shipping price."""

        def less(now: Evaluation) -> TaxedMoney:
            return pricing.shipping_price(previous_value, now)

        return self._priced(
            checkout.pk, lambda: checkout, discounts, previous_value, less
        )

    def preprocess_order_creation(
        self, checkout: Checkout, discounts: Any, previous_value: Any
    ) -> Any:
        """Refuse an order whose offers are not those that the shopper saw."""
        self.close_gate(checkout)
        return previous_value

    def customer_created(self, customer: User, previous_value: Any) -> Any:
        """Give a new member what is theirs, where nobody has to confirm anything."""
        if self.active:
            self.attend("REWARDS_WELCOME", lambda: _members().welcome(customer))
        return previous_value

    def close_gate(self, checkout: Checkout) -> None:
        """Let the order through or raise a ``ValidationError`` that says why not."""
        if memo.is_active(self.active):
            guard_order_placement(checkout, self.book, checkout)
        else:
            pass_without_offers(checkout, self.book)

    def _priced(
        self,
        checkout_pk: Any,
        checkout_of: Callable[[], Checkout],
        discounts: Any,
        price: TaxedMoney,
        less: Callable[[Evaluation], TaxedMoney],
    ) -> TaxedMoney:
        def work() -> TaxedMoney:
            book = self.channel_book(CHANNEL_PK)
            now = book and price_now(
                checkout_pk,
                checkout_of,
                book,
                discounts,
                is_active=memo.is_active(self.active),
            )
            return less(now) if now else price

        return guarded("REWARDS_PRICE", price, work)

    if TYPE_CHECKING:
        active: bool

        def attend(self, code: str, work: Callable[[], Any]) -> None: ...

        def book(self, checkout: Checkout) -> Rulebook | None: ...

        def channel_book(self, channel_pk: int) -> Rulebook | None: ...


def _members() -> Any:
    # It needs the adapter, which is not there yet when the hooks are loaded.
    from .. import members

    return members
