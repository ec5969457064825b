// Holds the shop's state and decides what is on the screen.

import { showAccount, showAccountLink } from "./account.js";
import { ask, ShopError, tell } from "./api.js";
import { showCart } from "./cart.js";
import { showCatalogue } from "./catalogue.js";
import { checkoutSteps, isAddressed } from "./checkout.js";
import { announce, byId, redraw, silence } from "./dom.js";
import * as documents from "./documents.js";
import { CHANNEL } from "./host.js";
import * as invitation from "./invitation.js";
import { showOffers } from "./offers.js";
import { showPoints } from "./points.js";
import { receipt } from "./receipt.js";
import * as session from "./session.js";

// A cart of another Saleor that was opened here before is not looked for.
const KEPT = `cart in ${CHANNEL}`;
// Saleor 2 opens a checkout only with an e-mail; the shopper's own replaces this one.
const NOT_YET_KNOWN = "guest@example.com";
const TITLES = {
  browse: "catalogue-title",
  cart: "cart-title",
  checkout: "checkout-title",
  account: "account-title",
  order: "receipt-title",
};

let queue = Promise.resolve();
let editing = false;

const shop = {
  cart: null,
  me: null,
  store: null,

  take(cart) {
    shop.cart = cart;
    if (cart) localStorage.setItem(KEPT, cart.reference);
    else localStorage.removeItem(KEPT);
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
    const reference = localStorage.getItem(KEPT);
    if (!reference) return;
    shop.take((await ask(documents.CART_BY_REFERENCE, { reference })).checkout);
  },
};

// Claims the code of a friend, as soon as it is known who the shopper is.
async function claimInvitation() {
  const { email } = shop.me ?? shop.cart;
  shop.take((await invitation.claim(shop.cart, email === NOT_YET_KNOWN ? "" : email)) ?? shop.cart);
}

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

function askReview(onAsked) {
  return shop.run(async () => {
    await tell(documents.REFERRAL_REVIEW_REQUEST, { id: shop.cart.id });
    onAsked();
    draw();
  });
}

function setPoints(points) {
  return shop.run(async () => {
    const { id } = shop.cart;
    const result = points
      ? await tell(documents.POINTS_REDEEM, { id, points })
      : await tell(documents.POINTS_RELEASE, { id });
    shop.take(result.checkout);
  });
}

async function lookAtAccount() {
  const before = shop.me?.email;
  shop.me = session.token() ? (await ask(documents.ME)).me : null;
  // The form that is open there is filled in for somebody else.
  if (shop.me?.email !== before) byId("checkout-steps").replaceChildren();
  draw();
}

// The cart comes along, unless there is nothing in it.
function signIn(email, password) {
  return shop.run(async () => {
    const { token } = await tell(documents.SIGN_IN, { email, password });
    session.keep(token);
    await lookAtAccount();
    if (shop.cart?.lines.length) {
      await claimCart();
    } else {
      shop.take(null);
      await openCart();
    }
    await claimInvitation();
    byId("account-title").focus();
  });
}

async function claimCart() {
  const { id } = shop.cart;
  await tell(documents.CUSTOMER_ATTACH, { id });
  shop.take((await tell(documents.EMAIL_UPDATE, { id, email: shop.me.email })).checkout);
}

async function register(email, password) {
  await shop.run(async () => {
    await tell(documents.REGISTER, { email, password });
    // In the queue after this one.
    signIn(email, password);
  });
}

// The cart is the account's, and stays with it.
function signOut() {
  return shop.run(async () => {
    session.forget();
    invitation.forgetRefusal();
    await lookAtAccount();
    shop.take(null);
    await openCart();
    byId("account-title").focus();
  });
}

async function placed(reference) {
  shop.take(null);
  await lookAtAccount();
  location.hash = `#/order/${reference}`;
}

function edit(now) {
  editing = now;
  draw();
  byId("checkout-title").focus();
}

// What is typed into the address form is not to be drawn over when the cart changes.
const isTyping = () =>
  shop.cart?.lines.length > 0 &&
  (editing || !isAddressed(shop.cart)) &&
  byId("checkout-steps").querySelector("form") !== null;

function draw() {
  showOffers(shop.cart);
  invitation.showInvitation(shop.cart, askReview);
  showCart(shop.cart, setQuantity);
  showPoints(shop.cart, Boolean(shop.me), setPoints);
  showAccountLink(shop.me);
  if (document.body.dataset.view === "account") showAccount(shop, { signIn, register, signOut });
  if (document.body.dataset.view !== "checkout" || isTyping()) return;
  const steps = checkoutSteps(shop, { editing, edit, onPlaced: placed });
  redraw(byId("checkout-steps"), steps, byId("checkout-title"));
}

async function showOrder(reference) {
  // An order before it is not to be seen as this one.
  byId("receipt-body").replaceChildren();
  const { order } = await ask(documents.ORDER, { reference });
  if (!order) throw new ShopError("This order is not known.");
  byId("receipt-body").replaceChildren(...receipt(order, shop.me));
}

async function route() {
  const [, view = "", reference] = location.hash.split("/");
  const name = view in TITLES ? view : "browse";
  const moved = document.body.dataset.view !== name;
  document.body.dataset.view = name;
  silence();
  draw();
  // Before the shop answers: by then the shopper may have moved on.
  if (moved) {
    scrollTo(0, 0);
    byId(TITLES[name]).focus({ preventScroll: true });
  }
  if (name === "order") await showOrder(reference);
  // In the queue, or an answer for whoever was signed in could come after a sign-out.
  if (name === "account") await shop.run(lookAtAccount);
}

const guarded = (task) => task().catch((error) => announce(error.message));

// Opened before the first item, so that the offers are known before it too. On Saleor 2
// somebody who is signed in gets the cart that was left last.
async function openCart() {
  await shop.refresh();
  if (shop.cart) return;
  const email = shop.me?.email ?? NOT_YET_KNOWN;
  shop.take((await tell(documents.CART_CREATE, { email })).checkout);
}

// With a token of an earlier run of the demo, the shop would answer nothing at all.
async function stillSignedIn() {
  await lookAtAccount().catch(() => session.forget());
  if (!shop.me) session.forget();
}

async function start() {
  invitation.takeFromAddress();
  await stillSignedIn();
  const { shop: store } = await ask(documents.SHOP);
  const country = store.defaultCountry.code;
  const { products } = await ask(documents.PRODUCTS, { country });
  shop.store = store;
  document.title = store.name;
  byId("brand").textContent = store.name;
  showCatalogue(products.edges.map((edge) => edge.node), add);
  // In the queue, since the first product may be added before the answer is there.
  await shop.run(async () => {
    await openCart();
    await claimInvitation();
  });
  await route();
  addEventListener("hashchange", () => guarded(route));
}

guarded(start);
