// What the reader chose, kept in the address after `#`, so that it can be shared and the back button works.

const LISTENERS = [];
export const FILTERS = [
  "table",
  "split",
  "answer",
  "attribute",
  "group",
  "other",
  "low",
  "high",
  "search",
  "check",
  "change",
];

export function current() {
  const state = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  return { view: "items", ...state };
}

// Change some of the choices; `null` removes one. Every filter starts again at the first page.
export function choose(changes) {
  const filtered = Object.keys(changes).some((name) => FILTERS.includes(name) || name === "order");
  const next = { ...current(), ...(filtered ? { offset: null, item: null } : {}), ...changes };
  const kept = Object.entries(next).filter(([, value]) => value !== null && value !== undefined && value !== "");
  location.hash = new URLSearchParams(kept).toString();
}

export function filters(state = current()) {
  return Object.fromEntries(FILTERS.filter((name) => state[name]).map((name) => [name, state[name]]));
}

export function listen(listener) {
  LISTENERS.push(listener);
}

addEventListener("hashchange", () => LISTENERS.forEach((listener) => listener(current())));
