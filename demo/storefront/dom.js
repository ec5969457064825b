// Small helpers around the DOM. Data only ever becomes text nodes and attributes.

export const byId = (id) => document.getElementById(id);

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== false));
  return element;
}

export function icon(path) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(namespace, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

// Redrawing must not take the keyboard's place away: elements that stand for the same
// thing carry the same data-key, and the new one gets the focus that the old one had.
export function redraw(container, children, fallback) {
  const active = document.activeElement;
  const held = container.contains(active);
  const key = active?.dataset.key;
  container.replaceChildren(...children);
  if (!held) return;
  const again = key && container.querySelector(`[data-key="${CSS.escape(key)}"]`);
  (again || fallback)?.focus();
}

export function announce(message) {
  const box = byId("alert");
  const close = () => box.replaceChildren();
  box.replaceChildren(
    h("p", {}, message),
    h("button", { type: "button", class: "alert-close", onclick: close }, "Dismiss"),
  );
}

export const silence = () => byId("alert").replaceChildren();
