// Who is signed in: Saleor's token, kept from one visit to the next.

const TOKEN = "token";

export const token = () => localStorage.getItem(TOKEN);

export const keep = (value) => localStorage.setItem(TOKEN, value);

export const forget = () => localStorage.removeItem(TOKEN);
