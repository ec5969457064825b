"""A GraphQL client over HTTP, of the standard library alone."""

from __future__ import annotations

import http.client
import json
from decimal import Decimal
from typing import Any

from tools.report import ToolError

from .talk import Talk


class ShopError(ToolError):
    """The shop refused a request, or did not answer it."""


class Client:
    """Speaks to one shop; amounts arrive as ``Decimal``, never as binary fractions.

    :param host: where the shop listens.
    :param port: its port.
    :param talk: how its Saleor is spoken to.
    :param token: of whoever asks: a shopper, staff or an app.
    """

    def __init__(
        self, host: str, port: int, talk: Talk, token: str | None = None
    ) -> None:
        self.host = host
        self.port = port
        self.talk = talk
        self.token = token
        self.connection = http.client.HTTPConnection(host, port, timeout=120)

    def with_token(self, token: str) -> Client:
        return Client(self.host, self.port, self.talk, token)

    def without_token(self) -> Client:
        return Client(self.host, self.port, self.talk)

    def ask(self, query: str, **variables: Any) -> Any:
        """Return the answer's data.

        :raises ShopError: with the shop's own words, for a fault of the request as
            for the errors that a mutation lists.
        """
        answer = self._post({"query": query, "variables": variables})
        if answer.get("errors"):
            raise ShopError("; ".join(error["message"] for error in answer["errors"]))
        for result in answer["data"].values():
            _raise_listed(result)
        return answer["data"]

    def refusal(self, query: str, **variables: Any) -> str:
        """Return the sentence with which the shop refuses a mutation.

        :raises ShopError: where it does what it was asked for.
        """
        result = self._post({"query": query, "variables": variables})["data"]["result"]
        if not result["errors"]:
            raise ShopError("The shop refuses nothing.")
        return " ".join(error["message"] for error in result["errors"])

    def _post(self, body: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"JWT {self.token}"
        try:
            text = json.dumps(body, default=str)
            self.connection.request("POST", "/graphql/", text, headers)
            answer = self.connection.getresponse().read()
            return json.loads(answer, parse_float=Decimal)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.connection.close()
            raise ShopError(f"The shop does not answer: {error!r}") from error


def _raise_listed(result: Any) -> None:
    """Raise the errors that a mutation lists."""
    errors = result.get("errors") if isinstance(result, dict) else None
    if errors:
        told = (f"{error.get('field')}: {error['message']}" for error in errors)
        raise ShopError("; ".join(told))
