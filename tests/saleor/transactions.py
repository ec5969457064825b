"""A payment app that takes the shop's payments by Saleor's transactions."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import graphene
from saleor.app.models import App
from saleor.payment.models import TransactionItem

from saleor_rewards.host.current import host

from .merchants import PAYMENTS, Caller, permissions_named

if TYPE_CHECKING:
    from .world import Cart, Shopper

IDENTIFIER = "tests.payments"

CREATE = """
mutation($id: ID!, $transaction: TransactionCreateInput!) {
  transactionCreate(id: $id, transaction: $transaction) {
    transaction { id } errors { field message code }
  }
}
"""
UPDATE = """
mutation($id: ID!, $transaction: TransactionUpdateInput!) {
  transactionUpdate(id: $id, transaction: $transaction) {
    transaction { id } errors { field message code }
  }
}
"""
REPORT = """
mutation(
  $id: ID!, $type: TransactionEventTypeEnum!, $amount: PositiveDecimal, $psp: String!
) {
  transactionEventReport(id: $id, type: $type, amount: $amount, pspReference: $psp) {
    transaction { id } errors { field message code }
  }
}
"""
INITIALIZE = """
mutation($id: ID!, $gateway: String!, $amount: PositiveDecimal!) {
  transactionInitialize(id: $id, amount: $amount, paymentGateway: {id: $gateway}) {
    transaction { id } errors { field message code }
  }
}
"""


def install_app() -> None:
    """Install the payment app into the shop."""
    app = App.objects.create(name="Payments", identifier=IDENTIFIER, is_active=True)
    app.permissions.add(*permissions_named(PAYMENTS))
    app.tokens.create(app=app, name="default", auth_token=_token(app))


def _token(app: App) -> str:
    # Saleor remembers longer than a test takes whose a token is, and takes those of
    # another length for a user's.
    return f"token-of-payment-app-{app.pk}".rjust(30, "-")


class PaymentApp:
    """What the payment app tells Saleor of carts and orders."""

    def pay(
        self,
        _shopper: Any,
        cart: Cart,
        amount: Decimal,
        reference: str = "",
        *,
        is_taken: bool = True,
    ) -> None:
        """Take the amount, or set it aside, in place of what a cart had paid before."""
        taken = amount if is_taken else 0
        sums = {"amountCharged": taken, "amountAuthorized": amount - taken}
        paid = TransactionItem.objects.filter(checkout_id=cart.pk).first()
        if paid is None:
            self.create(cart.id, reference or _reference(), **sums)
        else:
            self.correct(_id(paid), **sums)

    def begin(self, shopper: Shopper, cart: Cart, amount: str) -> str:
        """Let a shopper begin to pay an amount; return the transaction's ID."""
        begun = shopper.do(INITIALIZE, id=cart.id, gateway=IDENTIFIER, amount=amount)
        return str(begun["transaction"]["id"])

    def capture(self, _staff: Any, order: dict[str, Any], amount: str) -> None:
        """Take money of an order that was set aside."""
        paid = _transactions(order).get(authorized_value__gt=0)
        self.report(_id(paid), "CHARGE_SUCCESS", amount)

    def refund(self, _staff: Any, order: dict[str, Any], amount: str) -> None:
        """Give money of an order back."""
        paid = _transactions(order).get(charged_value__gt=0)
        self.report(_id(paid), "REFUND_SUCCESS", amount)

    def create(self, owner: str, psp: str | None = None, **sums: Any) -> str:
        """Tell of a new transaction of a checkout or an order; return its ID."""
        wanted = {"name": "Card", "pspReference": psp, **_money(sums)}
        made = self._do(CREATE, id=owner, transaction=wanted)
        return str(made["transaction"]["id"])

    def correct(self, transaction: str, **sums: Any) -> None:
        """Set the sums of a transaction as they should be."""
        self._do(UPDATE, id=transaction, transaction=_money(sums))

    def report(
        self, transaction: str, kind: str, amount: str, psp: str | None = None
    ) -> None:
        """Report one event of a transaction."""
        psp = psp or _reference()
        self._do(REPORT, id=transaction, type=kind, amount=amount, psp=psp)

    def _do(self, document: str, **variables: Any) -> dict[str, Any]:
        token = _token(App.objects.get(identifier=IDENTIFIER))
        payload = Caller(f"Bearer {token}").do(document, **variables)
        assert payload["errors"] == [], payload["errors"]
        return payload


def _money(sums: dict[str, Any]) -> dict[str, Any]:
    currency = host.channels()[0].currency
    return {
        name: {"amount": str(amount), "currency": currency}
        for name, amount in sums.items()
    }


def _transactions(order: dict[str, Any]) -> Any:
    pk = graphene.Node.from_global_id(order["id"])[1]
    return TransactionItem.objects.filter(order_id=pk)


def _id(item: TransactionItem) -> str:
    return graphene.Node.to_global_id("TransactionItem", item.token)


def _reference() -> str:
    # Tests fork processes that would count on from the same number.
    return f"psp-{uuid4()}"
