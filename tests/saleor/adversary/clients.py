"""One keep-alive connection to the shop's GraphQL, and what its answers say."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .codes import OURS
from .journal import Act, Journal

#: An error that Saleor itself gives outside of a mutation's own, and no server's fault.
HARMLESS = {"PermissionDenied", "GraphQLError", "ValidationError", "ReadOnlyException"}


def _is_fault(_field: str, code: str, message: str) -> bool:
    # A code that the mutation's own enumeration lacks is a fault of whoever raised it.
    return code not in HARMLESS or message.startswith("Expected a value of type")


@dataclass
class Answer:
    """What the shop said: the mutation's or query's payload, and the act."""

    payload: dict[str, Any]
    act: Act

    @property
    def is_ok(self) -> bool:
        """Whether it did what was asked."""
        return not self.act.errors


@dataclass
class Client:
    """Somebody who sends documents; ``authorization`` is the header, if any.

    ``sees_codes`` says that whoever it is may see the codes of the plugin's vouchers.
    Not to be used from two threads at once.
    """

    port: int
    journal: Journal
    authorization: str | None = None
    sees_codes: bool = False
    connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def send(
        self,
        name: str,
        document: str,
        *tokens: str,
        detail: str = "",
        **variables: Any,
    ) -> Answer:
        """Send one document and keep what came of it under the carts' tokens.

        The first field of the answer is the payload, under whatever name.
        """
        act = self.journal.begin(name, detail)
        status, text = self._post({"query": document, "variables": variables})
        if not self.sees_codes:
            for code in set(OURS.findall(text)):
                self.journal.leak(name, code)
        try:
            answer = json.loads(text, parse_float=Decimal)
        except ValueError:
            status, answer = 598, {"errors": [{"message": text[:300]}]}
        payload = self._payload(act, status, answer)
        self.journal.end(act, *tokens)
        return Answer(payload, act)

    def _payload(self, act: Act, status: int, answer: Any) -> dict[str, Any]:
        errors = answer.get("errors", ()) if isinstance(answer, dict) else ()
        for error in errors:
            code = error.get("extensions", {}).get("exception", {}).get("code", "")
            act.errors.append(("", code or "INTERNAL", error.get("message", "")[:300]))
        if status >= 500 or any(_is_fault(*error) for error in act.errors):
            self.journal.fault(f"{act.name}: HTTP {status}, {act.errors}")
        data = (answer.get("data") if isinstance(answer, dict) else None) or {}
        payloads = [value for value in data.values() if value]
        for payload in payloads:
            told = [e for key in payload if key.endswith("rrors") for e in payload[key]]
            act.errors += [(e["field"] or "", e["code"], e["message"]) for e in told]
        found = dict(payloads[0]) if payloads else {}
        act.has_order = bool(found.get("order"))
        checkout = found.get("checkout") or (found if "totalPrice" in found else {})
        if checkout and checkout.get("totalPrice"):
            act.total = checkout["totalPrice"]["gross"]["amount"]
        return found

    def _post(self, document: dict[str, Any]) -> tuple[int, str]:
        headers = {"Content-Type": "application/json"}
        if self.authorization:
            # Saleor 3 reads either, Saleor 2.10 the standard one alone.
            headers["Authorization"] = self.authorization
        body = json.dumps(document, default=str)
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=120
                )
            try:
                self.connection.request("POST", "/graphql/", body, headers)
                response = self.connection.getresponse()
                text = response.read().decode()
                break
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    return 599, json.dumps({"errors": [{"message": "no answer"}]})
        return response.status, text
