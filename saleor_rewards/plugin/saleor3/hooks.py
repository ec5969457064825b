"""The hooks of Saleor 3.21 and later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import service
from ..guard import guarded

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo
    from saleor.checkout.models import Checkout
    from saleor.product.models import ProductVariant

    from ..rulebook import Rulebook


class Hooks:
    """Saleor calls these for an active plugin only."""

    def checkout_created(
        self, checkout: Checkout, previous_value: Any, **_: Any
    ) -> Any:
        """Give a new checkout its offers."""
        guarded("REWARDS_CHECKOUT_CREATED", None, lambda: self.refresh(checkout))
        return previous_value

    def checkout_updated(
        self, checkout: Checkout, previous_value: Any, **_: Any
    ) -> Any:
        """Bring the offers to what the changed checkout gets."""
        guarded("REWARDS_CHECKOUT_UPDATED", None, lambda: self.refresh(checkout))
        return previous_value

    def preprocess_order_creation(
        self, checkout_info: CheckoutInfo, lines: Any, previous_value: Any
    ) -> Any:
        """Refuse an order whose offers are not those that the shopper saw."""
        checkout = checkout_info.checkout
        guarded("REWARDS_ORDER_GATE", None, lambda: self._close_gate(checkout))
        return previous_value

    def product_variant_updated(
        self, product_variant: ProductVariant, previous_value: Any, **_: Any
    ) -> Any:
        """Look again at the checkouts that hold a variant whose price may be new."""
        guarded("REWARDS_VARIANT_UPDATED", None, lambda: _revisit(product_variant.pk))
        return previous_value

    def refresh(self, checkout: Checkout) -> None:
        """Bring the checkout's prices to what its rules give."""
        book = self.book(checkout)
        if book is not None:
            service.refresh(checkout, book)

    def _close_gate(self, checkout: Checkout) -> None:
        book = self.book(checkout)
        if book is not None:
            service.close_gate(checkout, book)

    if TYPE_CHECKING:

        def book(self, checkout: Checkout) -> Rulebook | None: ...


def _revisit(variant_pk: int) -> None:
    from ...tasks import revisit_checkouts

    revisit_checkouts.delay(variant_pk)
