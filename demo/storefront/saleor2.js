// What Saleor 2.10.1 calls what, and how its shoppers pay.

import { tell } from "./api.js";

// It has one channel, which the plugin calls so.
export const CHANNEL = "default";
export const IN_CHANNEL = "";
export const ERRORS = { cart: "checkoutErrors", account: "accountErrors" };
// What an address of the page names a cart or an order by.
export const REFERENCE = "token";
export const REFERENCE_TYPE = "UUID";
export const CART_ID = "checkoutId";
export const NEW_LINES = "[CheckoutLineInput]!";
export const CHANGED_LINES = "[CheckoutLineInput]!";
export const TO_COUNTRY = "countryCode: $country";
export const CHOSEN_DELIVERY = "shippingMethod { id name }";
export const DELIVERIES = "availableShippingMethods";
export const DELIVER = "checkoutShippingMethodUpdate";
export const DELIVERY_ID = "shippingMethodId";
export const ORDER = "orderByToken";

const DUMMY_GATEWAY = "mirumee.payments.dummy";
// Saleor's answer to an amount that is no longer the total speaks of partial payments.
export const OTHER_TOTAL = "PARTIAL_PAYMENT_NOT_ALLOWED";
export const PAYMENT = "Saleor's dummy gateway answers for the bank: every payment goes through, no money moves.";

const PAYMENT_CREATE = `
mutation PaymentCreate($id: ID!, $input: PaymentInput!) {
  result: checkoutPaymentCreate(checkoutId: $id, input: $input) {
    errors: paymentErrors { field message code }
  }
}`;

export async function pay({ id, totalPrice }) {
  // The amount goes along, so that nobody pays what this page did not show.
  const input = { gateway: DUMMY_GATEWAY, token: `demo-${Date.now()}`, amount: totalPrice.gross.amount };
  await tell(PAYMENT_CREATE, { id, input });
}
