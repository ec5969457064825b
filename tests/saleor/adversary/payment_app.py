"""A payment app: an HTTP server that takes money and tells Saleor of it as an app.

Saleor asks it to take what a storefront pays by ``transactionInitialize``. Others post
``{"cart", "token", "mode", "amount"}``. Modes: ``charge`` at once,
``authorize`` and charge later, ``pending`` and then taken or not, ``refund`` of what an
order paid. The app calls Saleor with its token alone.
"""

from __future__ import annotations

import json
import random
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, Iterator

from . import documents
from .clients import Client
from .journal import Act, Journal

#: How often money that is on its way does not arrive.
FAILURES_PERCENT = 20


class PaymentApp:
    """What the app knows: its transactions by the carts that they pay for."""

    def __init__(self, port: int, journal: Journal, token: str, seed: int) -> None:
        self.shop_port = port
        self.journal = journal
        self.token = token
        self.random = random.Random(seed)
        self.transactions: dict[str, list[tuple[str, str]]] = {}
        self.numbers = count(1)
        self.timers: list[threading.Timer] = []
        self.lock = threading.Lock()
        self._clients = threading.local()

    @property
    def client(self) -> Client:
        """A connection of this thread's own."""
        if not hasattr(self._clients, "one"):
            client = Client(self.shop_port, self.journal, self.token)
            self._clients.one = client
        return self._clients.one  # type: ignore[no-any-return]

    def pay(self, cart: str, token: str, mode: str, amount: str) -> Act:
        """Do what the storefront asks; return the first call's act."""
        if mode == "refund":
            return self._refund(token, amount)
        psp = f"psp-{next(self.numbers)}"
        money = {"amount": amount, "currency": "USD"}
        known: dict[str, Any] = {"pspReference": psp, "name": "Card"}
        if mode == "charge":
            known["amountCharged"] = money
        if mode == "authorize":
            known["amountAuthorized"] = money
        answer = self.client.send(
            "transactionCreate",
            documents.TRANSACTION_CREATE,
            token,
            detail=f"{mode} {amount} {psp}",
            id=cart,
            transaction=known,
        )
        if not answer.is_ok or not answer.payload.get("transaction"):
            return answer.act
        transaction = answer.payload["transaction"]["id"]
        self.transactions.setdefault(token, []).append((transaction, psp))
        if mode == "pending":
            return self._pending(token, transaction, amount, psp)
        if mode == "authorize":
            self._later(self._charge, token, transaction, amount)
        return answer.act

    def take(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer Saleor's call for a shopper's payment: the money is taken."""
        with self.lock:
            psp = f"psp-{next(self.numbers)}"
        amount = asked["amount"]
        return {"pspReference": psp, "result": "CHARGE_SUCCESS", "amount": amount}

    def _pending(self, token: str, transaction: str, amount: str, psp: str) -> Act:
        act = self._event(token, transaction, "CHARGE_REQUEST", amount, psp)
        fails = self.random.randrange(100) < FAILURES_PERCENT
        kind = "CHARGE_FAILURE" if fails else "CHARGE_SUCCESS"
        self._later(self._event, token, transaction, kind, amount, psp)
        return act

    def _charge(self, token: str, transaction: str, amount: str) -> None:
        """Take what was set aside, told by ``transactionUpdate``."""
        money = {"amount": amount, "currency": "USD"}
        none = {"amount": "0", "currency": "USD"}
        self.client.send(
            "transactionUpdate",
            documents.TRANSACTION_UPDATE,
            token,
            detail=f"charge {amount}",
            id=transaction,
            transaction={"amountCharged": money, "amountAuthorized": none},
        )

    def _refund(self, token: str, amount: str) -> Act:
        known = self.transactions.get(token)
        if not known:
            return self.journal.begin("refund")
        transaction, _psp = known[-1]
        psp = f"refund-{next(self.numbers)}"
        return self._event(token, transaction, "REFUND_SUCCESS", amount, psp)

    def _event(
        self, token: str, transaction: str, kind: str, amount: str, psp: str
    ) -> Act:
        answer = self.client.send(
            "transactionEventReport",
            documents.TRANSACTION_EVENT,
            token,
            detail=f"{kind} {amount} {psp}",
            id=transaction,
            type=kind,
            amount=amount,
            psp=psp,
        )
        return answer.act

    def _later(self, work: Any, *arguments: str) -> None:
        seconds = self.random.randrange(200, 3000) / 1000
        timer = threading.Timer(seconds, work, arguments)  # type: ignore[arg-type]
        timer.daemon = True
        timer.start()
        self.timers.append(timer)

    def finish(self) -> None:
        """Wait until everything that is on its way arrived."""
        for timer in self.timers:
            timer.join(30)


@contextmanager
def serving(app: PaymentApp) -> Iterator[int]:
    """Serve the app over HTTP; yield the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"]))
            body = json.loads(text, parse_float=str)
            told = (
                app.take(body)
                if self.headers.get("Saleor-Event")
                else {"errors": app.pay(**body).errors}
            )
            answer = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        app.finish()
        server.shutdown()
        server.server_close()
