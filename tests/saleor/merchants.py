"""Who calls the API besides shoppers: staff and apps, with a permission or without."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from itertools import count
from typing import Any

from django.test import Client
from saleor.account.models import User
from saleor.app.models import App

from saleor_rewards.host.capabilities import capabilities

ACCESS = import_module(f"{__package__}.access_{capabilities.adapter}")

numbers = count(1)

DISCOUNTS = "manage_discounts"
ORDERS = "manage_orders"
PAYMENTS = "handle_payments"
STAFF = "manage_staff"
USERS = "manage_users"


@dataclass
class Caller:
    """Somebody who sends documents; ``authorization`` is the header, if any."""

    authorization: str | None = None
    client: Client = field(default_factory=Client)
    user: Any = None

    def send(self, query: str, **variables: Any) -> tuple[int, dict[str, Any]]:
        """Return the HTTP status and the whole answer."""
        body = json.dumps({"query": query, "variables": variables})
        return self.send_body(body)

    def send_body(self, body: str, **headers: str) -> tuple[int, dict[str, Any]]:
        """Send a body as it is and return the HTTP status and the whole answer."""
        if self.authorization:
            headers["HTTP_AUTHORIZATION"] = self.authorization
        response = self.client.post(
            "/graphql/", body, content_type="application/json", **headers
        )
        answer = json.loads(response.content, parse_float=Decimal)
        return response.status_code, answer

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the data; fail on errors outside of it."""
        status, answer = self.send(query, **variables)
        assert "errors" not in answer, answer["errors"]
        assert status == 200
        return answer["data"]

    def do(self, document: str, **variables: Any) -> dict[str, Any]:
        """Return the payload of the one mutation in the document."""
        (payload,) = self.ask(document, **variables).values()
        return payload

    def is_refused(self, query: str, **variables: Any) -> bool:
        """Tell whether the API says that a permission is missing."""
        _status, answer = self.send(query, **variables)
        codes = {
            error["extensions"]["exception"]["code"]
            for error in answer.get("errors", ())
        }
        assert codes <= {"PermissionDenied"}, answer
        return bool(codes)


def anonymous() -> Caller:
    return Caller()


def customer(email: str | None = None) -> Caller:
    """Somebody with an account in the shop."""
    user = User.objects.create(email=email or _email(), is_active=True)
    return Caller(f"JWT {ACCESS.access_token(user)}", user=user)


def staff(*codenames: str) -> Caller:
    """Somebody who works for the shop, with these permissions."""
    user = User.objects.create(email=_email(), is_active=True, is_staff=True)
    ACCESS.grant(user, permissions_named(*codenames))
    return Caller(f"JWT {ACCESS.access_token(user)}", user=user)


def app(*codenames: str) -> Caller:
    """A program of the merchant's, with these permissions."""
    made = App.objects.create(name=f"App {next(numbers)}", is_active=True)
    made.permissions.add(*permissions_named(*codenames))
    return Caller(f"Bearer {ACCESS.app_token(made)}")


def merchant() -> Caller:
    """Staff who may change discounts."""
    return staff(DISCOUNTS)


def permissions_named(*codenames: str) -> list[Any]:
    found = list(ACCESS.Permission.objects.filter(codename__in=codenames))
    assert len(found) == len(codenames)
    return found


def _email() -> str:
    return f"person{next(numbers)}@example.com"
