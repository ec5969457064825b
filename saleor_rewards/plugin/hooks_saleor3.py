"""The hooks of Saleor 3.21 and later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from ..checkout import service
from ..checkout.gate import guard_order_placement
from ..customers import members
from ..customers.erasing import erase_user
from ..guard import guarded
from ..jobs import enqueue
from ..orders.receipts import bind_order
from ..orders.settling import settle_order, settle_soon
from .paths import answer

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from saleor.account.models import User
    from saleor.checkout.fetch import CheckoutInfo
    from saleor.checkout.models import Checkout
    from saleor.order.models import Order
    from saleor.product.models import ProductVariant

    from ..programs.rulebook import Rulebook


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

    def checkout_fully_authorized(
        self, checkout: Checkout, previous_value: Any, **_: Any
    ) -> Any:
        """Keep the price of a checkout whose money is set aside."""
        guarded("REWARDS_CHECKOUT_PAID", None, lambda: self.refresh(checkout))
        return previous_value

    def checkout_fully_paid(
        self, checkout: Checkout, previous_value: Any, **_: Any
    ) -> Any:
        """Keep the price of a checkout that is paid."""
        guarded("REWARDS_CHECKOUT_PAID", None, lambda: self.refresh(checkout))
        return previous_value

    def preprocess_order_creation(
        self, checkout_info: CheckoutInfo, lines: Any, previous_value: Any
    ) -> Any:
        """Refuse an order whose offers are not those that the shopper saw."""
        guard_order_placement(
            checkout_info.checkout, self.book, checkout_info, settle_order
        )
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

    def order_confirmed(self, order: Order, previous_value: Any, **_: Any) -> Any:
        """Settle an order that the merchant consented to."""
        return self.order_updated(order, previous_value)

    def order_refunded(self, order: Order, previous_value: Any, **_: Any) -> Any:
        """Settle an order of which money went back."""
        return self.order_updated(order, previous_value)

    def order_bulk_created(
        self, orders: list[Order], previous_value: Any, **_: Any
    ) -> Any:
        """Settle orders that were imported."""
        for order in orders:
            self.order_updated(order, previous_value)
        return previous_value

    def product_variant_updated(
        self, product_variant: ProductVariant, previous_value: Any, **_: Any
    ) -> Any:
        """Look again at the checkouts that hold a variant whose price may be new."""
        self.attend("REWARDS_VARIANT_UPDATED", lambda: _revisit(product_variant.pk))
        return previous_value

    def account_confirmed(self, user: User, previous_value: Any, **_: Any) -> Any:
        """Give a new member what is theirs."""
        self.attend("REWARDS_WELCOME", lambda: members.welcome(user))
        return previous_value

    def customer_created(self, customer: User, previous_value: Any, **_: Any) -> Any:
        """Give a new member what is theirs, where nobody has to confirm anything."""
        self.attend("REWARDS_WELCOME", lambda: members.welcome(customer))
        return previous_value

    def customer_updated(self, customer: User, previous_value: Any, **_: Any) -> Any:
        """Follow a changed e-mail address."""
        self.attend("REWARDS_FOLLOW", lambda: members.follow(customer))
        return previous_value

    def customer_deleted(self, customer: User, previous_value: Any, **_: Any) -> Any:
        """Erase a customer whom staff deleted."""
        self.attend("REWARDS_FORGET", lambda: erase_user(customer))
        return previous_value

    def staff_deleted(self, staff_user: User, previous_value: Any, **_: Any) -> Any:
        """Erase somebody who worked for the shop."""
        self.attend("REWARDS_FORGET", lambda: erase_user(staff_user))
        return previous_value

    def account_deleted(self, user: User, previous_value: Any, **_: Any) -> Any:
        """Erase a customer who left."""
        self.attend("REWARDS_FORGET", lambda: erase_user(user))
        return previous_value

    def refresh(self, checkout: Checkout) -> None:
        """Bring the checkout's prices to what its rules give."""
        book = self.book(checkout)
        if book is not None:
            service.refresh(checkout, book)

    if TYPE_CHECKING:
        active: bool

        def attend(self, code: str, work: Callable[[], Any]) -> None: ...

        def book(self, checkout: Checkout) -> Rulebook | None: ...


def _revisit(variant_pk: int) -> None:
    enqueue("revisit_checkouts", variant_pk, fault="REWARDS_VARIANT_UPDATED")
