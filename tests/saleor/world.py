"""A small real shop on the Saleor at hand, and a shopper who talks to it by HTTP.

Tests say what is in the shop and what the shopper does. What differs from one
Saleor to the next stands in ``world_saleor2``, ``talk_saleor2`` and
their twins.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from typing import Any

import graphene
from django.test import Client

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.host.current import host
from saleor_rewards.programs import create_rule, get_or_create_program, update_program
from saleor_rewards.programs.points import update_points

from .legacy import DummyGateway
from .limits import GIFT_CARDS_COUNT
from .payments import PAYMENTS
from .talk import TALK

HOST = import_module(f"{__package__}.world_{capabilities.adapter}")

#: What charges by Stripe in these tests: the dummy gateway, and the payment app.
NAMED = "mirumee.payments.dummy tests.payments"


class Refused(AssertionError):
    """Saleor answered a mutation with errors; ``errors`` is the list of them."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(errors)
        self.errors = errors


def money(node: dict[str, Any], side: str = "gross") -> Decimal:
    """Return the exact amount of a ``TaxedMoney`` node."""
    return Decimal(str(node[side]["amount"]))


@dataclass
class Cart:
    """What one answer said of a checkout."""

    node: dict[str, Any]

    @property
    def id(self) -> str:
        return self.node["id"]

    @property
    def pk(self) -> str:
        return graphene.Node.from_global_id(self.id)[1]

    @property
    def subtotal(self) -> Decimal:
        return money(self.node["subtotalPrice"])

    @property
    def shipping(self) -> Decimal:
        return money(self.node["shippingPrice"])

    @property
    def total(self) -> Decimal:
        return money(self.node["totalPrice"])

    @property
    def line_totals(self) -> list[Decimal]:
        return [money(line["totalPrice"]) for line in self.node["lines"]]

    def offer(self, rule: Any) -> dict[str, Any]:
        (offer,) = [
            offer
            for offer in self.node["rewards"]["offers"]
            if graphene.Node.from_global_id(offer["ruleId"])[1] == str(rule.pk)
        ]
        return offer


@dataclass
class Shopper:
    """Somebody with a browser."""

    token: str | None = None
    language: str = "en"
    client: Client = field(default_factory=Client)
    payments: Any = PAYMENTS

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Send a document and return its data; fail on errors outside of it."""
        headers = {"HTTP_ACCEPT_LANGUAGE": self.language}
        if self.token:
            headers["HTTP_AUTHORIZATION"] = f"JWT {self.token}"
        response = self.client.post(
            "/graphql/",
            json.dumps({"query": query, "variables": variables}),
            content_type="application/json",
            **headers,
        )
        answer = json.loads(response.content, parse_float=Decimal)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def do(self, document: str, **variables: Any) -> dict[str, Any]:
        """Send a mutation and return its payload; raise ``Refused`` on errors."""
        (payload,) = self.ask(document, **variables).values()
        errors = payload.get(TALK.ERRORS_OF_CHECKOUT, payload.get("errors"))
        if errors:
            raise Refused(errors)
        return payload

    def mutate(self, name: str, **arguments: Any) -> Any:
        """Run one of the host's checkout mutations and return what it is about."""
        document, result = TALK.MUTATIONS[name]
        return self.do(document, **TALK.variables(name, arguments))[result]

    def cart(self, *items: tuple[Any, int], **options: Any) -> Cart:
        """Start a checkout with (variant, quantity) pairs."""
        return Cart(self.mutate("create", items=items, **options))

    def look(self, cart: Cart) -> Cart:
        """Read the checkout again, its offers included."""
        return Cart(self.ask(TALK.LOOK, **TALK.identity(cart))["checkout"])

    def bare_total(self, cart: Cart) -> Decimal:
        """Read nothing but the total."""
        node = self.ask(TALK.BARE_LOOK, **TALK.identity(cart))["checkout"]
        return money(node["totalPrice"])

    def add(self, cart: Cart, variant: Any, quantity: int) -> Cart:
        return Cart(self.mutate("add", cart=cart, items=[(variant, quantity)]))

    def put(self, cart: Cart, variant: Any, quantity: int) -> Cart:
        """Set the quantity of a variant in the cart."""
        return Cart(self.mutate("put", cart=cart, items=[(variant, quantity)]))

    def bare_put(self, cart: Cart, variant: Any, quantity: int) -> Decimal:
        """Set a quantity and ask for nothing but the total; return it."""
        node = self.mutate("bare_put", cart=cart, items=[(variant, quantity)])
        return money(node["totalPrice"])

    def ship(self, cart: Cart, method: Any) -> Cart:
        """Choose how the cart is shipped."""
        return Cart(self.mutate("ship", cart=cart, method=method))

    def promo(self, cart: Cart, code: str) -> Cart:
        """Type a voucher code."""
        return Cart(self.mutate("promo", cart=cart, code=code))

    def unpromo(self, cart: Cart, code: str) -> Cart:
        """Take a voucher code out."""
        return Cart(self.mutate("unpromo", cart=cart, code=code))

    def pay(self, cart: Cart, amount: Decimal, reference: str = "") -> None:
        """Pay the amount; ``reference`` is the payment provider's name for it."""
        self.payments.pay(self, cart, amount, reference)

    def pay_beside_gift_cards(self) -> None:
        """Pay from now on in a way by which Saleor takes off what gift cards pay."""
        if not GIFT_CARDS_COUNT:
            HOST.open_gateway()
            self.payments = DummyGateway()

    def authorize(self, cart: Cart) -> None:
        """Let the total be set aside without taking it."""
        self.payments.pay(self, cart, cart.total, is_taken=False)

    def complete(self, cart: Cart) -> dict[str, Any]:
        """Place the order and return it; raises ``Refused``."""
        return self.mutate("complete", cart=cart)

    def order(self, cart: Cart) -> dict[str, Any]:
        """Place the order without paying for it yet."""
        self.authorize(cart)
        return self.complete(cart)

    def buy(self, cart: Cart) -> dict[str, Any]:
        """Pay what the cart shows and place the order."""
        self.pay(cart, cart.total)
        return self.complete(cart)


@dataclass
class Shop:
    """What is for sale, and the merchant's rules."""

    channel: Any

    @property
    def program(self) -> Any:
        return get_or_create_program(self.channel.pk)

    def rule(self, name: str, benefit: dict[str, Any], **definition: Any) -> Any:
        """Save a rule and return its row. The lane follows from the benefit."""
        lane = "SHIPPING" if "SHIPPING" in benefit["type"] else "ORDER"
        definition = {"lane": lane, **definition, "benefit": benefit}
        return create_rule(self.program, name=name, definition=definition).rule

    def ladder(self, *steps: tuple[str, str], **definition: Any) -> Any:
        """Save a ladder of (from, percent) steps in the channel's currency."""
        benefit = {
            "type": "LADDER",
            "steps": [
                {"from": {self.channel.currency: threshold}, "percent": percent}
                for threshold, percent in steps
            ],
        }
        return self.rule("Spend more, save more", benefit, **definition)

    def free_shipping(self, threshold: str, **definition: Any) -> Any:
        """Save free shipping from a subtotal on."""
        minimum = {"amounts": {self.channel.currency: threshold}}
        conditions = {"minimum_subtotal": minimum, **definition.pop("conditions", {})}
        benefit = {"type": "FREE_SHIPPING"}
        return self.rule("Free shipping", benefit, conditions=conditions, **definition)

    def points(self, **changes: Any) -> Any:
        """Switch points on: spendable at once, 100 of them are worth 1.00."""
        wanted = {
            "is_active": True,
            "return_days": 0,
            "redeem_points": 100,
            "redeem_amount": Decimal("1.00"),
        }
        return update_points(self.program.pk, **{**wanted, **changes})

    def earning(self, points: int = 1, per: str = "1.00", **definition: Any) -> Any:
        """Save a rule that gives points for each amount spent."""
        benefit = {
            "type": "POINTS_PER_AMOUNT",
            "points": points,
            "per": {self.channel.currency: per},
        }
        return self.rule("Points", benefit, lane="POINTS", **definition)

    def settings(self, **changes: Any) -> Any:
        """Change the program."""
        return update_program(self.program.pk, **changes)

    def plugin(self, *, active: bool = True, killed: bool = False) -> None:
        """Save the plugin's settings the way the store admin does."""
        HOST.save_plugin(
            {
                "active": active,
                "configuration": [{"name": "kill_switch", "value": killed}],
            }
        )

    def stripe(
        self,
        secret: str,
        *,
        test_mode: bool = False,
        gateways: str = NAMED,
    ) -> None:
        """Save the settings for Stripe's events the way the store admin does."""
        settings = {
            "stripe_webhook_secret": secret,
            "stripe_test_mode": test_mode,
            "stripe_gateways": gateways,
        }
        configuration = [
            {"name": name, "value": value} for name, value in settings.items()
        ]
        HOST.save_plugin({"active": True, "configuration": configuration})

    product = staticmethod(HOST.make_product)
    categories = staticmethod(HOST.make_categories)
    collection = staticmethod(HOST.make_collection)
    sale = staticmethod(HOST.make_sale)
    end_sale = staticmethod(HOST.end_sale)
    voucher = staticmethod(HOST.make_voucher)
    shipping_method = staticmethod(HOST.make_shipping_method)
    price = staticmethod(HOST.set_price)


def open_shop(**options: Any) -> Shop:
    """Build the shop with the plugin switched on and no rules yet."""
    HOST.make_shop(**options)
    shop = Shop(channel=host.channels()[0])
    shop.plugin()
    return shop
