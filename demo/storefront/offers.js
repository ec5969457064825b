// The offers bar: what a shopper has, and how far the next thing is.

import { byId, h, icon } from "./dom.js";
import { count, money, negative, percent, sum } from "./format.js";

const CHECK = "m5 12.5 4.5 4.5L19 7.5";
const GIFT = "M4 11h16v9H4v-9Zm-1-4h18v4H3V7Zm9 0v13M12 7S10.5 3 8 3.5 8 7 12 7Zm0 0s1.5-4 4-3.5S16 7 12 7Z";
const TRUCK = "M2 6h12v10H2V6Zm12 4h4l4 3v3h-8v-6ZM7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm11 0a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z";

const isShipping = (offer) => offer.lane === "SHIPPING";
const isOfPoints = (offer) => offer.lane === "POINTS";
// An offer for somebody else: the invitation speaks of it where there is one.
const isOfFriends = (offer) => ["NO_REFERRAL", "NOT_FIRST_ORDER"].includes(offer.code);
const isApplied = (offer) => offer.state === "APPLIED";

function worth(offer) {
  if (offer.benefitType === "FREE_SHIPPING") return "free shipping";
  if (offer.nextPercent) return `${percent(offer.nextPercent)} off`;
  if (offer.nextAmount?.amount) return `${money(offer.nextAmount)} off`;
  return offer.name;
}

function appliedText(offer) {
  if (offer.benefitType === "FREE_SHIPPING") return "Free shipping is yours";
  return `You save ${money(offer.amount)}`;
}

function gapText(offer) {
  if (offer.gap?.amount) return `${money(offer.gap)} more for ${worth(offer)}`;
  if (offer.gapQuantity) return `${count(offer.gapQuantity, "more item", "more items")} for ${worth(offer)}`;
  return null;
}

// What to say of an offer; the plugin's own words where this page has none of its own.
export function describe(offer) {
  const gap = gapText(offer);
  const name = offer.benefitType === "FREE_SHIPPING" ? null : offer.name;
  if (!isApplied(offer)) return { head: gap || offer.message, tail: gap ? name : null };
  return { head: appliedText(offer), tail: gap || name };
}

// How full the bar is: what is in the cart against what the next step asks for.
function progress(offer, goods) {
  if (offer.gap?.amount) return goods.amount / sum(goods, offer.gap).amount;
  return isApplied(offer) ? 1 : 0;
}

function row(offer, goods) {
  const { head, tail } = describe(offer);
  const share = progress(offer, goods);
  const done = isApplied(offer);
  const fill = h("span", { class: "bar-fill" });
  fill.style.setProperty("--share", share);
  return h(
    "li",
    { class: "offer", "data-state": offer.state, "data-lane": offer.lane },
    h("span", { class: "offer-icon" }, icon(done ? CHECK : isShipping(offer) ? TRUCK : GIFT)),
    h("p", { class: "offer-text" }, h("strong", {}, head), tail && h("span", {}, tail)),
    h(
      "span",
      {
        class: "bar",
        role: "progressbar",
        "aria-label": offer.name,
        "aria-valuemin": 0,
        "aria-valuemax": 100,
        "aria-valuenow": Math.round(share * 100),
        "aria-valuetext": head,
      },
      fill,
    ),
  );
}

function say(offers) {
  const words = offers.map((offer) => {
    const { head, tail } = describe(offer);
    return tail && isApplied(offer) && gapText(offer) ? `${head}, ${tail}` : head;
  });
  const text = words.length ? `${words.join(". ")}.` : "";
  const live = byId("offers-live");
  if (live.textContent !== text) live.textContent = text;
}

// Rows are changed in place, so that the bars move instead of jumping.
function fold(list, rows) {
  while (list.children.length > rows.length) list.lastChild.remove();
  rows.forEach((fresh, place) => {
    const old = list.children[place];
    if (!old) {
      list.append(fresh);
      return;
    }
    const oldFill = old.querySelector(".bar-fill");
    const share = fresh.querySelector(".bar-fill").style.getPropertyValue("--share");
    fresh.querySelector(".bar").replaceChildren(oldFill);
    old.replaceWith(fresh);
    // The layout is read so that the old width is where the movement starts.
    oldFill.getBoundingClientRect();
    oldFill.style.setProperty("--share", share);
  });
}

// What the goods cost before our offers and the points that pay for them. The plugin's
// savings are goods and shipping.
export function goodsBefore(cart) {
  const goods = cart.subtotalPrice.gross;
  if (!cart.rewards) return goods;
  const { savings, shippingSavings, points } = cart.rewards;
  return sum(goods, savings, negative(shippingSavings), ...(points ? [points.worth] : []));
}

export function showOffers(cart) {
  const offers = (cart?.rewards?.offers ?? []).filter((offer) => !isOfPoints(offer) && !isOfFriends(offer));
  byId("offers").hidden = offers.length === 0;
  if (!offers.length) return;
  const goods = goodsBefore(cart);
  fold(byId("offers-list"), offers.map((offer) => row(offer, goods)));
  say(offers);
}

export const applied = (cart) => (cart.rewards?.offers ?? []).filter(isApplied);
export { isOfFriends, isOfPoints, isShipping };
