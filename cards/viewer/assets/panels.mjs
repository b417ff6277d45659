// The other views: answers of groups, figures of the report, checks with their failing rows, rejects and raw tables.

import { bars, shares } from "./charts.mjs";
import { choice, el, number, plural, visible, words } from "./dom.mjs";
import { byAspect } from "./filters.mjs";
import { cell, rowTable } from "./record.mjs";
import { choose, filters } from "./state.mjs";
import { tell } from "./tools.mjs";

const PAGE = 25;

export async function groupsView(source, about, state, show) {
  const index = await source.index();
  const attributes = Object.keys(index.groups);
  if (!attributes.length)
    return show(el("p", {}, "Nothing is known of the annotators by which they could be grouped."));
  const by = attributes.includes(state.by) ? state.by : attributes[0];
  const rows = await source.groups({ ...filters(state), by });
  const aspects = [...byAspect(index.answers)];
  const chosen = Object.keys(filters(state)).length;
  show(
    el(
      "div",
      { class: "page" },
      el("h2", {}, "How groups answer"),
      el(
        "p",
        { class: "soft" },
        chosen ? "Answers to the selected items. " : "Answers to all items. ",
        "Choose a part of a bar to see the items to which the group gave this answer.",
      ),
      choice(
        "Groups of",
        attributes.map((one) => [one, words(one)]),
        by,
        (value) => choose({ by: value }),
      ),
      aspects.map(([aspect, answers]) => aspectShares(aspect, answers, rows, by)),
    ),
  );
}

function aspectShares(aspect, answers, rows, by) {
  const drawn = rows
    .map((row) => ({
      group: row.group,
      parts: answers.map((one) => ({
        label: one.answer,
        count: row.answers[one.code] ?? 0,
        choose: () => choose({ view: null, attribute: by, group: row.group, answer: String(one.code) }),
      })),
    }))
    .filter((row) => row.parts.some((part) => part.count));
  return drawn.length
    ? el(
        "section",
        {},
        el("h3", {}, words(aspect || "label")),
        shares(
          drawn,
          answers.map((one) => one.answer),
        ),
      )
    : null;
}

export async function figuresView(source, about, state, show) {
  show(el("p", { class: "soft page", role: "status" }, "Reading the report, or running the checks…"));
  const figures = await source.figures();
  const picture = (plot, scheme) =>
    el("img", {
      class: `plot ${scheme}`,
      alt: plot.alt,
      src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(plot[scheme])}`,
    });
  show(
    el(
      "div",
      { class: "page" },
      el("h2", {}, "Figures"),
      el(
        "p",
        { class: "soft" },
        "Descriptive, not verdicts: disagreement is what this data is for, so low agreement is no error.",
      ),
      [...figures.filter((one) => one.plot), ...figures.filter((one) => !one.plot)].map((one) =>
        el(
          "section",
          { class: "figure" },
          el("h3", {}, words(one.measure)),
          one.plot ? [picture(one.plot, "light"), picture(one.plot, "dark")] : null,
          one.figures.length
            ? el(
                "details",
                { open: !one.plot && one.figures.length <= 8 },
                el("summary", {}, plural(one.figures.length, "value")),
                rowTable(one.figures.map(figureRow)),
              )
            : null,
        ),
      ),
    ),
  );
}

function figureRow(figure) {
  const numbers = { value: figure.value, low: figure.low, high: figure.high, n: figure.n };
  const about = Object.entries(figure.group).map(([name, value]) => [name in numbers ? `of ${name}` : name, value]);
  return { ...Object.fromEntries(about), ...numbers };
}

export async function checksView(source, about, state, show) {
  show(el("p", { class: "soft page", role: "status" }, "Reading the report, or running the checks…"));
  const { findings, passed } = await source.checks();
  show(
    el(
      "div",
      { class: "page" },
      el("h2", {}, "Checks"),
      el("p", {}, `${plural(passed, "check")} passed.`),
      findings.map((finding) =>
        el(
          "article",
          { class: `finding is-${finding.severity}` },
          el("p", { class: `label ${finding.severity}` }, finding.severity),
          el("h3", {}, visible(finding.headline)),
          el("p", { class: "soft small" }, `Table ${visible(finding.table)}. Rule: ${visible(finding.rule)}.`),
          failing(source, about, finding),
        ),
      ),
    ),
  );
}

function failing(source, about, finding) {
  const place = el("div", {});
  const details = el(
    "details",
    {
      ontoggle: async () => {
        if (!details.open || place.hasChildNodes()) return;
        try {
          const { rows, items } = await source.failing({ check: finding.check, table: finding.table });
          const check = `${finding.check}\n${finding.table}`;
          place.replaceChildren(
            items
              ? el(
                  "p",
                  {},
                  el(
                    "button",
                    { type: "button", onclick: () => choose({ view: null, check }) },
                    `Show ${plural(items, "item")} with these rows`,
                  ),
                )
              : "",
            rowTable(rows.length ? rows : finding.examples),
          );
        } catch (error) {
          place.replaceChildren(
            el("p", { class: "error", role: "alert" }, visible(error.message)),
            rowTable(finding.examples),
          );
        }
      },
    },
    el("summary", {}, "Failing rows"),
    place,
  );
  return details;
}

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
      rest.map(([name, value]) => el("div", { class: "pair" }, el("dt", {}, words(name)), el("dd", {}, nested(value)))),
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

// Rejects keep their row and its votes as JSON.
function nested(value) {
  try {
    const read = JSON.parse(value);
    return typeof read === "object" && read !== null ? rowTable([read].flat()) : cell(value);
  } catch {
    return cell(value);
  }
}

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

function pager(total, first, noun) {
  return el(
    "nav",
    { class: "pages", "aria-label": "Pages" },
    el(
      "span",
      { class: "soft small", role: "status" },
      total ? `From ${number(first + 1)}, of ${plural(total, noun)}` : `No ${noun}`,
    ),
    el(
      "button",
      { type: "button", disabled: first === 0, onclick: () => choose({ offset: String(first - PAGE) }) },
      "Previous",
    ),
    el(
      "button",
      { type: "button", disabled: first + PAGE >= total, onclick: () => choose({ offset: String(first + PAGE) }) },
      "Next",
    ),
  );
}
