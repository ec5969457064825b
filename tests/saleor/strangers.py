"""Strangers who type addresses into carts, and a shop that welcomes first orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from saleor.order.models import Order

from saleor_rewards.host.guests import MOST_ADDRESSES
from saleor_rewards.models import NetworkLimit, Rule

from .world import HOST, Cart, Shop, Shopper

NETWORK, OTHER_NETWORK = "203.0.113.7", "198.51.100.4"
FULL, HALF = Decimal("40.00"), Decimal("20.00")
TOLD = {"APPLIED", "NOT_FIRST_ORDER"}


def from_network(network: str = NETWORK, **options: Any) -> Shopper:
    return Shopper(client=Client(REMOTE_ADDR=network), **options)


@dataclass
class Welcome:
    """Goods of 40.00, half of it for a first order; another rule for the third."""

    goods: Any
    first: Rule
    third: Rule

    def code(self, cart: Cart) -> str:
        """Return what a cart tells of its customer, once its prices say the same."""
        code: str = cart.offer(self.first)["code"]
        assert cart.total == (HALF if code == "APPLIED" else FULL)
        assert code in {*TOLD, "CUSTOMER_UNKNOWN"}
        return code

    def start(self, shopper: Shopper, email: str) -> Cart:
        return shopper.cart((self.goods, 1), email=email)


def welcoming(shop: Shop) -> Welcome:
    half = {"type": "PERCENT_OFF", "percent": "50"}
    points = {"type": "POINTS_FIXED", "points": 5}
    third = {"nth_order": {"number": 3}}
    shop.points()
    return Welcome(
        goods=shop.product("40.00", ships=False),
        first=shop.rule("Welcome", half, conditions={"first_order": True}),
        third=shop.rule("Third", points, lane="POINTS", conditions=third),
    )


def customers(emails: list[str]) -> None:
    """Let everybody have two orders."""
    columns = {"total_gross_amount": 0, **HOST.order_columns()}
    for number, email in enumerate(emails * 2):
        row = {"token": f"old-{number}"} if hasattr(Order, "token") else {}
        if "number" in {field.name for field in Order._meta.get_fields()}:
            row = {"number": 10_000 + number}
        Order.objects.create(user_email=email, **row, **columns)


def retype(shopper: Shopper, cart: Cart, email: str) -> Cart:
    return Cart(shopper.mutate("email", cart=cart, email=email))


def age_networks(by: timedelta) -> None:
    for one in NetworkLimit.objects.all():
        one.addresses = [[a, at - by.total_seconds()] for a, at in one.addresses]
        one.noted_at -= by
        one.save()


def use_up(welcome: Welcome, shopper: Shopper) -> None:
    """Let a network have been told of as many addresses as it may be."""
    for number in range(MOST_ADDRESSES):
        welcome.start(shopper, f"person{number}@example.com")
