"""Refunds that staff ask a payment app for, and goods that come back, on Saleor 3."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Iterator

from saleor.app.models import App
from saleor.order.models import OrderLine
from saleor.payment.models import TransactionItem
from saleor.webhook.models import Webhook

from .inputs import node_id
from .merchants import ORDERS, PAYMENTS, staff
from .staff import pk_of
from .transactions import IDENTIFIER

REQUEST = """
mutation($id: ID!, $amount: PositiveDecimal!) {
  transactionRequestAction(id: $id, actionType: REFUND, amount: $amount) {
    transaction { id } errors { field message code }
  }
}
"""
GRANT = """
mutation($id: ID!, $input: OrderGrantRefundCreateInput!) {
  orderGrantRefundCreate(id: $id, input: $input) {
    grantedRefund { id } errors { field message code }
  }
}
"""
RETURN = """
mutation($id: ID!, $input: OrderReturnProductsInput!) {
  orderFulfillmentReturnProducts(order: $id, input: $input) {
    returnFulfillment { status } replaceOrder { id } errors { field message code }
  }
}
"""


def transactions_of(order: dict[str, Any]) -> Any:
    """Return the rows of an order's transactions."""
    return TransactionItem.objects.filter(order_id=pk_of(order)).order_by("pk")


def id_of(item: Any) -> str:
    """Return a transaction's ID in the API."""
    return node_id("TransactionItem", item.token)


def request_refund(transaction: str, amount: str) -> None:
    """Ask the payment app, as the Dashboard does."""
    _do(staff(PAYMENTS), REQUEST, id=transaction, amount=amount)


def grant(order: dict[str, Any], amount: str, transaction: str = "") -> None:
    """Promise a refund, of the first transaction or another, which moves no money."""
    of = transaction or id_of(transactions_of(order).earliest("pk"))
    wanted = {"amount": amount, "reason": "Late", "transactionId": of}
    _do(staff(ORDERS), GRANT, id=order["id"], input=wanted)


def products_back(
    order: dict[str, Any], quantity: int, *, is_exchange: bool = False, **money: Any
) -> dict[str, Any]:
    """Take goods of an order's first line back; return what Saleor made of it."""
    line = OrderLine.objects.filter(order_id=pk_of(order)).earliest("created_at", "pk")
    back = {
        "orderLineId": node_id("OrderLine", line.pk),
        "quantity": quantity,
        "replace": is_exchange,
    }
    wanted = {"orderLines": [back], "refund": False, **money}
    return _do(staff(ORDERS), RETURN, id=order["id"], input=wanted)


def _do(caller: Any, document: str, **variables: Any) -> dict[str, Any]:
    payload: dict[str, Any] = caller.do(document, **variables)
    assert payload["errors"] == [], payload["errors"]
    return payload


@contextmanager
def answering_refunds() -> Iterator[None]:
    """Let the payment app refund what Saleor asks it for, over HTTP."""
    with HTTPServer(("127.0.0.1", 0), _Refunds) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        app = App.objects.get(identifier=IDENTIFIER)
        webhook = Webhook.objects.create(app=app, target_url=url, is_active=True)
        webhook.events.create(event_type="transaction_refund_requested")
        try:
            yield
        finally:
            webhook.delete()
            server.shutdown()
            thread.join()


class _Refunds(BaseHTTPRequestHandler):
    """Says yes to each refund at once."""

    numbers = iter(range(1, 1000))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = body[0] if isinstance(body, list) else body
        answer = {
            "pspReference": f"asked-{next(self.numbers)}",
            "result": "REFUND_SUCCESS",
            "amount": known["action"]["value"],
        }
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
