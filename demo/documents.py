"""What the journey asks of the shop."""

from __future__ import annotations

MONEY = "{ amount currency }"
GROSS = "{ gross { amount currency } }"
ERRORS = "checkoutErrors { field message code }"

PRODUCTS = f"""
query Products($country: CountryCode!) {{
  shop {{ defaultCurrency }}
  products(first: 100) {{
    edges {{ node {{
      id name
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
  shippingMethod {{ id }}
  availableShippingMethods {{ id name price {MONEY} }}
  subtotalPrice {GROSS} shippingPrice {GROSS} totalPrice {GROSS}
}}"""

REWARDS = f"""
fragment Rewards on Checkout {{
  rewards {{
    savings {MONEY} shippingSavings {MONEY} freeShipping
    offers {{
      name lane benefitType state code message amount {MONEY}
      gap {MONEY} nextPercent nextAmount {MONEY}
    }}
    points {{
      earned redeemed worth {MONEY} available mostRedeemable minimum step
    }}
    referral {{ state }}
  }}
}}"""

CART = f"""
query Cart($token: UUID!) {{ checkout(token: $token) {{ ...Prices ...Rewards }} }}
{PRICES}{REWARDS}"""

PLAIN_CART = f"""
query PlainCart($token: UUID!) {{ checkout(token: $token) {{ ...Prices }} }}
{PRICES}"""

REGISTER = """
mutation Register($input: AccountRegisterInput!) {
  result: accountRegister(input: $input) { accountErrors { field message } }
}"""

CREATE = f"""
mutation Create($input: CheckoutCreateInput!) {{
  result: checkoutCreate(input: $input) {{ checkout {{ id token }} {ERRORS} }}
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

REDEEM = """
mutation Redeem($id: ID!, $points: Int!) {
  result: rewardsPointsRedeem(checkoutId: $id, points: $points) {
    errors { field message code }
  }
}"""

RELEASE = """
mutation Release($id: ID!) {
  result: rewardsPointsRelease(checkoutId: $id) { errors { field message code } }
}"""

CLAIM = """
mutation Claim($id: ID!, $code: String!) {
  result: rewardsReferralClaim(checkoutId: $id, code: $code) {
    errors { field message code }
  }
}"""

PAY = """
mutation Pay($id: ID!, $input: PaymentInput!) {
  result: checkoutPaymentCreate(checkoutId: $id, input: $input) {
    paymentErrors { field message code }
  }
}"""

COMPLETE = f"""
mutation Complete($id: ID!) {{
  result: checkoutComplete(checkoutId: $id) {{ order {{ token }} {ERRORS} }}
}}"""

ORDER = f"""
query Order($token: UUID!) {{
  orderByToken(token: $token) {{
    id number isPaid paymentStatus
    lines {{
      productName variantName productSku quantity unitPrice {GROSS} variant {{ id }}
    }}
    shippingPrice {GROSS} total {GROSS} totalCaptured {MONEY}
    rewards {{
      at savings {MONEY} shippingSavings {MONEY}
      entries {{ name ruleVersion isShipping variantId amount {MONEY} }}
      pointsEarned pointsRedeemed pointsWorth {MONEY}
    }}
  }}
}}"""

ACCOUNT = f"""
query Account($channel: String!) {{
  me {{ rewards {{ account(channel: $channel) {{
    pending available held debt lifetime worth {MONEY}
    tierProgress {{
      tier {{ name }} nextTier {{ name threshold }} value missing
    }}
    entries(first: 100) {{ edges {{ node {{
      kind at points pending available held debt orderNumber ruleName
    }} }} }}
  }} }} }}
}}"""

REFERRER = """
query Referrer($channel: String!) {
  me { rewards { referral(channel: $channel) {
    code link friends { rewarded revoked } earned { points }
  } } }
}"""

#: What staff see of everybody's friends, newest first.
REFERRALS = """
query Referrals($channel: String!) {
  rewardsReferrals(first: 100, filter: { channel: $channel }) { edges { node {
    refereeEmail verdict state weight signals { code weight text }
    rewards { points pointsKept }
  } } }
}"""

PREVIEW = """
query Preview($order: ID!, $amount: Decimal!) {
  rewardsRefundPreview(orderId: $order, amount: $amount) {
    pointsTakenBack pointsGivenBack
  }
}"""

REFUND = """
mutation Refund($order: ID!, $amount: Decimal!) {
  result: orderRefund(id: $order, amount: $amount) { orderErrors { field message } }
}"""
