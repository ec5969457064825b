"""What the journey asks of the product, the same on every Saleor.

What is asked of Saleor itself stands in :mod:`demo.saleor2` and :mod:`demo.saleor3`.
"""

from __future__ import annotations

MONEY = "{ amount currency }"
GROSS = "{ gross { amount currency } }"

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

RECEIPT = f"""
fragment Receipt on Order {{
  rewards {{
    at savings {MONEY} shippingSavings {MONEY}
    entries {{ name ruleVersion isShipping variantId amount {MONEY} }}
    pointsEarned pointsRedeemed pointsWorth {MONEY}
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
    rewards(first: 10) { edges { node { points pointsKept } } }
  } } }
}"""

PREVIEW = """
query Preview($order: ID!, $amount: Decimal!) {
  rewardsRefundPreview(orderId: $order, amount: $amount) {
    pointsTakenBack pointsGivenBack
  }
}"""
