// Seeds, requests and rows that are not in the dataset, with the reason.

import { bars } from "./charts.mjs";
import { el, text, visible, words } from "./dom.mjs";
import { PAGE, pager } from "./pager.mjs";
import { cell, rowTable } from "./record.mjs";
import { choose } from "./state.mjs";
import { tell } from "./tools.mjs";

export async function rejectsView(source, about, state, show) {
  if (!about.tables.rejects)
    return show(el("p", { class: "page" }, "This dataset has no record of what was rejected."));
  const query = {
    name: "rejects",
    offset: state.offset ?? 0,
    limit: PAGE,
    ...(state.reason ? { reason: state.reason } : {}),
    ...(state.search ? { search: state.search } : {}),
  };
  const [counts, { total, rows }] = await Promise.all([
    source.counts({ name: "rejects", of: "reason" }),
    source.rows(query),
  ]);
  show(
    el(
      "div",
      { class: "page" },
      el("h2", {}, "Rejects"),
      el("p", { class: "soft" }, "Seeds, requests and rows that are not in the dataset, with the reason."),
      bars(
        counts.map(([reason, count]) => ({
          label: reason ?? "",
          count,
          chosen: state.reason === reason,
          choose: () => choose({ reason: state.reason === reason ? null : reason, offset: null }),
        })),
      ),
      pager(total, Number(query.offset), "reject"),
      rows.map((row) => reject(source, about, row)),
    ),
  );
}

function reject(source, about, row) {
  const place = el("div", {});
  const rest = Object.entries(row).filter(
    ([name, value]) => value && !["reason", "level", "table", "key", "digest"].includes(name),
  );
  return el(
    "article",
    { class: "finding" },
    el("h3", {}, visible(`${words(row.level ?? "")} ${row.table ?? ""}: ${row.reason}`)),
    el("p", { class: "small" }, el("code", { dir: "auto" }, visible(String(row.key ?? "")))),
    el(
      "dl",
      { class: "columns" },
      rest.map(([name, value]) => el("div", { class: "pair" }, el("dt", {}, words(name)), el("dd", {}, name === "kept_key" ? keptLink(value) : nested(value)))),
    ),
    about.explains && row.table && row.key
      ? el(
          "button",
          { type: "button", onclick: () => tell(source, row.table, row.key, place) },
          "Why is this row missing?",
        )
      : null,
    place,
  );
}

// The items that contain the row that was kept.
function keptLink(key) {
  return el("button", { type: "button", onclick: () => choose({ view: null, reason: null, search: key }) }, text(key));
}

// Rejects keep their row and its votes as JSON.
function nested(value) {
  try {
    const read = JSON.parse(value);
    return typeof read === "object" && read !== null ? rowTable([read].flat()) : cell(value);
  } catch {
    return cell(value);
  }
}
