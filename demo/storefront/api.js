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
const FAILED = "Something went wrong on our side. Please try again in a moment.";

function headers() {
  const kind = { "Content-Type": "application/json" };
  return token() ? { ...kind, Authorization: `JWT ${token()}` } : kind;
}

export async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: headers(),
      body: JSON.stringify(body),
    });
    return await response.json();
  } catch {
    throw new ShopError(UNREACHABLE);
  }
}

export async function ask(query, variables = {}) {
  const answer = await post("/graphql/", { query, variables });
  if (answer.errors?.length) {
    console.error(answer.errors);
    throw new ShopError(FAILED);
  }
  return answer.data;
}

// What was asked for, unless the answer lists errors.
export function successful(result) {
  if (!result) throw new ShopError(FAILED);
  const { errors } = result;
  if (errors.length) {
    const message = errors.map((error) => error.message).join(" ");
    throw new ShopError(message, errors);
  }
  return result;
}

export async function tell(query, variables) {
  return successful((await ask(query, variables)).result);
}
