"""The hooks of Saleor 2.10."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from ..checkout.computed_prices import price_now
from ..checkout.gate import guard_order_placement, pass_without_offers
from ..customers import members
from ..guard import guarded
from ..host.saleor2 import memo, pricing
from ..host.saleor2.reader import CHANNEL_PK
from ..orders.receipts import bind_order
from ..orders.settling import settle_order, settle_soon
from .paths import answer

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from prices import TaxedMoney
    from saleor.account.models import User
    from saleor.checkout.models import Checkout, CheckoutLine
    from saleor.order.models import Order

    from ..engine import Evaluation
    from ..programs.rulebook import Rulebook


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

    def webhook(
        self, request: HttpRequest, path: str, previous_value: Any
    ) -> HttpResponse:
        """Answer a request to one of our own paths."""
        return answer(self, request, path)

    def order_created(self, order: Order, previous_value: Any, **_: Any) -> Any:
        """Write the order's key on its receipt, and settle its points."""
        self.attend("REWARDS_ORDER_CREATED", lambda: bind_order(order))
        return self.order_updated(order, previous_value)

    def order_updated(self, order: Order, previous_value: Any, **_: Any) -> Any:
        """Bring the points to what the order says now, whatever happened to it."""
        if self.active:
            self.attend("REWARDS_SETTLE_ORDER", lambda: settle_soon(order.pk))
        return previous_value

    def customer_created(self, customer: User, previous_value: Any) -> Any:
        """Give a new member what is theirs, where nobody has to confirm anything."""
        if self.active:
            self.attend("REWARDS_WELCOME", lambda: members.welcome(customer))
        return previous_value

    def close_gate(self, checkout: Checkout) -> None:
        """Let the order through or raise a ``ValidationError`` that says why not."""
        if memo.is_active(self.active):
            guard_order_placement(checkout, self.book, checkout, settle_order)
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
