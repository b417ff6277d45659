// The rows of each table as they are.

import { choice, el, number, visible } from "./dom.mjs";
import { PAGE, pager } from "./pager.mjs";
import { rowTable } from "./record.mjs";
import { choose } from "./state.mjs";

export async function tablesView(source, about, state, show) {
  const names = Object.keys(about.tables);
  const name = names.includes(state.name) ? state.name : names[0];
  const query = { name, offset: state.offset ?? 0, limit: PAGE, ...(state.search ? { search: state.search } : {}) };
  const { total, rows } = await source.rows(query);
  const search = el("input", { type: "search", value: state.search ?? "", "aria-label": "Search in this table" });
  show(
    el(
      "div",
      { class: "page wide" },
      el("h2", {}, "Tables"),
      choice(
        "Table",
        names.map((one) => [one, `${visible(one)} (${number(about.rows[one] ?? 0)})`]),
        name,
        (value) => choose({ name: value, offset: null }),
      ),
      el(
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
      ),
      pager(total, Number(query.offset), "row"),
      rowTable(rows),
    ),
  );
}
