"""The documents of Saleor's own storefront: which fields it reads after each step."""

from __future__ import annotations

from saleor.checkout import models

from .documents import mutation

#: Whether checkouts keep their deliveries, which this storefront asks for.
HAS_DELIVERIES = hasattr(models, "CheckoutDelivery")

_ERRORS = "errors { field message code }"
_MONEY = "{ currency amount }"
_GROSS = f"{{ gross {_MONEY} }}"
_ADDRESS = "{ id city postalCode streetAddress1 country { code } firstName lastName }"
_DELIVERY = (
    """
    delivery { id shippingMethod { id name } }
    problems {
      ... on CheckoutProblemDeliveryMethodStale { __typename }
      ... on CheckoutProblemDeliveryMethodInvalid { __typename }
    }
    """
    if HAS_DELIVERIES
    else "shippingMethods { id name }"
)
CART = f"""
  id email discount {_MONEY} voucherCode discountName translatedDiscountName
  giftCards {{ id displayCode currentBalance {_MONEY} }}
  channel {{ id slug }} user {{ id }}
  shippingAddress {_ADDRESS} billingAddress {_ADDRESS}
  authorizeStatus chargeStatus isShippingRequired
  availablePaymentGateways {{ id name currencies }}
  {_DELIVERY}
  totalPrice {{ gross {_MONEY} tax {_MONEY} }}
  shippingPrice {_GROSS} subtotalPrice {_GROSS}
  lines {{
    id quantity totalPrice {_GROSS} unitPrice {_GROSS}
    undiscountedUnitPrice {_MONEY} variant {{ id name product {{ name }} }}
  }}
"""
READ = f"query($id: ID!) {{ checkout(id: $id) {{ {CART} }} }}"


def _step(name: str, declared: str, call: str) -> str:
    return mutation(
        f"$cart: ID! {declared}",
        f"{name}(id: $cart {call})",
        f"checkout {{ {CART} }}",
        _ERRORS,
    )


CREATE = mutation(
    "$channel: String!",
    "checkoutCreate(input: {channel: $channel, languageCode: EN_US, lines: []})",
    f"checkout {{ id email lines {{ id quantity }} totalPrice {_GROSS} }}",
    _ERRORS,
)
ADD = mutation(
    "$cart: ID!, $variant: ID!",
    "checkoutLinesAdd(id: $cart, lines: [{quantity: 1, variantId: $variant}])",
    "checkout { id lines { id quantity variant { name product { name } } } }",
    _ERRORS,
)
#: The cart page.
PAGE = f"""
query($id: ID!) {{ checkout(id: $id) {{
  id email lines {{ id quantity totalPrice {_GROSS} variant {{ id name }} }}
  totalPrice {_GROSS}
}} }}
"""
PUT = mutation(
    "$cart: ID!, $lines: [CheckoutLineUpdateInput!]!",
    "checkoutLinesUpdate(id: $cart, lines: $lines)",
    f"checkout {{ id lines {{ id quantity totalPrice {_GROSS} }} totalPrice {_GROSS} }}",
    _ERRORS,
)
EMAIL = _step("checkoutEmailUpdate", "$email: String!", "email: $email")
ATTACH = _step("checkoutCustomerAttach", "", "")
ADDRESS = _step(
    "checkoutShippingAddressUpdate",
    "$address: AddressInput!",
    "shippingAddress: $address, saveAddress: false",
)
DELIVERIES = """
mutation($cart: ID!) { answer: deliveryOptionsCalculate(id: $cart) {
  deliveries { id shippingMethod { id name active price { currency amount } } }
  errors { field message code }
} }
"""
METHODS = "query($cart: ID!) { checkout(id: $cart) { shippingMethods { id name } } }"
SHIP = _step(
    "checkoutDeliveryMethodUpdate", "$method: ID!", "deliveryMethodId: $method"
)
PROMO = mutation(
    "$cart: ID!, $code: String!",
    "checkoutAddPromoCode(checkoutId: $cart, promoCode: $code)",
    f"checkout {{ {CART} }}",
    _ERRORS,
)
UNPROMO = mutation(
    "$cart: ID!, $code: String!",
    "checkoutRemovePromoCode(checkoutId: $cart, promoCode: $code)",
    f"checkout {{ {CART} }}",
    _ERRORS,
)
BILLING = _step(
    "checkoutBillingAddressUpdate",
    "$address: AddressInput!",
    "billingAddress: $address, saveAddress: false",
)
INITIALIZE = mutation(
    "$cart: ID!, $gateway: PaymentGatewayToInitialize!, $amount: PositiveDecimal",
    "transactionInitialize(id: $cart, paymentGateway: $gateway, amount: $amount)",
    "transaction { id actions } transactionEvent { message type } data",
    _ERRORS,
)
COMPLETE = mutation(
    "$cart: ID!",
    "checkoutComplete(id: $cart)",
    "order { id channel { slug } }",
    _ERRORS,
)
ORDER = f"""
query($id: ID!) {{ order(id: $id) {{
  id number userEmail isPaid discounts {{ type name amount {_MONEY} }}
  chargeStatus authorizeStatus total {{ gross {_MONEY} tax {_MONEY} }}
  voucher {{ code }} shippingPrice {_GROSS} subtotal {_GROSS}
  lines {{
    id quantity totalPrice {_GROSS} unitPrice {_GROSS}
    undiscountedUnitPrice {_GROSS} productName variantName
  }}
  totalBalance {_MONEY} totalCaptured {_MONEY}
}} }}
"""
