// Give 10, get 10: the member's code, a link to share, and what friends brought.

import { h, icon } from "./dom.js";
import { day, money, number, points } from "./format.js";

// The campaign of the demo's shop, as its rules have it.
export const GIVEN = 10;
export const LEAST_ORDER = 30;

const LINK = "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1m2 3.5a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1";
const CHECK = "m5 12.5 4.5 4.5L19 7.5";
const REST = 4000;

// Round amounts read better without the cents.
export function inCurrencyOf(cart, amount) {
  const currency = cart?.totalPrice.gross.currency ?? "USD";
  return money({ amount, currency }).replace(/\.0+$/, "");
}

// Where the clipboard is not to be had, the link is at least selected.
async function copied(place) {
  getSelection().selectAllChildren(place);
  try {
    await navigator.clipboard.writeText(place.textContent);
    getSelection().removeAllRanges();
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

function shareLink(link) {
  const place = h("span", { class: "give-address" }, link);
  const said = h("p", { class: "visually-hidden", "aria-live": "polite" });
  const words = h("span", {}, "Copy link");
  const button = h("button", { type: "button", class: "button button-copy", "data-key": "copy" }, icon(LINK), words);
  let timer = null;
  const show = (text, path, done) => {
    words.textContent = text;
    button.querySelector("svg").replaceWith(icon(path));
    button.toggleAttribute("data-done", done);
  };
  button.addEventListener("click", async () => {
    const done = await copied(place);
    if (done) show("Copied", CHECK, true);
    said.textContent = done ? "The link is copied." : "The link is selected: copy it with your keyboard.";
    clearTimeout(timer);
    timer = setTimeout(() => {
      show("Copy link", LINK, false);
      said.textContent = "";
    }, REST);
  });
  return [
    h("p", { class: "give-label" }, "Your link"),
    h("p", { class: "give-link" }, place, button),
    said,
  ];
}

function figure(label, value, note) {
  return h("div", { class: "give-figure" }, h("dt", {}, label), h("dd", {}, h("strong", {}, value), note ? h("span", {}, note) : null));
}

function vouchersText({ amounts }) {
  const worth = amounts.filter(({ amount }) => amount > 0).map(money);
  return worth.length ? `points, and ${worth.join(", ")} in vouchers` : "points";
}

function figures({ friends, earned }) {
  const { claimed, waiting, rewarded, revoked } = friends;
  const way = claimed + waiting;
  return h(
    "dl",
    { class: "give-figures" },
    figure("Bought", number(rewarded), revoked > 0 && `${number(revoked)} more sent it back`),
    figure("On the way", number(way), way > 0 && "not bought yet"),
    figure("You earned", number(earned.points), vouchersText(earned)),
  );
}

function rewardText({ state, points: given, pointsKept, amount, amountKept }) {
  const whole = given === null ? money(amount) : points(given);
  const left = given === null ? money(amountKept) : points(pointsKept);
  if (state === "GRANTED") return whole;
  return state === "REVOKED" ? `${whole}, taken back` : `${left} of ${whole} are left`;
}

function voucher(reward) {
  if (!reward.code) return null;
  const until = reward.expiresAt ? `, until ${day(reward.expiresAt)}` : "";
  return h("li", {}, h("strong", {}, reward.code), h("span", {}, `${rewardText(reward)}${until}`));
}

function vouchers(rewards) {
  const found = rewards.edges.map(({ node }) => voucher(node)).filter(Boolean);
  return found.length > 0 && h("ul", { class: "give-vouchers", "aria-label": "Vouchers that you earned" }, found);
}

export function giveCard(referral, cart) {
  if (!referral?.code) return null;
  const ten = inCurrencyOf(cart, GIVEN);
  return h(
    "section",
    { class: "give", "aria-labelledby": "give-title" },
    h("h2", { id: "give-title" }, `Give ${ten}, get ${ten}`),
    h(
      "p",
      { class: "give-lead" },
      `Friends get ${ten} off their first order of ${inCurrencyOf(cart, LEAST_ORDER)} or more. Once they have paid, you get 1,000 points, worth ${ten}.`,
    ),
    h("p", { class: "give-label" }, "Your code"),
    h("p", { class: "give-code" }, referral.code),
    referral.link && shareLink(referral.link),
    figures(referral),
    vouchers(referral.rewards),
  );
}
