// An invitation of a friend: kept from the link that the page was opened by, claimed as
// soon as it is known who the shopper is, and what became of it.

import { ShopError, tell } from "./api.js";
import * as documents from "./documents.js";
import { byId, h, icon } from "./dom.js";
import { GIVEN, inCurrencyOf, LEAST_ORDER } from "./give.js";
import { isOfFriends } from "./offers.js";

const KEPT = "invitation";
const CHECK = "m5 12.5 4.5 4.5L19 7.5";
const CLOCK = "M12 7v5l3.5 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z";
const LETTER = "M3 6h18v12H3V6Zm0 1 9 6 9-6";
const NOTE = "M12 8v5m0 3.5v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z";
const ICONS = { ACCEPTED: CHECK, IN_REVIEW: CLOCK, NOT_ACCEPTED: NOTE, KEPT: LETTER };
// What a review can change; the others say themselves what is in the way.
const REVIEWABLE = "NOT_ACCEPTED";
const PASSING = ["TOO_MANY_ATTEMPTS", "UNAVAILABLE"];

// Why the last code was refused.
let refused = null;
let reviewAsked = false;
let shown = "";

export const code = () => localStorage.getItem(KEPT) ?? "";

function keep(value) {
  if (value) localStorage.setItem(KEPT, value);
  else localStorage.removeItem(KEPT);
}

// The code leaves the address, so that nobody passes on a friend's by copying it.
export function takeFromAddress() {
  const given = new URLSearchParams(location.search).get("ref");
  if (given === null) return;
  keep(given.trim());
  history.replaceState(null, "", location.pathname + location.hash);
}

const offers = (cart) => cart?.rewards?.offers ?? [];
const claimOf = (cart) => cart?.rewards?.referral ?? null;

// Whether a code could still do something for this cart.
export const isWanted = (cart) =>
  !claimOf(cart) && offers(cart).some((offer) => offer.code === "NO_REFERRAL");

// Without a word of who the shopper is, the shop does not look at a code. What it refused
// is not kept to be tried again by itself: wrong codes are counted. The last code counts.
export async function claim(cart, email, typed = code()) {
  keep(typed);
  if (!code() || !email) return null;
  forgetRefusal();
  try {
    const { checkout } = await tell(documents.REFERRAL_CLAIM, { id: cart.id, code: typed });
    keep("");
    return checkout;
  } catch (error) {
    if (!(error instanceof ShopError) || !error.fields.length) throw error;
    refused = { message: error.message, kind: error.fields[0].code };
    if (!PASSING.includes(refused.kind)) keep("");
    return null;
  }
}

export function forgetRefusal() {
  refused = null;
  reviewAsked = false;
}

const promise = (cart) =>
  `You get ${inCurrencyOf(cart, GIVEN)} off your first order of ${inCurrencyOf(cart, LEAST_ORDER)} or more.`;

// An invitation that was accepted is over once its offer is for somebody else again.
function standing(cart) {
  const claimed = claimOf(cart);
  if (claimed?.state === "ACCEPTED" && offers(cart).some(isOfFriends)) return null;
  if (claimed?.state === "ACCEPTED") return { state: "ACCEPTED", head: claimed.message, tail: promise(cart) };
  if (claimed) return { state: claimed.state, head: claimed.message };
  if (refused) return { state: REVIEWABLE, head: refused.message, isFinal: refused.kind !== REVIEWABLE };
  if (!code()) return null;
  return {
    state: "KEPT",
    head: `A friend gives you ${inCurrencyOf(cart, GIVEN)} off your first order`,
    tail: `The code ${code()} counts as soon as you sign in, or give your e-mail at checkout.`,
  };
}

function request({ state, isFinal }, askReview) {
  if (state !== REVIEWABLE || isFinal) return null;
  if (reviewAsked) return h("span", {}, "Thank you. We look at it, and tell you here.");
  const ask = () => askReview(() => (reviewAsked = true));
  return h("button", { type: "button", class: "link", "data-key": "review", onclick: ask }, "Ask for a review");
}

export function showInvitation(cart, askReview) {
  const box = byId("invitation");
  const found = standing(cart);
  box.hidden = !found;
  // A screen reader would tell what is drawn anew once more.
  const now = JSON.stringify([found, reviewAsked]);
  if (!found || now === shown) return;
  shown = now;
  box.dataset.state = found.state;
  const held = box.contains(document.activeElement);
  byId("invitation-body").replaceChildren(
    h("span", { class: "invitation-icon" }, icon(ICONS[found.state])),
    h(
      "p",
      { class: "invitation-text" },
      h("strong", {}, found.head),
      found.tail ? h("span", {}, found.tail) : null,
      request(found, askReview),
    ),
  );
  if (held) box.focus();
}
