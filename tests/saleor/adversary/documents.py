"""The adversary's documents, short ones, put together for the host at hand."""

from __future__ import annotations

from saleor_rewards.host.capabilities import capabilities

CART = "id" if capabilities.transactions else "checkoutId"
ERRORS = (
    "errors" if capabilities.transactions else "checkoutErrors"
) + " { field message code }"
OURS = "errors { field message code }"

TOTAL = "totalPrice { gross { amount } }"


def mutation(declared: str, call: str, result: str, errors: str = ERRORS) -> str:
    """Return a mutation whose payload is called ``answer``."""
    return f"mutation({declared}) {{ answer: {call} {{ {result} {errors} }} }}"


def _on_cart(name: str, declared: str = "", call: str = "") -> str:
    return mutation(
        f"$cart: ID! {declared}",
        f"{name}({CART}: $cart {call})",
        f"checkout {{ id {TOTAL} }}",
    )


def _points(name: str, declared: str = "", call: str = "") -> str:
    return mutation(
        f"$cart: ID! {declared}",
        f"{name}(checkoutId: $cart {call})",
        f"checkout {{ id {TOTAL} }}",
        OURS,
    )


_LINES = "CheckoutLineInput!" if capabilities.transactions else "CheckoutLineInput"
_UPDATE = (
    "CheckoutLineUpdateInput!" if capabilities.transactions else "CheckoutLineInput"
)
_METHOD = (
    ("checkoutDeliveryMethodUpdate", "deliveryMethodId: $method")
    if capabilities.transactions
    else ("checkoutShippingMethodUpdate", "shippingMethodId: $method")
)
_PAY_ERRORS = (
    "errors" if capabilities.transactions else "paymentErrors"
) + " { field message code }"

CREATE = mutation(
    "$input: CheckoutCreateInput!",
    "checkoutCreate(input: $input)",
    f"checkout {{ id token {TOTAL} }}",
)
ADD = _on_cart("checkoutLinesAdd", f"$lines: [{_LINES}]!", "lines: $lines")
PUT = _on_cart("checkoutLinesUpdate", f"$lines: [{_UPDATE}]!", "lines: $lines")
SHIP = _on_cart(_METHOD[0], "$method: ID!", _METHOD[1])
EMAIL = _on_cart("checkoutEmailUpdate", "$email: String!", "email: $email")
ADDRESS = _on_cart(
    "checkoutShippingAddressUpdate",
    "$address: AddressInput!",
    "shippingAddress: $address",
)
ATTACH = _on_cart("checkoutCustomerAttach", "$user: ID", "customerId: $user")
PROMO = _on_cart("checkoutAddPromoCode", "$code: String!", "promoCode: $code")
UNPROMO = _on_cart("checkoutRemovePromoCode", "$code: String!", "promoCode: $code")
PAY = mutation(
    "$cart: ID!, $input: PaymentInput!",
    f"checkoutPaymentCreate({CART}: $cart, input: $input)",
    "payment { id }",
    _PAY_ERRORS,
)
COMPLETE = mutation(
    "$cart: ID!",
    f"checkoutComplete({CART}: $cart)",
    "order { id } confirmationNeeded",
)
ORDER = mutation(
    "$cart: ID!, $remove: Boolean!",
    "orderCreateFromCheckout(id: $cart, removeCheckout: $remove)",
    "order { id }",
)
REDEEM = _points("rewardsPointsRedeem", "$points: Int!", "points: $points")
RELEASE = _points("rewardsPointsRelease")
CLAIM = _points("rewardsReferralClaim", "$code: String", "code: $code")

#: In one request: the points leave one cart for another.
MOVE_POINTS = f"""
mutation($cart: ID!, $other: ID!, $points: Int!) {{
  answer: rewardsPointsRelease(checkoutId: $cart) {{ {OURS} }}
  other: rewardsPointsRedeem(checkoutId: $other, points: $points) {{ {OURS} }}
}}
"""

_LOOK = "query($token: UUID!) {{ checkout(token: $token) {{ {0} }} }}"
_ROWS = "lines { totalPrice { gross { amount } } }"
_REWARDS = "rewards { savings { amount } }"
_CODE = "voucherCode discountName discount { amount }"
#: Mere reads, which differ by the order of their fields.
LOOKS = [
    _LOOK.format(f"{_ROWS} {TOTAL} subtotalPrice {{ gross {{ amount }} }} {_REWARDS}"),
    _LOOK.format(f"{_REWARDS} {_ROWS} {TOTAL}"),
    _LOOK.format(f"{TOTAL} {_REWARDS} shippingPrice {{ gross {{ amount }} }}"),
    _LOOK.format(f"{_ROWS} {_REWARDS} {TOTAL}"),
    _LOOK.format(f"{TOTAL} {_CODE}"),
    _LOOK.format(f"{_CODE} {_REWARDS} {TOTAL}"),
]
#: What a shopper looks at before paying.
BALANCE_LOOK = _LOOK.format(TOTAL)

RULE_UPDATE = mutation(
    "$id: ID!, $input: RewardsRuleInput!",
    "rewardsRuleUpdate(id: $id, input: $input)",
    "rule { id }",
    OURS,
)
RULE_CREATE = mutation(
    "$channel: String!, $input: RewardsRuleInput!",
    "rewardsRuleCreate(channel: $channel, input: $input)",
    "rule { id }",
    OURS,
)
RULE_DELETE = mutation("$id: ID!", "rewardsRuleDelete(id: $id)", "rule { id }", OURS)
ADJUST = mutation(
    "$input: RewardsPointsAdjustInput!",
    "rewardsPointsAdjust(input: $input)",
    "account { id }",
    OURS,
)
PLUGIN = mutation(
    "$id: ID!, $input: PluginUpdateInput!",
    "pluginUpdate(id: $id, input: $input)",
    "plugin { id }",
    ("errors" if capabilities.transactions else "pluginsErrors")
    + " { field message code }",
)

TRANSACTION_CREATE = """
mutation($id: ID!, $transaction: TransactionCreateInput!) {
  answer: transactionCreate(id: $id, transaction: $transaction) {
    transaction { id } errors { field message code }
  }
}
"""
TRANSACTION_UPDATE = """
mutation($id: ID!, $transaction: TransactionUpdateInput!) {
  answer: transactionUpdate(id: $id, transaction: $transaction) {
    transaction { id } errors { field message code }
  }
}
"""
TRANSACTION_EVENT = """
mutation(
  $id: ID!, $type: TransactionEventTypeEnum!, $amount: PositiveDecimal, $psp: String!
) {
  answer: transactionEventReport(
    id: $id, type: $type, amount: $amount, pspReference: $psp
  ) { transaction { id } errors { field message code } }
}
"""
