// Checkout in three steps: who and where, how it travels, and payment.

import { tell } from "./api.js";
import { announce, byId, h, silence } from "./dom.js";
import * as documents from "./documents.js";
import { money } from "./format.js";
import * as host from "./host.js";
import * as invitation from "./invitation.js";
import { applied } from "./offers.js";

const FIELDS = [
  { name: "email", label: "E-mail", type: "email", autocomplete: "email", value: "sam@example.com", wide: true },
  { name: "firstName", label: "First name", autocomplete: "given-name", value: "Sam" },
  { name: "lastName", label: "Last name", autocomplete: "family-name", value: "Rivers" },
  { name: "streetAddress1", label: "Street and number", autocomplete: "address-line1", value: "24 Harbor Drive", wide: true },
  { name: "city", label: "City", autocomplete: "address-level2", value: "Sausalito" },
  { name: "postalCode", label: "Postal code", autocomplete: "postal-code", value: "94965" },
  { name: "countryArea", label: "State or region", autocomplete: "address-level1", value: "CA", optional: true },
];
const CODE = { name: "code", label: "A friend's code", autocomplete: "off", maxlength: 40, wide: true, optional: true };

function field({ name, label, wide, optional, ...attributes }) {
  const id = `field-${name}`;
  const note = optional ? h("span", { class: "field-note" }, "if there is one") : null;
  return h(
    "div",
    { class: wide ? "field field-wide" : "field" },
    h("label", { for: id }, label, note),
    h("input", { id, name, required: !optional, "aria-describedby": `${id}-error`, ...attributes }),
    h("p", { class: "field-error", id: `${id}-error` }),
  );
}

function countryField(countries, chosen) {
  const options = countries.map(({ code, country }) =>
    h("option", { value: code, selected: code === chosen }, country),
  );
  return h(
    "div",
    { class: "field" },
    h("label", { for: "field-country" }, "Country"),
    h(
      "select",
      { id: "field-country", name: "country", autocomplete: "country", "aria-describedby": "field-country-error" },
      options,
    ),
    h("p", { class: "field-error", id: "field-country-error" }),
  );
}

function filled({ cart, me }) {
  const address = cart.billingAddress;
  if (address) {
    const known = { ...address, email: cart.email };
    return FIELDS.map((one) => ({ ...one, value: known[one.name] || "" }));
  }
  return FIELDS.map((one) => (me && one.name === "email" ? { ...one, value: me.email } : one));
}

const codeField = ({ cart }) => invitation.isWanted(cart) && field({ ...CODE, value: invitation.code() });

function clearErrors(form) {
  for (const error of form.querySelectorAll(".field-error")) error.textContent = "";
  for (const input of form.elements) input.removeAttribute("aria-invalid");
  silence();
}

// Saleor names fields in its own way or not at all; what has no field goes on top.
function showErrors(form, error) {
  const places = error.fields?.map(({ field: name, message }) => [form.elements[name], message]) ?? [];
  const known = places.filter(([input]) => input?.id);
  for (const [input, message] of known) {
    input.setAttribute("aria-invalid", "true");
    byId(`${input.id}-error`).textContent = message;
  }
  if (known.length) known[0][0].focus();
  if (!known.length || known.length < places.length) announce(error.message);
}

// Both addresses and the e-mail belong to one step, Saleor takes them one by one.
async function saveAddress(shop, form) {
  const { email, code, ...address } = Object.fromEntries(new FormData(form));
  const { id } = shop.cart;
  await tell(documents.EMAIL_UPDATE, { id, email });
  if (shop.cart.isShippingRequired) await tell(documents.SHIPPING_ADDRESS_UPDATE, { id, address });
  const { checkout } = await tell(documents.BILLING_ADDRESS_UPDATE, { id, address });
  // Last, since a code that is not accepted keeps nobody from buying.
  const claimed = code === undefined ? null : await invitation.claim(checkout, email, code.trim());
  shop.take(claimed ?? checkout);
}

function addressStep(shop, onDone) {
  const { cart, store } = shop;
  const country = cart.billingAddress?.country.code ?? store.defaultCountry.code;
  const form = h(
    "form",
    { class: "step", "aria-labelledby": "step-address", novalidate: true },
    h("h2", { id: "step-address" }, "Where should it go?"),
    h("div", { class: "fields" }, filled(shop).map(field), countryField(store.countries, country), codeField(shop)),
    h("button", { class: "button button-primary" }, "Continue to delivery"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearErrors(form);
    const missing = [...form.elements].filter((input) => input.validity && !input.validity.valid);
    if (missing.length) {
      const fields = missing.map((input) => ({ field: input.name, message: input.validationMessage }));
      showErrors(form, { fields });
      return;
    }
    shop.run(async () => {
      await saveAddress(shop, form);
      onDone();
    }, (error) => showErrors(form, error));
  });
  return form;
}

function addressSummary(shop, onEdit) {
  const { email, billingAddress: to } = shop.cart;
  const place = [to.streetAddress1, to.city, to.countryArea, to.postalCode, to.country.country];
  return h(
    "section",
    { class: "step step-done", "aria-labelledby": "step-address" },
    h("h2", { id: "step-address" }, "Where it goes"),
    h("p", {}, `${to.firstName} ${to.lastName}, ${place.filter(Boolean).join(", ")}`),
    h("p", { class: "quiet" }, email),
    h("button", { type: "button", class: "link", onclick: onEdit }, "Change the address"),
  );
}

function method(shop, { id, name, price }) {
  const chosen = shop.cart.shippingMethod?.id === id;
  const free = chosen && shop.cart.shippingPrice.gross.amount === 0 && price.amount > 0;
  const input = h("input", { type: "radio", name: "method", value: id, checked: chosen, "data-key": `method ${id}` });
  input.addEventListener("change", () =>
    shop.run(async () => {
      const variables = { id: shop.cart.id, method: id };
      shop.take((await tell(documents.SHIPPING_METHOD_UPDATE, variables)).checkout);
    }),
  );
  return h(
    "label",
    { class: "choice" },
    input,
    h("span", { class: "choice-name" }, name),
    h("span", { class: "choice-price" }, free ? [h("s", {}, money(price)), " Free"] : money(price)),
  );
}

function deliveryStep(shop) {
  const methods = [...shop.cart.shippingMethods].sort((a, b) => a.price.amount - b.price.amount);
  return h(
    "fieldset",
    { class: "step" },
    h("legend", {}, h("h2", {}, "How should it travel?")),
    shop.cart.rewards?.freeShipping && h("p", { class: "gain" }, "Free shipping is yours: it comes off whatever you choose."),
    methods.length
      ? methods.map((one) => method(shop, one))
      : h("p", {}, "We do not deliver to this address. Please choose another one."),
  );
}

async function pay(shop, onPlaced) {
  await host.pay(shop.cart);
  const { order } = await tell(documents.COMPLETE, { id: shop.cart.id });
  onPlaced(order.reference);
}

// Offers can end while a shopper fills in a form: which ones, and that nothing was paid.
function changes(before, after) {
  const still = new Set(applied(after).map((offer) => offer.ruleId));
  const gone = applied(before).filter((offer) => !still.has(offer.ruleId));
  const ended = gone.map((offer) => `${offer.name} has ended.`);
  return [...ended, "The total has changed: please check it and pay again."].join(" ");
}

async function showWhyNotPaid(shop, error) {
  const before = shop.cart;
  await shop.refresh();
  const isOther = error.fields?.some(({ code }) => code === host.OTHER_TOTAL);
  announce(isOther && shop.cart ? changes(before, shop.cart) : error.message);
}

function paymentStep(shop, onPlaced) {
  const ready = shop.cart.shippingMethod || !shop.cart.isShippingRequired;
  const label = ready ? `Pay ${money(shop.cart.totalPrice.gross)}` : "Choose a delivery first";
  const button = h("button", { type: "button", class: "button button-primary", disabled: !ready, "data-key": "pay" }, label);
  button.addEventListener("click", () =>
    shop.run(() => pay(shop, onPlaced), (error) => showWhyNotPaid(shop, error)),
  );
  return h(
    "section",
    { class: "step", "aria-labelledby": "step-payment" },
    h("h2", { id: "step-payment" }, "Payment"),
    h("p", { class: "quiet" }, host.PAYMENT),
    button,
  );
}

// Saleor fills in where somebody was billed last, yet not always where it went.
export const isAddressed = ({ billingAddress, shippingAddress, isShippingRequired }) =>
  Boolean(billingAddress && (shippingAddress || !isShippingRequired));

export function checkoutSteps(shop, { editing, edit, onPlaced }) {
  if (!shop.cart?.lines.length) return [h("p", {}, "Your cart is empty, there is nothing to check out.")];
  if (editing || !isAddressed(shop.cart)) return [addressStep(shop, () => edit(false))];
  const steps = [addressSummary(shop, () => edit(true))];
  if (shop.cart.isShippingRequired) steps.push(deliveryStep(shop));
  return [...steps, paymentStep(shop, onPlaced)];
}
