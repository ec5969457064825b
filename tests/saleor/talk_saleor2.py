"""How the test shopper talks to Saleor 2.10."""

from __future__ import annotations

from typing import Any

import graphene

from .documents import ADDRESS, CART, REWARDS

ERRORS_OF_ACCOUNT = "accountErrors"
ERRORS_OF_CHECKOUT = "checkoutErrors"
ERRORS_OF_ORDER = "orderErrors"

#: The scalar of an amount that is taken or given back.
AMOUNT = "Decimal"
#: What says in which channel somebody signs up.
IN_CHANNEL: dict[str, str] = {}


def _mutation(
    name: str, arguments: str, call: str, result: str, errors: str = "checkoutErrors"
) -> str:
    return (
        f"mutation({arguments}) {{ {name}({call}) {{ {result} "
        f"{errors} {{ field message code }} }} }}"
    )


_CHECKOUT = f"checkout {{ {CART} {REWARDS} }}"

MUTATIONS = {
    "create": (
        _mutation(
            "checkoutCreate", "$input: CheckoutCreateInput!", "input: $input", _CHECKOUT
        ),
        "checkout",
    ),
    "add": (
        _mutation(
            "checkoutLinesAdd",
            "$id: ID!, $lines: [CheckoutLineInput]!",
            "checkoutId: $id, lines: $lines",
            _CHECKOUT,
        ),
        "checkout",
    ),
    "put": (
        _mutation(
            "checkoutLinesUpdate",
            "$id: ID!, $lines: [CheckoutLineInput]!",
            "checkoutId: $id, lines: $lines",
            _CHECKOUT,
        ),
        "checkout",
    ),
    "bare_put": (
        _mutation(
            "checkoutLinesUpdate",
            "$id: ID!, $lines: [CheckoutLineInput]!",
            "checkoutId: $id, lines: $lines",
            "checkout { totalPrice { gross { amount } } }",
        ),
        "checkout",
    ),
    "ship": (
        _mutation(
            "checkoutShippingMethodUpdate",
            "$id: ID!, $method: ID!",
            "checkoutId: $id, shippingMethodId: $method",
            _CHECKOUT,
        ),
        "checkout",
    ),
    "promo": (
        _mutation(
            "checkoutAddPromoCode",
            "$id: ID!, $code: String!",
            "checkoutId: $id, promoCode: $code",
            _CHECKOUT,
        ),
        "checkout",
    ),
    "unpromo": (
        _mutation(
            "checkoutRemovePromoCode",
            "$id: ID!, $code: String!",
            "checkoutId: $id, promoCode: $code",
            _CHECKOUT,
        ),
        "checkout",
    ),
    "email": (
        _mutation(
            "checkoutEmailUpdate",
            "$id: ID!, $email: String!",
            "checkoutId: $id, email: $email",
            _CHECKOUT,
        ),
        "checkout",
    ),
    "attach": (
        _mutation("checkoutCustomerAttach", "$id: ID!", "checkoutId: $id", _CHECKOUT),
        "checkout",
    ),
    "detach": (
        _mutation("checkoutCustomerDetach", "$id: ID!", "checkoutId: $id", _CHECKOUT),
        "checkout",
    ),
    "pay": (
        _mutation(
            "checkoutPaymentCreate",
            "$id: ID!, $input: PaymentInput!",
            "checkoutId: $id, input: $input",
            "payment { id }",
            "paymentErrors",
        ),
        "payment",
    ),
    "complete": (
        _mutation(
            "checkoutComplete",
            "$id: ID!",
            "checkoutId: $id",
            "order { id token number total { gross { amount } } "
            "shippingPrice { gross { amount } } "
            "lines { quantity unitPrice { gross { amount } } } }",
        ),
        "order",
    ),
}

LOOK = f"query($token: UUID!) {{ checkout(token: $token) {{ {CART} {REWARDS} }} }}"
BARE_LOOK = (
    "query($token: UUID!) { checkout(token: $token) "
    "{ totalPrice { gross { amount } } } }"
)


def draft_channel(_channel: Any) -> dict[str, str]:
    """Return the input that says in which channel an order is made by hand."""
    return {}


def plugin_settings(caller: Any, fields: str) -> list[dict[str, Any]]:
    """Read our settings as the store admin does."""
    query = f'{{ plugin(id: "rewards") {{ configuration {{ {fields} }} }} }}'
    settings: list[dict[str, Any]] = caller.ask(query)["plugin"]["configuration"]
    return settings


def identity(cart: Any) -> dict[str, Any]:
    """Return the variables that name a cart in a query."""
    return {"token": cart.node["token"]}


def variables(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the variables of a mutation."""
    if name == "create":
        return {"input": _create_input(**arguments)}
    found: dict[str, Any] = {"id": arguments["cart"].id}
    if "items" in arguments:
        found["lines"] = _lines(arguments["items"])
    if name == "ship":
        found["method"] = graphene.Node.to_global_id(
            "ShippingMethod", arguments["method"].pk
        )
    if "code" in arguments:
        found["code"] = arguments["code"]
    if "email" in arguments:
        found["email"] = arguments["email"]
    if "input" in arguments:
        found["input"] = arguments["input"]
    return found


def _create_input(items: Any, email: str = "guest@example.com", **_: Any) -> Any:
    return {
        "email": email,
        "lines": _lines(items),
        "shippingAddress": ADDRESS,
        "billingAddress": ADDRESS,
    }


def _lines(items: Any) -> list[dict[str, Any]]:
    return [
        {
            "variantId": graphene.Node.to_global_id("ProductVariant", variant.pk),
            "quantity": quantity,
        }
        for variant, quantity in items
    ]
