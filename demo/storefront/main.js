// Holds the shop's state and decides what is on the screen.

import { ask, ShopError, tell } from "./api.js";
import { showCart } from "./cart.js";
import { showCatalogue } from "./catalogue.js";
import { checkoutSteps } from "./checkout.js";
import { announce, byId, redraw, silence } from "./dom.js";
import * as documents from "./documents.js";
import { showOffers } from "./offers.js";
import { receipt } from "./receipt.js";

const TOKEN = "cart";
// Saleor 2 opens a checkout only with an e-mail; the shopper's own replaces this one.
const NOT_YET_KNOWN = "guest@example.com";
const TITLES = { browse: "catalogue-title", cart: "cart-title", checkout: "checkout-title", order: "receipt-title" };

let queue = Promise.resolve();
let editing = false;

const shop = {
  cart: null,
  store: null,

  take(cart) {
    shop.cart = cart;
    if (cart) localStorage.setItem(TOKEN, cart.token);
    else localStorage.removeItem(TOKEN);
    draw();
  },

  // One request after the other: two answers of one cart never overtake each other.
  run(task, onError = (error) => announce(error.message)) {
    queue = queue.then(async () => {
      byId("cart").setAttribute("aria-busy", "true");
      try {
        silence();
        await task();
      } catch (error) {
        if (!(error instanceof ShopError)) console.error(error);
        await onError(error);
      } finally {
        byId("cart").removeAttribute("aria-busy");
      }
    });
    return queue;
  },

  async refresh() {
    const token = localStorage.getItem(TOKEN);
    if (!token) return;
    shop.take((await ask(documents.CART_BY_TOKEN, { token })).checkout);
  },
};

function add(variant) {
  return shop.run(async () => {
    const lines = [{ variantId: variant.id, quantity: 1 }];
    if (!shop.cart) await openCart();
    shop.take((await tell(documents.LINES_ADD, { id: shop.cart.id, lines })).checkout);
  });
}

function setQuantity(variantId, by) {
  return shop.run(async () => {
    const line = shop.cart.lines.find((one) => one.variant.id === variantId);
    if (!line) return;
    const lines = [{ variantId, quantity: line.quantity + by }];
    shop.take((await tell(documents.LINES_UPDATE, { id: shop.cart.id, lines })).checkout);
  });
}

function placed(token) {
  shop.take(null);
  location.hash = `#/order/${token}`;
}

function edit(now) {
  editing = now;
  draw();
  byId("checkout-title").focus();
}

function draw() {
  showOffers(shop.cart);
  showCart(shop.cart, setQuantity);
  if (document.body.dataset.view !== "checkout") return;
  const steps = checkoutSteps(shop, { editing, edit, onPlaced: placed });
  redraw(byId("checkout-steps"), steps, byId("checkout-title"));
}

async function showOrder(token) {
  const { orderByToken: order } = await ask(documents.ORDER, { token });
  if (!order) throw new ShopError("This order is not known.");
  byId("receipt-body").replaceChildren(...receipt(order));
}

async function route() {
  const [, view = "", token] = location.hash.split("/");
  const name = view in TITLES ? view : "browse";
  const moved = document.body.dataset.view !== name;
  document.body.dataset.view = name;
  silence();
  draw();
  if (name === "order") await showOrder(token);
  if (!moved) return;
  scrollTo(0, 0);
  byId(TITLES[name]).focus({ preventScroll: true });
}

const guarded = (task) => task().catch((error) => announce(error.message));

// Opened before the first item, so that the offers are known before it too.
async function openCart() {
  await shop.refresh();
  if (shop.cart) return;
  const input = { lines: [], email: NOT_YET_KNOWN };
  shop.take((await tell(documents.CART_CREATE, { input })).checkout);
}

async function start() {
  const { shop: store } = await ask(documents.SHOP);
  const country = store.defaultCountry.code;
  const { products } = await ask(documents.PRODUCTS, { country });
  shop.store = store;
  document.title = store.name;
  byId("brand").textContent = store.name;
  showCatalogue(products.edges.map((edge) => edge.node), add);
  // In the queue, since the first product may be added before the answer is there.
  await shop.run(openCart);
  await route();
  addEventListener("hashchange", () => guarded(route));
}

guarded(start);
