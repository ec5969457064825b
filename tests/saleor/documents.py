"""What the test shopper asks of a checkout, on every host."""

from __future__ import annotations

REWARDS = """
rewards {
  freeShipping savings { amount currency } shippingSavings { amount }
  displacedCode { code message }
  offers {
    ruleId name lane state code message amount { amount } gap { amount }
    gapQuantity nextPercent nextAmount { amount } beatenBy
  }
}
"""

MONEY = "gross { amount } net { amount }"

CART = f"""
id token voucherCode
lines {{ id quantity totalPrice {{ {MONEY} }} }}
subtotalPrice {{ {MONEY} }} shippingPrice {{ {MONEY} }} totalPrice {{ {MONEY} }}
"""

ADDRESS = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "streetAddress1": "1 Main Street",
    "city": "New York",
    "postalCode": "10001",
    "country": "US",
    "countryArea": "NY",
}
