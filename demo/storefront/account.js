// The shopper's account: signing in, the balance, the tier and every posting.

import { byId, h, redraw } from "./dom.js";
import { day, money, number, points } from "./format.js";
import { giveCard } from "./give.js";
import * as invitation from "./invitation.js";

const POSTINGS = {
  EARN: "Earned",
  MATURE: "Ready to spend",
  REVERSE: "Taken back",
  RESTORE: "Given again",
  CAPTURE: "Spent",
  RETURN: "Given back",
  RETAKE: "Taken again",
  EXPIRE: "Expired",
  ADJUST: "Changed by the shop",
  MERGE: "Came with another account",
};
// The demo's own shopper, who has been here before.
const ADA = { email: "ada@example.com", password: "password" };
// Whoever opens a friend's link is somebody else.
const SAM = { email: "sam@example.com", password: "password" };

function signInForm({ signIn, register }) {
  const filled = invitation.code() ? SAM : ADA;
  const field = (name, label, attributes) =>
    h(
      "div",
      { class: "field field-wide" },
      h("label", { for: `account-${name}` }, label),
      h("input", { id: `account-${name}`, name, required: true, value: filled[name], ...attributes }),
    );
  const form = h(
    "form",
    { class: "step" },
    h(
      "div",
      { class: "fields" },
      field("email", "E-mail", { type: "email", autocomplete: "username" }),
      field("password", "Password", { type: "password", autocomplete: "current-password" }),
    ),
    h("button", { class: "button button-primary", name: "act", value: "in" }, "Sign in"),
    h("button", { class: "button button-plain", name: "act", value: "new" }, "Create an account"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { email, password } = Object.fromEntries(new FormData(form));
    (event.submitter?.value === "new" ? register : signIn)(email, password);
  });
  return form;
}

const LEAD = "Every order earns points, and points pay for the next one.";
const OF_ADA = "The demo's shopper, Ada, is filled in: she has bought here twice, and brought friends. With any other e-mail you start from nothing.";
const OF_SAM = "Create an account, and your friend's code counts at once.";

function guestPage(actions) {
  return [
    h("p", { class: "account-lead" }, `${LEAD} ${invitation.code() ? OF_SAM : OF_ADA}`),
    signInForm(actions),
  ];
}

function figure(label, value, note, kind = "") {
  return h(
    "div",
    { class: `figure ${kind}` },
    h("dt", {}, label),
    h("dd", {}, h("strong", {}, value), note && h("span", {}, note)),
  );
}

function figures({ available, pending, held, debt, worth }) {
  return h(
    "dl",
    { class: "figures" },
    figure("To spend", number(available), worth && `worth ${money(worth)}`, "figure-main"),
    figure("Pending", number(pending), pending > 0 && "until the time to return is over"),
    held > 0 && figure("In your cart", number(held), "put aside"),
    debt > 0 && figure("Owed", number(debt), "the next order pays them"),
  );
}

// From the tier that is reached to the next one.
function progress({ tier, nextTier, value, missing }) {
  const name = tier?.name ?? "No tier yet";
  const start = tier?.threshold ?? 0;
  const share = nextTier ? Math.max(0, (value - start) / (nextTier.threshold - start)) : 1;
  const words = nextTier ? `${points(missing)} more for ${nextTier.name}` : "The highest tier is yours";
  const fill = h("span", { class: "bar-fill" });
  fill.style.setProperty("--share", share);
  return h(
    "section",
    { class: "tier", "aria-labelledby": "tier-name" },
    h("p", { class: "tier-text" }, h("strong", { id: "tier-name" }, name), h("span", {}, words)),
    h(
      "span",
      {
        class: "bar",
        role: "progressbar",
        "aria-label": "Progress to the next tier",
        "aria-valuemin": 0,
        "aria-valuemax": 100,
        "aria-valuenow": Math.round(share * 100),
        "aria-valuetext": words,
      },
      fill,
    ),
  );
}

function signed(value) {
  if (value === 0) return "0";
  return value > 0 ? `+${number(value)}` : `−${number(-value)}`;
}

function posting({ kind, at, points: change, pending, available, orderNumber, ruleName }) {
  const about = [orderNumber && `Order ${orderNumber}`, ruleName, kind === "EARN" && pending > 0 && "pending"];
  return h(
    "li",
    { class: "posting" },
    h("p", { class: "posting-name" }, POSTINGS[kind] ?? kind, h("span", {}, about.filter(Boolean).join(", "))),
    h(
      "p",
      { class: change > 0 ? "posting-points posting-gain" : "posting-points" },
      kind === "MATURE" ? number(available) : signed(change),
      h("time", { datetime: at }, day(at)),
    ),
  );
}

// Points that were put aside for a cart and let go again changed nothing.
const counts = ({ kind, points: change }) => change !== 0 || kind === "MATURE";

function history(entries) {
  const postings = entries.edges.map((edge) => edge.node).filter(counts);
  return [
    h("h2", { class: "account-heading" }, "History"),
    postings.length
      ? h("ul", { class: "postings" }, postings.map(posting))
      : h("p", { class: "quiet" }, "Nothing yet: your first order will stand here."),
  ];
}

function memberPage({ me: { email, rewards }, cart }, { signOut }) {
  const account = rewards?.account;
  return [
    h(
      "p",
      { class: "account-who" },
      h("span", {}, email),
      h("button", { type: "button", class: "link", onclick: signOut }, "Sign out"),
    ),
    ...(account
      ? [figures(account), account.tierProgress && progress(account.tierProgress)]
      : [h("p", { class: "account-lead" }, "You have no points yet: the first order that you pay earns them.")]),
    giveCard(rewards?.referral, cart),
    ...(account ? history(account.entries) : []),
  ].filter(Boolean);
}

let shown = null;

// What is there already is not drawn anew: whatever was selected, copied or reached by
// the keyboard stays as it is.
function isShown({ me, cart }) {
  const now = JSON.stringify([me, cart?.totalPrice.gross.currency]);
  const same = now === shown;
  shown = now;
  return same;
}

export function showAccount(shop, actions) {
  const { me } = shop;
  if (isShown(shop)) return;
  // What is typed into the form is not to be drawn over.
  if (!me && byId("account-body").querySelector("form")) return;
  byId("account-title").textContent = me ? "Your points" : "Sign in";
  redraw(byId("account-body"), me ? memberPage(shop, actions) : guestPage(actions), byId("account-title"));
}

// What the masthead says of it.
export function showAccountLink(me) {
  const account = me?.rewards?.account;
  const owned = account ? account.available + account.held : 0;
  const tier = account?.tierProgress?.tier?.name;
  byId("account-name").textContent = me ? number(owned) : "Sign in";
  const words = me ? [`Your account, ${points(owned)}`, tier] : ["Sign in"];
  byId("account-link").setAttribute("aria-label", words.filter(Boolean).join(", "));
}
