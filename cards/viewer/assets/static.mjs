// The dataset of an exported page: the same questions as those to a server, answered from the parts of the page.

import { columns, distributions, groups, select } from "./columns.mjs";
import { bytes, json, passing, ranges } from "./parts.mjs";

const TITLE = 240;
const search = { text: null, found: null };

async function item(number) {
  const byRange = await ranges();
  if (byRange) return JSON.parse((await byRange.read("record", number, number + 1))[0]);
  const { starts } = await json("about");
  let chunk = 0,
    end = starts.length;
  while (end - chunk > 1) {
    const middle = (chunk + end) >> 1;
    if (starts[middle] <= number) chunk = middle;
    else end = middle;
  }
  return (await json(`items-${chunk}`))[number - starts[chunk]];
}

// The numbers of all items that contain a text, in their own cells or in those of rows below them.
async function containing(text) {
  if (search.text === text) return search.found;
  const { texts } = await json("about");
  const wanted = text.toLowerCase(),
    found = new Set();
  for (let chunk = 0; chunk < texts.length; chunk++) {
    const read = await passing(`texts-${chunk}`);
    read.forEach((one, place) => {
      if (one.includes(wanted)) found.add(texts[chunk] + place);
    });
  }
  Object.assign(search, { text, found });
  return found;
}

async function selected(query) {
  let found = query.search ? await containing(query.search) : null;
  if (query.check) {
    const failing = new Set((await json("checks")).failing[query.check]?.items);
    found = found ? found.intersection(failing) : failing;
  }
  return select(await columns(bytes, json), await json("about"), query, found);
}

async function items(query) {
  const { total, about } = await json("about");
  const first = Number(query.offset ?? 0),
    limit = Number(query.limit ?? 25);
  const isPlain = Object.entries(query).every(([name, value]) => ["offset", "limit"].includes(name) || !value);
  const range = (length) => Array.from({ length: Math.max(0, Math.min(limit, length - first)) }, (_, i) => first + i);
  const chosen = isPlain ? null : await selected(query);
  const numbers = chosen ? range(chosen.numbers.length).map((place) => chosen.numbers[place]) : range(total);
  const shown = await Promise.all(
    numbers.map(async (number) => {
      const { now } = await item(number);
      const title = now.row[about.items[now.table].title];
      const figure = chosen?.figures ? chosen.figures(number) : null;
      return {
        number,
        table: now.table,
        key: now.key,
        split: now.split,
        figure,
        title: String(title ?? now.key).slice(0, TITLE),
      };
    }),
  );
  return { total: chosen ? chosen.numbers.length : total, items: shown };
}

async function rows(query) {
  const { rejects } = await json("about");
  const first = Number(query.offset ?? 0);
  const found = rejects.rows.filter(
    (row) =>
      (!query.reason || row.reason === query.reason) &&
      (!query.search || JSON.stringify(row).toLowerCase().includes(query.search.toLowerCase())),
  );
  return { total: found.length, rows: found.slice(first, first + Number(query.limit ?? 25)) };
}

export const exported = {
  about: async () => (await json("about")).about,
  index: async () => (await json("about")).index,
  checks: () => json("checks"),
  figures: () => json("figures"),
  items,
  item,
  problems: async (number) => (await item(number)).problems,
  distributions: async (query) =>
    Object.keys(query).length
      ? distributions(await columns(bytes, json), (await selected(query)).numbers)
      : (await json("about")).distributions,
  groups: async (query) =>
    groups(await columns(bytes, json), await json("about"), (await selected(query)).numbers, query.by),
  rows,
  counts: async () => (await json("about")).rejects.reasons,
  failing: async (query) => {
    const { rows, items } = (await json("checks")).failing[`${query.check}\n${query.table}`] ?? { rows: [], items: [] };
    return { rows, items: items.length };
  },
  why: () => Promise.reject(new Error("A static page has no journal: run `pluriset why`.")),
};
