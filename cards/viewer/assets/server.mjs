// The dataset as the server on this machine answers for it.

async function ask(question, query = {}) {
  const address = new URL(`api/${question}`, location.href);
  address.hash = "";
  address.search = new URLSearchParams(query);
  const response = await fetch(address);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const cache = new Map();
function once(question) {
  if (!cache.has(question)) cache.set(question, ask(question));
  return cache.get(question);
}

export const server = {
  about: () => once("about"),
  index: () => once("index"),
  checks: () => once("checks"),
  figures: () => once("figures"),
  items: (query) => ask("items", query),
  item: (number) => ask(`item/${number}`),
  problems: (number) => ask(`problems/${number}`),
  distributions: (query) => ask("distributions", query),
  groups: (query) => ask("groups", query),
  rows: (query) => ask("rows", query),
  counts: (query) => ask("counts", query),
  failing: (query) => ask("failing", query),
  why: (query) => ask("why", query),
};
