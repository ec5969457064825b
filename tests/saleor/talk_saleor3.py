"""How the test shopper talks to Saleor 3."""

from __future__ import annotations

from typing import Any

import graphene

from .documents import ADDRESS, CART, REWARDS

ERRORS_OF_ACCOUNT = ERRORS_OF_CHECKOUT = ERRORS_OF_ORDER = "errors"

#: The scalar of an amount that is taken or given back.
AMOUNT = "PositiveDecimal"
#: What says in which channel somebody signs up.
IN_CHANNEL = {"channel": "main"}


def _mutation(name: str, arguments: str, call: str, result: str) -> str:
    return (
        f"mutation({arguments}) {{ {name}({call}) {{ {result} "
        f"errors {{ field message code }} }} }}"
    )


_CHECKOUT = f"checkout {{ {CART} {REWARDS} }}"


def _on_checkout(name: str, arguments: str, call: str) -> tuple[str, str]:
    document = _mutation(name, f"$id: ID!, {arguments}", f"id: $id, {call}", _CHECKOUT)
    return document, "checkout"


MUTATIONS = {
    "create": (
        _mutation(
            "checkoutCreate", "$input: CheckoutCreateInput!", "input: $input", _CHECKOUT
        ),
        "checkout",
    ),
    "add": _on_checkout(
        "checkoutLinesAdd", "$lines: [CheckoutLineInput!]!", "lines: $lines"
    ),
    "put": _on_checkout(
        "checkoutLinesUpdate", "$lines: [CheckoutLineUpdateInput!]!", "lines: $lines"
    ),
    "bare_put": (
        _mutation(
            "checkoutLinesUpdate",
            "$id: ID!, $lines: [CheckoutLineUpdateInput!]!",
            "id: $id, lines: $lines",
            "checkout { totalPrice { gross { amount } } }",
        ),
        "checkout",
    ),
    "ship": _on_checkout(
        "checkoutDeliveryMethodUpdate", "$method: ID!", "deliveryMethodId: $method"
    ),
    "promo": _on_checkout("checkoutAddPromoCode", "$code: String!", "promoCode: $code"),
    "unpromo": _on_checkout(
        "checkoutRemovePromoCode", "$code: String!", "promoCode: $code"
    ),
    "email": _on_checkout("checkoutEmailUpdate", "$email: String!", "email: $email"),
    "attach": (
        _mutation("checkoutCustomerAttach", "$id: ID!", "id: $id", _CHECKOUT),
        "checkout",
    ),
    "detach": (
        _mutation("checkoutCustomerDetach", "$id: ID!", "id: $id", _CHECKOUT),
        "checkout",
    ),
    "pay": (
        _mutation(
            "checkoutPaymentCreate",
            "$id: ID!, $input: PaymentInput!",
            "id: $id, input: $input",
            "payment { id }",
        ),
        "payment",
    ),
    "complete": (
        _mutation(
            "checkoutComplete",
            "$id: ID!",
            "id: $id",
            "order { id token number total { gross { amount } } "
            "shippingPrice { gross { amount } } "
            "lines { quantity unitPrice { gross { amount } } "
            "totalPrice { gross { amount } } } }",
        ),
        "order",
    ),
}

LOOK = f"query($id: ID!) {{ checkout(id: $id) {{ {CART} {REWARDS} }} }}"
BARE_LOOK = "query($id: ID!) { checkout(id: $id) { totalPrice { gross { amount } } } }"


def draft_channel(channel: Any) -> dict[str, str]:
    """Return the input that says in which channel an order is made by hand."""
    return {"channelId": graphene.Node.to_global_id("Channel", channel.pk)}


def plugin_settings(caller: Any, fields: str) -> list[dict[str, Any]]:
    """Read our settings as the store admin does."""
    configuration = f"configuration {{ {fields} }}"
    query = (
        f'{{ plugin(id: "rewards") {{ globalConfiguration {{ {configuration} }} }} }}'
    )
    settings: list[dict[str, Any]] = caller.ask(query)["plugin"]["globalConfiguration"][
        "configuration"
    ]
    return settings


def identity(cart: Any) -> dict[str, Any]:
    """Return the variables that name a cart in a query."""
    return {"id": cart.id}


def variables(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the variables of a mutation."""
    if name == "create":
        return {"input": _create_input(**arguments)}
    found: dict[str, Any] = {"id": arguments["cart"].id}
    if "items" in arguments:
        found["lines"] = _lines(arguments["items"])
    if name == "ship":
        # A way to ship, or a warehouse where the cart is picked up.
        method = arguments["method"]
        found["method"] = graphene.Node.to_global_id(type(method).__name__, method.pk)
    if "code" in arguments:
        found["code"] = arguments["code"]
    if "email" in arguments:
        found["email"] = arguments["email"]
    if "input" in arguments:
        found["input"] = arguments["input"]
    return found


def _create_input(
    items: Any, email: str = "guest@example.com", channel: str = "main", **_: Any
) -> Any:
    return {
        "channel": channel,
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
