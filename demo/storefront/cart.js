// The cart: its lines, and the sum with what each offer takes off.

import { optionOf, picture } from "./catalogue.js";
import { byId, h, redraw } from "./dom.js";
import { count, minus, money, negative, points, sum } from "./format.js";
import { applied, goodsBefore, isShipping } from "./offers.js";

const view = () => document.body.dataset.view;

function stepper(line, setQuantity) {
  const { id, product } = line.variant;
  const change = (by) => () => setQuantity(id, by);
  return h(
    "div",
    { class: "stepper", role: "group", "aria-label": `Quantity of ${product.name}` },
    h(
      "button",
      { type: "button", "data-key": `less ${id}`, "aria-label": `One ${product.name} less`, onclick: change(-1) },
      "−",
    ),
    h("span", { class: "stepper-count" }, String(line.quantity)),
    h(
      "button",
      {
        type: "button",
        "data-key": `more ${id}`,
        "aria-label": `One more ${product.name}`,
        onclick: change(1),
      },
      "+",
    ),
  );
}

// What the line costs before our offers: Saleor's price of the variant, sales included.
function goodsOf(line) {
  const { amount, currency } = line.variant.pricing.price.gross;
  return sum({ amount: amount * line.quantity, currency });
}

function row(line, setQuantity) {
  const { product } = line.variant;
  const before = goodsOf(line);
  const now = line.totalPrice.gross;
  return h(
    "li",
    { class: "line" },
    h("span", { class: "line-picture" }, h("img", { src: picture(product.thumbnail), alt: "", width: 60, height: 60 })),
    h("p", { class: "line-name" }, product.name),
    h(
      "p",
      { class: "line-price" },
      money(now),
      now.amount < before.amount && [h("span", { class: "visually-hidden" }, ", before "), h("s", {}, money(before))],
    ),
    h("p", { class: "line-option" }, optionOf(line.variant)),
    stepper(line, setQuantity),
  );
}

function entry(label, value, kind) {
  return h("div", { class: kind ? `sum sum-${kind}` : "sum" }, h("dt", {}, label), h("dd", {}, value));
}

function shippingEntry(cart) {
  if (!cart.isShippingRequired) return null;
  if (!cart.shippingMethod) return entry("Shipping", "Chosen at checkout", "quiet");
  const now = cart.shippingPrice.gross;
  const before = sum(now, cart.rewards?.shippingSavings ?? { ...now, amount: 0 });
  const label = `Shipping, ${cart.shippingMethod.name}`;
  if (now.amount === before.amount) return entry(label, money(now));
  const free = now.amount === 0 ? "Free" : money(now);
  return entry(label, [h("s", {}, money(before)), ` ${free}`], "gain");
}

export function sums(cart) {
  const savings = applied(cart).filter((offer) => !isShipping(offer) && offer.amount.amount > 0);
  const spent = cart.rewards?.points;
  // What Saleor takes off in the end. Its own figure also counts what makes the shipping
  // free, which stands in the shipping's row.
  const code = sum(cart.subtotalPrice.gross, cart.shippingPrice.gross, negative(cart.totalPrice.gross));
  return h(
    "dl",
    { class: "sums" },
    entry("Subtotal", money(goodsBefore(cart))),
    savings.map((offer) => entry(offer.name, minus(offer.amount), "gain")),
    code.amount > 0 && entry("Voucher", minus(code), "gain"),
    spent?.redeemed > 0 && entry(points(spent.redeemed), minus(spent.worth), "gain"),
    shippingEntry(cart),
    entry("Total", money(cart.totalPrice.gross), "total"),
  );
}

function body(cart, setQuantity) {
  if (cart?.lines.length) return [h("ul", { class: "lines" }, cart.lines.map((line) => row(line, setQuantity)))];
  return [
    h("p", { class: "cart-empty" }, "Nothing in it yet. Each thing that you add brings the offers closer."),
    h("a", { class: "button button-quiet cart-browse", href: "#/" }, "Look around"),
  ];
}

function foot(cart) {
  if (!cart?.lines.length) return [];
  return [
    sums(cart),
    view() !== "checkout" &&
      h("a", { class: "button button-primary", href: "#/checkout", "data-key": "checkout" }, "Checkout"),
    view() === "cart" && h("a", { class: "button button-plain cart-browse", href: "#/", "data-key": "browse" }, "Keep shopping"),
  ].filter(Boolean);
}

export function showCart(cart, setQuantity) {
  const list = () => byId("cart-body").querySelector(".lines");
  const { scrollTop = 0, childElementCount = 0 } = list() ?? {};
  redraw(byId("cart-body"), body(cart, setQuantity), byId("cart-title"));
  redraw(byId("cart-foot"), foot(cart), byId("cart-title"));
  const grown = (list()?.childElementCount ?? 0) > childElementCount;
  list()?.scrollTo(0, grown ? list().scrollHeight : scrollTop);
  const quantity = cart?.quantity ?? 0;
  byId("cart-count").textContent = String(quantity);
  byId("cart-link").setAttribute("aria-label", `Cart, ${count(quantity, "item", "items")}`);
  const bar = byId("cart-bar");
  bar.hidden = quantity === 0;
  if (quantity) {
    bar.replaceChildren(
      h("span", {}, `View cart, ${count(quantity, "item", "items")}`),
      h("strong", {}, money(cart.totalPrice.gross)),
    );
  }
}
