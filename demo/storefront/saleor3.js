// What Saleor 3 calls what, and how its shoppers pay.

import { post, successful } from "./api.js";

// Of the sample's channels the one in dollars.
export const CHANNEL = "default-channel";
export const IN_CHANNEL = `channel: "${CHANNEL}",`;
export const ERRORS = { cart: "errors", account: "errors" };
// What an address of the page names a cart or an order by.
export const REFERENCE = "id";
export const REFERENCE_TYPE = "ID";
export const CART_ID = "id";
export const NEW_LINES = "[CheckoutLineInput!]!";
export const CHANGED_LINES = "[CheckoutLineUpdateInput!]!";
export const TO_COUNTRY = "address: { country: $country }";
export const CHOSEN_DELIVERY = "deliveryMethod { ... on ShippingMethod { id name } }";
export const DELIVERIES = "shippingMethods";
export const DELIVER = "checkoutDeliveryMethodUpdate";
export const DELIVERY_ID = "deliveryMethodId";
export const ORDER = "order";

export const OTHER_TOTAL = "OTHER_TOTAL";
export const PAYMENT = "The demo's payment app answers for the bank: every payment goes through, no money moves.";

// Only a payment app may say that money has come, and its token never reaches a page: the
// demo's server acts as that app.
export async function pay({ id, totalPrice }) {
  // The amount goes along, so that nobody pays what this page did not show.
  successful(await post("/till/", { id, amount: totalPrice.gross.amount }));
}
