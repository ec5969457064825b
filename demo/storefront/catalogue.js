// The product grid and its category filter.

import { byId, h } from "./dom.js";
import { money } from "./format.js";

// Saleor answers with the address of the site that it is configured for; the pictures
// come from wherever this page came from.
export const picture = (image) => (image ? new URL(image.url, location.href).pathname : "");

// Saleor 3 calls a variant without a name by its ID.
export const optionOf = ({ id, name }) => (name === id ? "" : name);

const section = ({ category }) => category.parent?.parent ?? category.parent ?? category;

// One of each category in turn, so that the first screen shows what the shop has.
function mixed(products) {
  const shelves = new Map();
  for (const product of products) {
    const shelf = shelves.get(product.category.id) ?? [];
    shelves.set(product.category.id, [...shelf, product]);
  }
  const rows = Math.max(0, ...[...shelves.values()].map((shelf) => shelf.length));
  const places = Array.from({ length: rows }, (_, place) => place);
  return places.flatMap((place) =>
    [...shelves.values()].map((shelf) => shelf[place]).filter(Boolean),
  );
}

const FEW = 5;

function price(variant) {
  const now = variant.pricing.price.gross;
  const left = variant.quantityAvailable;
  const few = left <= FEW && h("span", { class: "few" }, `${left} left`);
  if (!variant.pricing.onSale) return [h("span", { class: "price" }, money(now)), few].filter(Boolean);
  const before = variant.pricing.priceUndiscounted.gross;
  return [
    h("span", { class: "visually-hidden" }, "Sale price "),
    h("span", { class: "price price-sale" }, money(now)),
    h("span", { class: "visually-hidden" }, ", before "),
    h("s", { class: "price-before" }, money(before)),
    few,
  ].filter(Boolean);
}

function card(product, add) {
  const variants = product.variants.filter((variant) => variant.quantityAvailable > 0);
  const chosen = () => variants.find((variant) => variant.id === select?.value) ?? variants[0];
  const tag = h("p", { class: "card-price" });
  const select =
    variants.length > 1 &&
    h(
      "select",
      { "aria-label": `Option of ${product.name}`, onchange: () => tag.replaceChildren(...price(chosen())) },
      variants.map((variant) => h("option", { value: variant.id }, optionOf(variant) || product.name)),
    );
  if (variants.length) tag.append(...price(variants[0]));
  const button = h(
    "button",
    { type: "button", class: "button button-add", disabled: !variants.length, "data-product": product.id },
    variants.length ? "Add" : "Sold out",
    h("span", { class: "visually-hidden" }, ` ${product.name} to the cart`),
  );
  button.addEventListener("click", () => add(chosen(), product));
  return h(
    "li",
    { class: "card" },
    h(
      "div",
      { class: "tile" },
      h("img", { src: picture(product.thumbnail), alt: "", width: 510, height: 510, loading: "lazy" }),
    ),
    h("p", { class: "card-category" }, product.category.name),
    h("h2", { class: "card-name" }, product.name),
    tag,
    h("div", { class: "card-buy" }, select, button),
  );
}

export function showCatalogue(products, add) {
  const sections = new Map(products.map((product) => [section(product).id, section(product).name]));
  let current = null;
  const draw = () => {
    const some = products.filter((product) => !current || section(product).id === current);
    byId("products").replaceChildren(...mixed(some).map((product) => card(product, add)));
    for (const chip of byId("chips").children) {
      chip.setAttribute("aria-pressed", String((chip.dataset.id || null) === current));
    }
  };
  const chip = (id, name) =>
    h(
      "button",
      {
        type: "button",
        class: "chip",
        "data-id": id ?? "",
        onclick: () => {
          current = id;
          draw();
        },
      },
      name,
    );
  byId("chips").replaceChildren(chip(null, "All"), ...[...sections].map(([id, name]) => chip(id, name)));
  draw();
  byId("products").removeAttribute("aria-busy");
}
