// The placed order, with what the plugin's receipt says each offer took off.

import { optionOf, picture } from "./catalogue.js";
import { h } from "./dom.js";
import { minus, money, negative, points, sum } from "./format.js";

// The receipt has an entry for each line of each rule; a shopper reads rules.
function byRule(entries) {
  const rules = new Map();
  for (const entry of entries) {
    const one = rules.get(entry.ruleId) ?? { name: entry.name, amounts: [] };
    one.amounts.push(entry.amount);
    rules.set(entry.ruleId, one);
  }
  return [...rules.values()].map(({ name, amounts }) => ({ name, amount: sum(...amounts) }));
}

function line(item) {
  const { amount, currency } = item.unitPrice.gross;
  const option = optionOf({ id: item.variant?.id, name: item.variantName });
  return h(
    "li",
    { class: "line" },
    h("span", { class: "line-picture" }, h("img", { src: picture(item.thumbnail), alt: "", width: 60, height: 60 })),
    h("p", { class: "line-name" }, item.productName, option && option !== item.productSku && h("span", {}, option)),
    h("p", { class: "line-price" }, money(sum({ amount: amount * item.quantity, currency }))),
    h("p", { class: "line-quantity" }, `${item.quantity} × ${money({ amount, currency })}`),
  );
}

function entry(label, value, kind = "") {
  return h("div", { class: `sum ${kind}` }, h("dt", {}, label), h("dd", {}, value));
}

function earned(order, me) {
  if (!order.rewards?.pointsEarned) return null;
  const earns = points(order.rewards.pointsEarned);
  if (me) return h("p", { class: "receipt-points" }, `You earn ${earns}. `, h("a", { href: "#/account" }, "See your points"));
  return h("p", { class: "receipt-points" }, `${earns} wait for ${order.userEmail} to open an account.`);
}

export function receipt(order, me) {
  const total = order.total.gross;
  const nothing = { amount: 0, currency: total.currency };
  const rewards = order.rewards ?? { entries: [], savings: nothing, shippingSavings: nothing, pointsWorth: nothing };
  const { entries, savings, shippingSavings, pointsWorth } = rewards;
  const shipping = order.shippingPrice.gross;
  const shippingBefore = sum(shipping, shippingSavings);
  const goods = sum(total, savings, pointsWorth, negative(shippingBefore));
  const to = order.shippingAddress;
  return [
    h("p", { class: "receipt-lead" }, `Order ${order.number} is placed${order.isPaid ? " and paid" : ""}.`),
    savings.amount > 0 && h("p", { class: "receipt-saved" }, `You saved ${money(savings)}.`),
    earned(order, me),
    h("ul", { class: "lines" }, order.lines.map(line)),
    h(
      "dl",
      { class: "sums" },
      entry("Subtotal", money(goods)),
      entry(`Shipping, ${order.shippingMethodName}`, money(shippingBefore)),
      byRule(entries).map(({ name, amount }) => entry(name, minus(amount), "sum-gain")),
      pointsWorth.amount > 0 && entry(points(rewards.pointsRedeemed), minus(pointsWorth), "sum-gain"),
      entry("Paid", money(total), "sum-total"),
    ),
    to && h("p", { class: "quiet" }, `On its way to ${to.firstName} ${to.lastName}, ${to.streetAddress1}, ${to.city}.`),
    h("a", { class: "button button-quiet", href: "#/" }, "Back to the shop"),
  ].filter(Boolean);
}
