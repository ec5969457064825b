"""What the shop's staff does with orders, through Saleor's own mutations."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import graphene
from saleor.warehouse.models import Warehouse

from .documents import ADDRESS
from .merchants import ORDERS, Caller, staff
from .payments import PAYMENTS
from .talk import TALK
from .world import Refused

ERRORS = TALK.ERRORS_OF_ORDER

ORDER = """
order {
  id status lines { id quantity quantityFulfilled }
  fulfillments { id status } total { gross { amount } }
}
"""


def _mutation(
    name: str, arguments: str = "", call: str = "", result: str = ORDER
) -> str:
    return (
        f"mutation($id: ID! {arguments}) {{ {name}({call or 'id: $id'}) {{ {result} "
        f"{ERRORS} {{ field message code }} }} }}"
    )


AMOUNT = f"$amount: {TALK.AMOUNT}!"

DOCUMENTS = {
    "pay": _mutation("orderMarkAsPaid"),
    "cancel": _mutation("orderCancel"),
    "confirm": _mutation("orderConfirm"),
    "capture": _mutation("orderCapture", AMOUNT, "id: $id, amount: $amount"),
    "refund": _mutation("orderRefund", AMOUNT, "id: $id, amount: $amount"),
    "fulfill": _mutation(
        "orderFulfill", "$input: OrderFulfillInput!", "order: $id, input: $input"
    ),
    "unfulfill": _mutation(
        "orderFulfillmentCancel",
        "$input: FulfillmentCancelInput!",
        "id: $id, input: $input",
    ),
    "complete": _mutation("draftOrderComplete"),
}

LOOK = f"query($id: ID!) {{ {ORDER.replace('order {', 'order(id: $id) {', 1)} }}"

DRAFT = (
    "mutation($input: DraftOrderCreateInput!) { draftOrderCreate(input: $input) "
    f"{{ order {{ id }} {ERRORS} {{ field message code }} }} }}"
)


@dataclass
class Staff:
    """Somebody who may manage orders."""

    caller: Caller = field(default_factory=lambda: staff(ORDERS))
    payments: Any = PAYMENTS

    def do(self, name: str, order: dict[str, Any], **variables: Any) -> dict[str, Any]:
        """Run one mutation on an order and return the order; raise ``Refused``."""
        payload = self.caller.do(DOCUMENTS[name], id=order["id"], **variables)
        if payload[ERRORS]:
            raise Refused(payload[ERRORS])
        return payload["order"]

    def capture(self, order: dict[str, Any], amount: str) -> dict[str, Any]:
        """Take money that was set aside."""
        self.payments.capture(self, order, amount)
        return self.look(order)

    def refund(self, order: dict[str, Any], amount: Any) -> dict[str, Any]:
        """Give money back."""
        self.payments.refund(self, order, str(amount))
        return self.look(order)

    def fulfill(self, order: dict[str, Any]) -> dict[str, Any]:
        """Send everything that was not sent yet."""
        warehouse = _id(Warehouse.objects.get())
        lines = [
            {
                "orderLineId": line["id"],
                "stocks": [{"quantity": line["quantity"], "warehouse": warehouse}],
            }
            for line in self.look(order)["lines"]
        ]
        return self.do(
            "fulfill", order, input={"lines": lines, "notifyCustomer": False}
        )

    def unfulfill(self, order: dict[str, Any]) -> dict[str, Any]:
        """Take back what was sent."""
        sent = self.look(order)["fulfillments"][-1]
        warehouse = {"warehouseId": _id(Warehouse.objects.get())}
        return self.do("unfulfill", sent, input=warehouse)

    def look(self, order: dict[str, Any]) -> dict[str, Any]:
        """Read the order."""
        return self.caller.ask(LOOK, id=order["id"])["order"]

    def draft(
        self, *items: tuple[Any, int], email: str, channel: Any = None
    ) -> dict[str, Any]:
        """Make an order by hand, of goods that are not shipped, and complete it."""
        wanted: dict[str, Any] = {
            "userEmail": email,
            "billingAddress": ADDRESS,
            "lines": [
                {"variantId": _id(variant), "quantity": quantity}
                for variant, quantity in items
            ],
            **TALK.draft_channel(channel),
        }
        payload = self.caller.do(DRAFT, input=wanted)
        if payload[ERRORS]:
            raise Refused(payload[ERRORS])
        return self.do("complete", payload["order"])


def pk_of(order: dict[str, Any]) -> str:
    """Return an order's primary key, as the ledger names it."""
    return graphene.Node.from_global_id(order["id"])[1]


def money(text: str) -> Decimal:
    """Return an exact amount."""
    return Decimal(text)


def _id(row: Any) -> str:
    return graphene.Node.to_global_id(type(row).__name__, row.pk)
