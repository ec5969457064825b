// Every GraphQL document that the shop sends.

const MONEY = "amount currency";

const ADDRESS = `
fragment AddressFields on Address {
  firstName lastName streetAddress1 city cityArea postalCode countryArea country { code country }
}`;

const CART = `
fragment Cart on Checkout {
  id token email isShippingRequired quantity
  lines {
    id quantity
    totalPrice { gross { ${MONEY} } }
    variant {
      id name
      pricing { price { gross { ${MONEY} } } }
      product { id name thumbnail(size: 120) { url } }
    }
  }
  billingAddress { ...AddressFields }
  shippingAddress { id }
  shippingMethod { id name }
  availableShippingMethods { id name price { ${MONEY} } }
  availablePaymentGateways { id name }
  subtotalPrice { gross { ${MONEY} } }
  shippingPrice { gross { ${MONEY} } }
  totalPrice { gross { ${MONEY} } }
  discount { ${MONEY} }
  rewards {
    freeShipping
    savings { ${MONEY} }
    shippingSavings { ${MONEY} }
    offers {
      ruleId name lane benefitType state code message
      amount { ${MONEY} } gap { ${MONEY} } gapQuantity nextPercent nextAmount { ${MONEY} }
      points
    }
    points { earned redeemed worth { ${MONEY} } available mostRedeemable minimum step }
    referral { state message }
  }
}
${ADDRESS}`;

const CART_ERRORS = "checkoutErrors { field message code }";

// Saleor 2 has one channel, which the plugin calls so.
const CHANNEL = "default";

export const REGISTER = `
mutation Register($email: String!, $password: String!) {
  result: accountRegister(input: { email: $email, password: $password }) {
    accountErrors { field message code }
  }
}`;

export const SIGN_IN = `
mutation SignIn($email: String!, $password: String!) {
  result: tokenCreate(email: $email, password: $password) {
    token accountErrors { field message code }
  }
}`;

export const ME = `
query Me {
  me {
    email
    rewards {
      account(channel: "${CHANNEL}") {
        pending available held debt worth { ${MONEY} }
        tierProgress {
          tier { name threshold } nextTier { name threshold } value missing
        }
        entries(first: 30) {
          edges { node { id kind at points pending available orderNumber ruleName } }
        }
      }
      referral(channel: "${CHANNEL}") {
        code link
        friends { claimed waiting rewarded revoked }
        earned { points amounts { ${MONEY} } }
        rewards(first: 10) {
          state points pointsKept amount { ${MONEY} } amountKept { ${MONEY} } code expiresAt
        }
      }
    }
  }
}`;

export const SHOP = `
query Shop {
  shop {
    name
    description
    defaultCountry { code }
    countries { code country }
  }
}`;

// What is in stock depends on where it goes.
export const PRODUCTS = `
query Products($country: CountryCode!) {
  products(first: 100, sortBy: { field: NAME, direction: ASC }) {
    edges {
      node {
        id name isAvailable
        category { id name parent { id name } }
        thumbnail(size: 510) { url }
        variants {
          id name quantityAvailable(countryCode: $country)
          pricing { onSale price { gross { ${MONEY} } } priceUndiscounted { gross { ${MONEY} } } }
        }
      }
    }
  }
}`;

export const CART_BY_TOKEN = `
query CartByToken($token: UUID!) { checkout(token: $token) { ...Cart } }
${CART}`;

export const CART_CREATE = `
mutation CartCreate($input: CheckoutCreateInput!) {
  result: checkoutCreate(input: $input) { checkout { ...Cart } ${CART_ERRORS} }
}
${CART}`;

export const LINES_ADD = `
mutation LinesAdd($id: ID!, $lines: [CheckoutLineInput]!) {
  result: checkoutLinesAdd(checkoutId: $id, lines: $lines) { checkout { ...Cart } ${CART_ERRORS} }
}
${CART}`;

export const LINES_UPDATE = `
mutation LinesUpdate($id: ID!, $lines: [CheckoutLineInput]!) {
  result: checkoutLinesUpdate(checkoutId: $id, lines: $lines) {
    checkout { ...Cart } ${CART_ERRORS}
  }
}
${CART}`;

export const CUSTOMER_ATTACH = `
mutation CustomerAttach($id: ID!) {
  result: checkoutCustomerAttach(checkoutId: $id) { checkout { ...Cart } ${CART_ERRORS} }
}
${CART}`;

export const POINTS_REDEEM = `
mutation PointsRedeem($id: ID!, $points: Int!) {
  result: rewardsPointsRedeem(checkoutId: $id, points: $points) {
    checkout { ...Cart } errors { field message code }
  }
}
${CART}`;

export const POINTS_RELEASE = `
mutation PointsRelease($id: ID!) {
  result: rewardsPointsRelease(checkoutId: $id) {
    checkout { ...Cart } errors { field message code }
  }
}
${CART}`;

export const REFERRAL_CLAIM = `
mutation ReferralClaim($id: ID!, $code: String!) {
  result: rewardsReferralClaim(checkoutId: $id, code: $code) {
    checkout { ...Cart } errors { field message code }
  }
}
${CART}`;

export const REFERRAL_REVIEW_REQUEST = `
mutation ReferralReviewRequest($id: ID!) {
  result: rewardsReferralReviewRequest(checkoutId: $id) { errors { field message code } }
}`;

export const EMAIL_UPDATE = `
mutation EmailUpdate($id: ID!, $email: String!) {
  result: checkoutEmailUpdate(checkoutId: $id, email: $email) {
    checkout { ...Cart } ${CART_ERRORS}
  }
}
${CART}`;

export const SHIPPING_ADDRESS_UPDATE = `
mutation ShippingAddressUpdate($id: ID!, $address: AddressInput!) {
  result: checkoutShippingAddressUpdate(checkoutId: $id, shippingAddress: $address) {
    checkout { ...Cart } ${CART_ERRORS}
  }
}
${CART}`;

export const BILLING_ADDRESS_UPDATE = `
mutation BillingAddressUpdate($id: ID!, $address: AddressInput!) {
  result: checkoutBillingAddressUpdate(checkoutId: $id, billingAddress: $address) {
    checkout { ...Cart } ${CART_ERRORS}
  }
}
${CART}`;

export const SHIPPING_METHOD_UPDATE = `
mutation ShippingMethodUpdate($id: ID!, $method: ID!) {
  result: checkoutShippingMethodUpdate(checkoutId: $id, shippingMethodId: $method) {
    checkout { ...Cart } ${CART_ERRORS}
  }
}
${CART}`;

export const PAYMENT_CREATE = `
mutation PaymentCreate($id: ID!, $input: PaymentInput!) {
  result: checkoutPaymentCreate(checkoutId: $id, input: $input) {
    payment { id }
    paymentErrors { field message code }
  }
}`;

export const COMPLETE = `
mutation Complete($id: ID!) {
  result: checkoutComplete(checkoutId: $id) { order { token } ${CART_ERRORS} }
}`;

export const ORDER = `
query Order($token: UUID!) {
  orderByToken(token: $token) {
    id number userEmail isPaid
    lines {
      id productName variantName productSku quantity
      unitPrice { gross { ${MONEY} } }
      thumbnail(size: 120) { url }
    }
    shippingAddress { ...AddressFields }
    shippingMethodName
    shippingPrice { gross { ${MONEY} } }
    total { gross { ${MONEY} } }
    rewards {
      savings { ${MONEY} }
      shippingSavings { ${MONEY} }
      entries { ruleId ruleVersion name amount { ${MONEY} } lineId }
      pointsEarned pointsRedeemed pointsWorth { ${MONEY} }
    }
  }
}
${ADDRESS}`;
