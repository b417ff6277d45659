// The filters: search, order, groups to compare, and counts of the selected items that are filters themselves.

import { bars } from "./charts.mjs";
import { choice, el, visible, words } from "./dom.mjs";
import { choose, filters } from "./state.mjs";

const ORDERS = [
  ["", "as in the data"],
  ["disagreement", "most disagreement first"],
  ["agreement", "least disagreement first"],
];
const SHOWN = 12;

// The controls that need no counts; the bars follow with `distributionBars`.
export function controls(state, index) {
  const search = el("input", {
    type: "search",
    value: state.search ?? "",
    placeholder: "Text",
    "aria-label": "Search in texts",
  });
  const form = el(
    "form",
    {
      role: "search",
      class: "search",
      onsubmit: (event) => {
        event.preventDefault();
        choose({ search: search.value || null });
      },
    },
    search,
    el("button", { type: "submit" }, "Search"),
  );
  const order = choice("Order", orders(state, index), state.order, (value) => choose({ order: value || null }));
  return el("div", { class: "controls" }, form, order, index ? compare(state, index) : null);
}

function orders(state, index) {
  const alone = index && !index.has_disagreement;
  const shown = alone
    ? ORDERS.map(([value, title]) => (value ? [value, `${title} (needs two annotators)`, true] : [value, title]))
    : ORDERS;
  return state.other ? [...shown, ["difference", "largest difference of the two groups first"]] : shown;
}

function compare(state, index) {
  const attributes = Object.keys(index.groups);
  if (!attributes.length) return null;
  const options = (values) => [["", "all"], ...values.map((value) => [value, visible(value)])];
  const groups = index.groups[state.attribute] ?? [];
  const clear = { group: null, other: null, order: state.order === "difference" ? null : state.order };
  return el(
    "fieldset",
    {},
    el("legend", {}, "Judged by"),
    choice("Groups of", [["", "everyone"], ...attributes.map((one) => [one, words(one)])], state.attribute, (value) =>
      choose({ ...clear, attribute: value || null }),
    ),
    groups.length
      ? choice("Group", options(groups), state.group, (value) =>
          choose({ ...(value ? {} : clear), group: value || null }),
        )
      : null,
    groups.length && state.group
      ? choice(
          "Compared with",
          [["", "nobody"], ...options(groups.filter((one) => one !== state.group)).slice(1)],
          state.other,
          (value) => choose({ other: value || null, order: value ? "difference" : null }),
        )
      : null,
  );
}

export function distributionBars(state, index, counts) {
  const total = counts.total;
  const parts = [];
  const facet = (title, name, rows) => {
    if (rows.length > 1 || state[name]) parts.push(section(title, rows, total));
  };
  const row = (name, value, label, count) => ({
    label,
    count,
    chosen: state[name] === value,
    choose: () => choose({ [name]: state[name] === value ? null : value }),
  });
  if (state.check) {
    const label = state.check.replace("\n", ", table ");
    parts.push(
      section("Failing check", [{ label, count: total, chosen: true, choose: () => choose({ check: null }) }], total),
    );
  }
  facet(
    "Compared with the other version",
    "change",
    counts.changes.map(([value, n]) => row("change", value, value, n)),
  );
  facet(
    "Kind of item",
    "table",
    counts.tables.map(([value, n]) => row("table", value, words(value), n)),
  );
  facet(
    "Split",
    "split",
    counts.splits.filter(([value]) => value).map(([value, n]) => row("split", value, value, n)),
  );
  const given = new Map(counts.answers);
  for (const [aspect, answers] of byAspect(index.answers)) {
    const rows = answers.map((one) => row("answer", String(one.code), one.answer, given.get(one.code) ?? 0));
    const shown = rows.length <= SHOWN ? rows : rows.filter((one) => one.count || one.chosen).slice(0, SHOWN);
    facet(`Answered: ${aspect ? words(aspect) : "label"}`, "answer", shown);
  }
  if (counts.disagreement.length) {
    parts.push(
      section(
        "Disagreement (bits)",
        counts.disagreement.map(([low, n]) => ({
          label: `${low.toFixed(2)} to ${(low + counts.step).toFixed(2)}`,
          count: n,
          chosen: Number(state.low ?? -1) === low,
          choose: () =>
            choose(
              Number(state.low ?? -1) === low
                ? { low: null, high: null }
                : { low: String(low), high: String(low + counts.step - 0.0005) },
            ),
        })),
        total,
      ),
    );
  }
  const any = Object.keys(filters(state)).length;
  return el(
    "div",
    { class: "facets" },
    any
      ? el(
          "button",
          {
            type: "button",
            onclick: () => choose(Object.fromEntries(Object.keys(filters(state)).map((name) => [name, null]))),
          },
          "Clear all filters",
        )
      : null,
    parts,
  );
}

export function byAspect(answers) {
  const found = new Map();
  for (const one of answers) found.set(one.aspect, [...(found.get(one.aspect) ?? []), one]);
  return found;
}

function section(title, rows, total) {
  return el("section", { class: "facet" }, el("h2", { dir: "auto" }, visible(title)), bars(rows, total));
}
