// Saleor's Money is { amount, currency }.

const formats = new Map();

function formatFor(currency, digits) {
  const key = `${currency} ${digits}`;
  if (!formats.has(key)) {
    const options = { style: "currency", currency };
    if (digits !== undefined) options.minimumFractionDigits = digits;
    formats.set(key, new Intl.NumberFormat("en", options));
  }
  return formats.get(key);
}

export const money = ({ amount, currency }) => formatFor(currency).format(amount);

export const negative = ({ amount, currency }) => ({ amount: -amount, currency });

export const minus = (value) => money(negative(value));

// Saleor sends amounts as JSON numbers. Sums go through the currency's smallest unit, so
// that no fraction of it is left over.
export function sum(...parts) {
  const currency = parts[0].currency;
  const { maximumFractionDigits } = formatFor(currency).resolvedOptions();
  const unit = 10 ** maximumFractionDigits;
  const total = parts.reduce((all, part) => all + Math.round(part.amount * unit), 0);
  return { amount: total / unit, currency };
}

export const percent = (value) =>
  new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 2 }).format(value / 100);

export const number = (value) => new Intl.NumberFormat("en").format(value);

export const points = (value) => `${number(value)} ${value === 1 ? "point" : "points"}`;

export const day = (text) =>
  new Intl.DateTimeFormat("en", { dateStyle: "medium" }).format(new Date(text));

export const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;
