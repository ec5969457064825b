"""How Saleor 3 is spoken to: channels with a currency each, paid by transactions.

Every release of it has transactions; its dummy gateway is gone in the newest. They
are recorded by a payment app, here one of the demo's own.
"""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Any

from .client import Client
from .documents import GROSS, MONEY, RECEIPT, REWARDS
from .talk import Channel

PAID_BY = "the demo's payment app"
HAS_TILL = True
ERRORS = "errors { field message code }"
#: What a dollar's worth of the program is in other currencies, as in Saleor's sample.
SCALES = {"USD": 1, "PLN": 4}

LOG_IN = f"""
mutation LogIn($email: String!, $password: String!) {{
  result: tokenCreate(email: $email, password: $password) {{ token {ERRORS} }}
}}"""

SHOP = """
query Shop {
  shop { countries { code } }
  channels { slug currencyCode }
  categories(first: 100) { edges { node { id name } } }
}"""

REGISTER = f"""
mutation Register($input: AccountRegisterInput!) {{
  result: accountRegister(input: $input) {{ {ERRORS} }}
}}"""

#: Gift cards are left out: they are money, so nothing comes off them.
PRODUCTS = f"""
query Products($channel: String!, $country: CountryCode!) {{
  products(first: 100, channel: $channel, filter: {{ giftCard: false }}) {{
    edges {{ node {{
      id name productType {{ isShippingRequired }}
      variants {{
        id sku name
        quantityAvailable(address: {{ country: $country }})
        pricing {{ price {GROSS} }}
      }}
    }} }}
  }}
}}"""

PRICES = f"""
fragment Prices on Checkout {{
  id token
  lines {{
    id quantity totalPrice {GROSS}
    variant {{ id sku name product {{ id name category {{ name }} }} }}
  }}
  deliveryMethod {{ __typename }}
  shippingMethods {{ id name price {MONEY} }}
  subtotalPrice {GROSS} shippingPrice {GROSS} totalPrice {GROSS}
}}"""

CART = f"""
query Cart($id: ID!) {{ checkout(id: $id) {{ ...Prices ...Rewards }} }}
{PRICES}{REWARDS}"""

PLAIN_CART = f"""
query PlainCart($id: ID!) {{ checkout(id: $id) {{ ...Prices }} }}
{PRICES}"""

CREATE = f"""
mutation Create($channel: String!, $email: String!, $lines: [CheckoutLineInput!]!) {{
  result: checkoutCreate(
    input: {{ channel: $channel, email: $email, lines: $lines }}
  ) {{
    checkout {{ id token }} {ERRORS}
  }}
}}"""

ADD = f"""
mutation Add($id: ID!, $lines: [CheckoutLineInput!]!) {{
  result: checkoutLinesAdd(id: $id, lines: $lines) {{ {ERRORS} }}
}}"""

UPDATE = f"""
mutation Update($id: ID!, $lines: [CheckoutLineUpdateInput!]!) {{
  result: checkoutLinesUpdate(id: $id, lines: $lines) {{ {ERRORS} }}
}}"""

ADDRESSES = f"""
mutation Addresses($id: ID!, $address: AddressInput!) {{
  shipping: checkoutShippingAddressUpdate(id: $id, shippingAddress: $address) {{
    {ERRORS}
  }}
  billing: checkoutBillingAddressUpdate(id: $id, billingAddress: $address) {{
    {ERRORS}
  }}
}}"""

DELIVERY = f"""
mutation Delivery($id: ID!, $method: ID!) {{
  result: checkoutDeliveryMethodUpdate(id: $id, deliveryMethodId: $method) {{
    {ERRORS}
  }}
}}"""

COMPLETE = f"""
mutation Complete($id: ID!) {{
  result: checkoutComplete(id: $id) {{ order {{ reference: id }} {ERRORS} }}
}}"""

ORDER = f"""
query Order($reference: ID!) {{
  order(id: $reference) {{
    id number isPaid
    lines {{
      productName variantName productSku quantity unitPrice {GROSS} variant {{ id }}
    }}
    shippingPrice {GROSS} total {GROSS} totalCharged {MONEY}
    ...Receipt
  }}
}}{RECEIPT}"""

#: Nobody reads the mails of a demo, so nobody could confirm an account.
LET_IN = f"""
mutation LetIn {{
  result: shopSettingsUpdate(input: {{ enableAccountConfirmationByEmail: false }}) {{
    {ERRORS}
  }}
}}"""

PAYMENT_APP = f"""
mutation PaymentApp($name: String!) {{
  result: appCreate(input: {{ name: $name, permissions: [HANDLE_PAYMENTS] }}) {{
    authToken {ERRORS}
  }}
}}"""

CHARGE = f"""
mutation Charge($id: ID!, $transaction: TransactionCreateInput!) {{
  result: transactionCreate(id: $id, transaction: $transaction) {{ {ERRORS} }}
}}"""

TRANSACTIONS = """
query Transactions($order: ID!) { order(id: $order) { transactions { id } } }"""

REPORT_REFUND = f"""
mutation ReportRefund($id: ID!, $amount: PositiveDecimal!, $reference: String!) {{
  result: transactionEventReport(
    id: $id, type: REFUND_SUCCESS, amount: $amount, pspReference: $reference
  ) {{
    {ERRORS}
  }}
}}"""


def channels(shop: Any) -> list[Channel]:
    """Return the channels of the sample, the one in dollars first."""
    found = [
        Channel(one["slug"], one["currencyCode"], SCALES[one["currencyCode"]])
        for one in shop["channels"]
    ]
    return sorted(found, key=lambda channel: channel.scale)


def open_bank(staff: Client) -> Client:
    """Let everybody in who registers, and return the payment app's client."""
    staff.ask(LET_IN)
    made = staff.ask(PAYMENT_APP, name="The demo's payments")["result"]
    return staff.with_token(made["authToken"])


def pay(shop: Client, bank: Client, cart: str, total: Any) -> None:
    """Charge the shopper, as a payment app does once the bank agreed."""
    charge = {
        "name": "Demo",
        "pspReference": f"charge-{secrets.token_hex(6)}",
        "amountCharged": total,
        "availableActions": ["REFUND"],
    }
    bank.ask(CHARGE, id=cart, transaction=charge)


def refund(bank: Client, order: str, amount: Decimal) -> None:
    """Tell Saleor of a refund, as a payment app does once the bank made it."""
    [charged] = bank.ask(TRANSACTIONS, order=order)["order"]["transactions"]
    reference = f"refund-{secrets.token_hex(6)}"
    bank.ask(REPORT_REFUND, id=charged["id"], amount=amount, reference=reference)
