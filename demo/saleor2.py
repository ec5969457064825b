"""How Saleor 2.10.1 is spoken to: one channel, one currency, a dummy gateway."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .client import Client
from .documents import GROSS, MONEY, RECEIPT, REWARDS
from .talk import Channel

PAID_BY = "the dummy gateway"
GATEWAY = "mirumee.payments.dummy"
HAS_TILL = False
ERRORS = "errors: checkoutErrors { field message code }"

LOG_IN = """
mutation LogIn($email: String!, $password: String!) {
  result: tokenCreate(email: $email, password: $password) {
    token errors: accountErrors { field message }
  }
}"""

SHOP = """
query Shop {
  shop { defaultCurrency countries { code } }
  categories(first: 100) { edges { node { id name } } }
}"""

REGISTER = """
mutation Register($input: AccountRegisterInput!) {
  result: accountRegister(input: $input) { errors: accountErrors { field message } }
}"""

PRODUCTS = f"""
query Products($country: CountryCode!) {{
  products(first: 100) {{
    edges {{ node {{
      id name productType {{ isShippingRequired }}
      variants {{
        id sku name quantityAvailable(countryCode: $country) pricing {{ price {GROSS} }}
      }}
    }} }}
  }}
}}"""

#: What Saleor says of a cart, with the plugin or without it.
PRICES = f"""
fragment Prices on Checkout {{
  id token
  lines {{
    id quantity totalPrice {GROSS}
    variant {{ id sku name product {{ id name category {{ name }} }} }}
  }}
  deliveryMethod: shippingMethod {{ id }}
  shippingMethods: availableShippingMethods {{ id name price {MONEY} }}
  subtotalPrice {GROSS} shippingPrice {GROSS} totalPrice {GROSS}
}}"""

CART = f"""
query Cart($token: UUID!) {{ checkout(token: $token) {{ ...Prices ...Rewards }} }}
{PRICES}{REWARDS}"""

PLAIN_CART = f"""
query PlainCart($token: UUID!) {{ checkout(token: $token) {{ ...Prices }} }}
{PRICES}"""

CREATE = f"""
mutation Create($email: String!, $lines: [CheckoutLineInput]!) {{
  result: checkoutCreate(input: {{ email: $email, lines: $lines }}) {{
    checkout {{ id token }} {ERRORS}
  }}
}}"""

ADD = f"""
mutation Add($id: ID!, $lines: [CheckoutLineInput]!) {{
  result: checkoutLinesAdd(checkoutId: $id, lines: $lines) {{ {ERRORS} }}
}}"""

UPDATE = f"""
mutation Update($id: ID!, $lines: [CheckoutLineInput]!) {{
  result: checkoutLinesUpdate(checkoutId: $id, lines: $lines) {{ {ERRORS} }}
}}"""

ADDRESSES = f"""
mutation Addresses($id: ID!, $address: AddressInput!) {{
  shipping: checkoutShippingAddressUpdate(checkoutId: $id, shippingAddress: $address) {{
    {ERRORS}
  }}
  billing: checkoutBillingAddressUpdate(checkoutId: $id, billingAddress: $address) {{
    {ERRORS}
  }}
}}"""

DELIVERY = f"""
mutation Delivery($id: ID!, $method: ID!) {{
  result: checkoutShippingMethodUpdate(checkoutId: $id, shippingMethodId: $method) {{
    {ERRORS}
  }}
}}"""

PAY = """
mutation Pay($id: ID!, $input: PaymentInput!) {
  result: checkoutPaymentCreate(checkoutId: $id, input: $input) {
    errors: paymentErrors { field message code }
  }
}"""

COMPLETE = f"""
mutation Complete($id: ID!) {{
  result: checkoutComplete(checkoutId: $id) {{ order {{ reference: token }} {ERRORS} }}
}}"""

ORDER = f"""
query Order($reference: UUID!) {{
  order: orderByToken(token: $reference) {{
    id number isPaid
    lines {{
      productName variantName productSku quantity unitPrice {GROSS} variant {{ id }}
    }}
    shippingPrice {GROSS} total {GROSS} totalCharged: totalCaptured {MONEY}
    ...Receipt
  }}
}}{RECEIPT}"""

REFUND = """
mutation Refund($order: ID!, $amount: Decimal!) {
  result: orderRefund(id: $order, amount: $amount) {
    errors: orderErrors { field message }
  }
}"""


def channels(shop: Any) -> list[Channel]:
    """Return the one channel, which the plugin calls so."""
    return [Channel("default", shop["shop"]["defaultCurrency"])]


def open_bank(staff: Client) -> Client:
    """Return the staff, who refund what the gateway took."""
    return staff


def pay(shop: Client, bank: Client, cart: str, total: Any) -> None:
    """Pay by the dummy gateway, as the shopper."""
    payment = {"gateway": GATEWAY, "token": "journey", "amount": total["amount"]}
    shop.ask(PAY, id=cart, input=payment)


def refund(bank: Client, order: str, amount: Decimal) -> None:
    """Let staff refund a part of an order."""
    bank.ask(REFUND, order=order, amount=amount)
