// Every GraphQL document that the shop sends; what is another on each Saleor comes from
// the module that the server chose.

import * as host from "./host.js";

const MONEY = "amount currency";

const ADDRESS = `
fragment AddressFields on Address {
  firstName lastName streetAddress1 city cityArea postalCode countryArea country { code country }
}`;

const CART = `
fragment Cart on Checkout {
  id reference: ${host.REFERENCE} email isShippingRequired quantity
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
  shippingMethod: ${host.CHOSEN_DELIVERY}
  shippingMethods: ${host.DELIVERIES} { id name price { ${MONEY} } }
  subtotalPrice { gross { ${MONEY} } }
  shippingPrice { gross { ${MONEY} } }
  totalPrice { gross { ${MONEY} } }
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

const CART_ERRORS = `errors: ${host.ERRORS.cart} { field message code }`;
const ACCOUNT_ERRORS = `errors: ${host.ERRORS.account} { field message code }`;

export const REGISTER = `
mutation Register($email: String!, $password: String!) {
  result: accountRegister(input: { email: $email, password: $password }) {
    ${ACCOUNT_ERRORS}
  }
}`;

export const SIGN_IN = `
mutation SignIn($email: String!, $password: String!) {
  result: tokenCreate(email: $email, password: $password) {
    token ${ACCOUNT_ERRORS}
  }
}`;

export const ME = `
query Me {
  me {
    email
    rewards {
      account(channel: "${host.CHANNEL}") {
        pending available held debt worth { ${MONEY} }
        tierProgress {
          tier { name threshold } nextTier { name threshold } value missing
        }
        entries(first: 30) {
          edges { node { id kind at points pending available orderNumber ruleName } }
        }
      }
      referral(channel: "${host.CHANNEL}") {
        code link
        friends { claimed waiting rewarded revoked }
        earned { points amounts { ${MONEY} } }
        rewards(first: 10) {
          edges {
            node {
              state points pointsKept amount { ${MONEY} } amountKept { ${MONEY} } code expiresAt
            }
          }
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
  products(first: 100, ${host.IN_CHANNEL} sortBy: { field: NAME, direction: ASC }) {
    edges {
      node {
        id name
        category { id name parent { id name parent { id name } } }
        thumbnail(size: 510) { url }
        variants {
          id name quantityAvailable(${host.TO_COUNTRY})
          pricing { onSale price { gross { ${MONEY} } } priceUndiscounted { gross { ${MONEY} } } }
        }
      }
    }
  }
}`;

export const CART_BY_REFERENCE = `
query CartByReference($reference: ${host.REFERENCE_TYPE}!) {
  checkout(${host.REFERENCE}: $reference) { ...Cart }
}
${CART}`;

export const CART_CREATE = `
mutation CartCreate($email: String!) {
  result: checkoutCreate(input: { ${host.IN_CHANNEL} lines: [], email: $email }) {
    checkout { ...Cart } ${CART_ERRORS}
  }
}
${CART}`;

export const LINES_ADD = `
mutation LinesAdd($id: ID!, $lines: ${host.NEW_LINES}) {
  result: checkoutLinesAdd(${host.CART_ID}: $id, lines: $lines) { checkout { ...Cart } ${CART_ERRORS} }
}
${CART}`;

export const LINES_UPDATE = `
mutation LinesUpdate($id: ID!, $lines: ${host.CHANGED_LINES}) {
  result: checkoutLinesUpdate(${host.CART_ID}: $id, lines: $lines) {
    checkout { ...Cart } ${CART_ERRORS}
  }
}
${CART}`;

export const CUSTOMER_ATTACH = `
mutation CustomerAttach($id: ID!) {
  result: checkoutCustomerAttach(${host.CART_ID}: $id) { checkout { ...Cart } ${CART_ERRORS} }
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
  result: checkoutEmailUpdate(${host.CART_ID}: $id, email: $email) {
    checkout { ...Cart } ${CART_ERRORS}
  }
}
${CART}`;

export const SHIPPING_ADDRESS_UPDATE = `
mutation ShippingAddressUpdate($id: ID!, $address: AddressInput!) {
  result: checkoutShippingAddressUpdate(${host.CART_ID}: $id, shippingAddress: $address) {
    checkout { ...Cart } ${CART_ERRORS}
  }
}
${CART}`;

export const BILLING_ADDRESS_UPDATE = `
mutation BillingAddressUpdate($id: ID!, $address: AddressInput!) {
  result: checkoutBillingAddressUpdate(${host.CART_ID}: $id, billingAddress: $address) {
    checkout { ...Cart } ${CART_ERRORS}
  }
}
${CART}`;

export const SHIPPING_METHOD_UPDATE = `
mutation ShippingMethodUpdate($id: ID!, $method: ID!) {
  result: ${host.DELIVER}(${host.CART_ID}: $id, ${host.DELIVERY_ID}: $method) {
    checkout { ...Cart } ${CART_ERRORS}
  }
}
${CART}`;

export const COMPLETE = `
mutation Complete($id: ID!) {
  result: checkoutComplete(${host.CART_ID}: $id) { order { reference: ${host.REFERENCE} } ${CART_ERRORS} }
}`;

export const ORDER = `
query Order($reference: ${host.REFERENCE_TYPE}!) {
  order: ${host.ORDER}(${host.REFERENCE}: $reference) {
    id number userEmail isPaid
    lines {
      id productName variantName productSku quantity variant { id }
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
