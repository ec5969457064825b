// The points of a cart: what it earns, and a slider for those that pay for it.

import { byId, h, icon } from "./dom.js";
import { minus, money, number, points } from "./format.js";
import { applied, isOfPoints } from "./offers.js";

const STAR = "m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8L12 3.5Z";
// So long a hand has to rest before the shop is asked.
const REST = 200;

// Where the shopper's hand is while the shop has not answered yet.
let wanted = null;
let timer = null;
let control = null;

const least = ({ minimum, step }) => Math.ceil(minimum / step) * step;

// Nothing, or from the least on in steps. Between the two it goes on as it came.
function snapped(value, terms, before) {
  const { step, mostRedeemable } = terms;
  const near = Math.min(Math.round(value / step) * step, mostRedeemable);
  if (near >= least(terms)) return near;
  return near > before ? least(terms) : 0;
}

// Built once and changed in place: a slider that is drawn anew falls out of the hand.
function build(setPoints) {
  const range = h("input", { type: "range", id: "points-range", min: 0, "aria-describedby": "points-note" });
  const field = h("input", {
    type: "number",
    id: "points-field",
    min: 0,
    inputmode: "numeric",
    "aria-label": "Points to spend, as a number",
    "aria-describedby": "points-note",
  });
  const most = h("button", { type: "button", class: "link" });
  const back = h("button", { type: "button", class: "link" }, "Take back");
  const made = { range, field, most, back, terms: null, shown: 0 };
  made.held = h("span", { class: "spend-held" });
  made.off = h("strong", { class: "spend-off" });
  made.note = h("p", { class: "points-note", id: "points-note" });
  made.element = h(
    "div",
    { class: "spend" },
    h("p", { class: "spend-head" }, h("label", { for: range.id }, "Spend points"), made.off, made.held),
    range,
    h("div", { class: "spend-foot" }, field, most, back),
    made.note,
  );
  const want = (value, rest) => {
    wanted = value;
    clearTimeout(timer);
    timer = setTimeout(() => send(setPoints), rest);
    follow();
  };
  range.addEventListener("input", () => want(snapped(Number(range.value), made.terms, made.shown), REST));
  field.addEventListener("change", () => want(snapped(Number(field.value), made.terms, 0), 0));
  // Both go once they are done: the focus must not go with them.
  const leap = (value) => {
    range.focus();
    want(value, 0);
  };
  most.addEventListener("click", () => leap(made.terms.mostRedeemable));
  back.addEventListener("click", () => leap(0));
  return made;
}

async function send(setPoints) {
  const sent = wanted;
  await setPoints(sent);
  // The hand may have moved on meanwhile.
  if (wanted === sent) wanted = null;
  follow();
}

function follow() {
  const { terms, range, field, most, back } = control;
  const { redeemed, worth, available, mostRedeemable, step } = terms;
  const value = wanted ?? redeemed;
  const isKnown = value === redeemed;
  const off = isKnown && redeemed > 0 ? minus(worth) : "";
  control.shown = value;
  for (const input of [range, field]) {
    Object.assign(input, { max: mostRedeemable, step });
    input.value = String(value);
  }
  range.style.setProperty("--share", mostRedeemable ? value / mostRedeemable : 0);
  range.setAttribute("aria-valuetext", off ? `${points(value)}, ${money(worth)} off` : points(value));
  control.held.textContent = `You have ${number(available)}`;
  control.off.textContent = off;
  control.element.toggleAttribute("data-waits", !isKnown);
  most.textContent = mostRedeemable === available ? "Use all" : `Use ${number(mostRedeemable)}`;
  most.hidden = value === mostRedeemable;
  back.hidden = value === 0;
  control.note.textContent = rule(terms);
  control.note.classList.toggle("visually-hidden", !isCapped(terms));
}

const isCapped = ({ step, mostRedeemable, available }) => mostRedeemable < available - (available % step);

// The slider knows it by itself; only that not all of them can be spent is worth the room.
function rule(terms) {
  const { minimum, step, mostRedeemable } = terms;
  if (isCapped(terms)) return `Up to ${points(mostRedeemable)} can pay for this cart.`;
  return `From ${points(minimum)} on${step > 1 ? `, in steps of ${step}` : ""}.`;
}

function earns(cart) {
  const { earned } = cart.rewards.points;
  const extra = applied(cart).filter((offer) => isOfPoints(offer) && offer.benefitType === "POINTS_MULTIPLIER");
  const head = earned ? `This cart earns ${points(earned)}` : "Points pay for all of this cart";
  return h(
    "p",
    { class: "points-earn" },
    h("span", { class: "points-icon" }, icon(STAR)),
    h("strong", {}, head),
    extra.map((offer) => h("span", {}, `${offer.name}, +${number(offer.points)}`)),
  );
}

const invitation = () =>
  h("p", { class: "points-note" }, h("a", { href: "#/account", "data-key": "sign-in" }, "Sign in"), " to collect them, and to spend those that you have.");

// Why there is no slider, in words.
function hindrance({ available, minimum, mostRedeemable }) {
  if (!available) return "You have no points to spend yet.";
  if (available < minimum) return `You have ${points(available)}; they can be spent from ${number(minimum)} on.`;
  if (mostRedeemable < minimum) return `You have ${points(available)}. A little more in the cart, and they can pay for a part of it.`;
  return null;
}

function say(redeemed, cart) {
  const { worth } = cart.rewards.points;
  const total = `The total is ${money(cart.totalPrice.gross)}.`;
  const text = redeemed ? `${points(redeemed)} take ${money(worth)} off. ${total}` : `No points are spent. ${total}`;
  const live = byId("points-live");
  if (live.textContent !== text) live.textContent = text;
}

export function showPoints(cart, isMember, setPoints) {
  const box = byId("points");
  const terms = cart?.lines.length ? cart.rewards?.points : null;
  box.hidden = !terms;
  if (!terms) return;
  const reason = isMember && hindrance(terms);
  const isOpen = isMember && !reason;
  byId("points-earn").replaceChildren(earns(cart), ...(isMember ? [] : [invitation()]));
  byId("points-why").textContent = reason || "";
  byId("points-spend").hidden = !isOpen;
  if (!isOpen) return;
  if (!control) {
    control = build(setPoints);
    byId("points-spend").replaceChildren(control.element);
  }
  const before = control.terms;
  control.terms = terms;
  follow();
  if (before && before.redeemed !== terms.redeemed) say(terms.redeemed, cart);
}
