// One door to Saleor's GraphQL API. Whatever goes wrong arrives as a ShopError whose
// message can be shown to the shopper, with the fields that it speaks of.

import { token } from "./session.js";

export class ShopError extends Error {
  constructor(message, fields = []) {
    super(message);
    this.fields = fields;
  }
}

const UNREACHABLE = "The shop does not answer. Please try again in a moment.";
const FAILED = "Something went wrong on our side. Nothing was charged.";

function headers() {
  const kind = { "Content-Type": "application/json" };
  return token() ? { ...kind, Authorization: `JWT ${token()}` } : kind;
}

export async function ask(query, variables = {}) {
  let answer;
  try {
    const response = await fetch("/graphql/", {
      method: "POST",
      headers: headers(),
      body: JSON.stringify({ query, variables }),
    });
    answer = await response.json();
  } catch {
    throw new ShopError(UNREACHABLE);
  }
  if (answer.errors?.length) {
    console.error(answer.errors);
    throw new ShopError(FAILED);
  }
  return answer.data;
}

// A mutation's own errors: Saleor names the list after the type, `checkoutErrors` say,
// the plugin has plain `errors`.
export async function tell(query, variables) {
  const { result } = await ask(query, variables);
  if (result === null) throw new ShopError(FAILED);
  const errors = result.checkoutErrors || result.paymentErrors || result.accountErrors || result.errors || [];
  if (errors.length) {
    const message = errors.map((error) => error.message).join(" ");
    throw new ShopError(message, errors);
  }
  return result;
}
