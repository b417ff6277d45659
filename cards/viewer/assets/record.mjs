// One item with everything that belongs to it: its columns, who judged it and how, and the rows below it.

import { colours, inOrder, strip } from "./charts.mjs";
import { choose, current } from "./state.mjs";
import { el, number, plural, text, visible, words } from "./dom.mjs";

const HIDDEN = new Set(["digest", "_row", "item_id"]);

// `tools` makes the buttons of a row; `other` is the same row in another version, whose differences are marked.
export function recordView(record, people, tools, other = null, level = 2) {
  const heading = el(
    `h${Math.min(level, 6)}`,
    {},
    words(record.table),
    " ",
    record.key === null ? null : el("code", { dir: "auto" }, visible(record.key)),
  );
  const below = Object.entries(record.below);
  return el(
    "article",
    { class: `record level-${level}` },
    heading,
    tools.problemsOf?.(record),
    columns(record, other),
    judgements(record, people, level),
    level === 2 || record.key !== null ? tools(record) : null,
    below.map(([table, records]) =>
      el(
        "section",
        { class: "below" },
        el(`h${Math.min(level + 1, 6)}`, {}, `${words(table)} (${number(records.length)})`),
        records.every((one) => one.key === null)
          ? rowTable(records.map((one) => one.row))
          : records.map((one) => recordView(one, people, tools, match(other, one), level + 2)),
      ),
    ),
  );
}

function match(other, record) {
  if (!other) return null;
  return (
    (other.below[record.table] ?? []).find((one) => one.key === record.key) ?? { row: {}, judgements: [], below: {} }
  );
}

function columns(record, other) {
  const known = new Set([record.key, record.parent].filter(Boolean));
  const repeated = ([name, value]) =>
    HIDDEN.has(name) || known.has(value) || (name === "split" && record.parent !== null);
  const shown = Object.entries(record.row).filter((one) => one[1] !== null && !repeated(one));
  return el(
    "dl",
    { class: "columns" },
    shown.map(([name, value]) => {
      const differs = other && JSON.stringify(other.row[name] ?? null) !== JSON.stringify(value);
      return el(
        "div",
        { class: differs ? "pair differs" : "pair" },
        el("dt", {}, words(name)),
        el(
          "dd",
          {},
          name === "group_id" ? groupButton(value) : cell(value),
          differs ? el("span", { class: "small warning" }, " differs") : null,
        ),
      );
    }),
  );
}

function groupButton(value) {
  return el("button", { type: "button", onclick: () => choose({ search: String(value) }) }, text(String(value)));
}

export function cell(value) {
  if (value === null || value === undefined) return el("span", { class: "soft" }, "nothing");
  if (value === "") return el("span", { class: "soft" }, "empty text");
  if (typeof value === "number") return number(value, 6);
  if (Array.isArray(value) && value.every((one) => typeof one !== "object")) {
    return el(
      "ul",
      { class: "values" },
      value.slice(0, 200).map((one) => el("li", {}, cell(one))),
    );
  }
  return text(typeof value === "object" ? JSON.stringify(value, null, 1) : String(value));
}

export function rowTable(rows) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
    .filter((name) => !HIDDEN.has(name))
    .filter((name) => rows.some((row) => row[name] !== null && row[name] !== undefined));
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": "Rows" },
    el(
      "table",
      { class: "rows" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          names.map((name) => el("th", { scope: "col" }, visible(name))),
        ),
      ),
      el(
        "tbody",
        {},
        rows.map((row) =>
          el(
            "tr",
            {},
            names.map((name) => el("td", { "data-label": visible(name) }, cell(row[name]))),
          ),
        ),
      ),
    ),
  );
}

// Annotators side by side: a row for each, a column for each question.
function judgements(record, people, level) {
  if (!record.judgements.length) return null;
  const aspects = [...new Set(record.judgements.map((one) => one.aspect ?? ""))];
  const { attribute } = current();
  const group = (id) => (attribute === "annotator" ? "" : String(people[id]?.[attribute] ?? ""));
  const annotators = [...new Set(record.judgements.map((one) => one.annotator_id ?? ""))].sort((a, b) =>
    group(a).localeCompare(group(b)),
  );
  const colour = new Map(
    aspects.map((aspect) => [aspect, colours(inOrder([...tally(record.judgements, aspect).keys()]))]),
  );
  const byPlace = Map.groupBy ? Map.groupBy(record.judgements, place) : grouped(record.judgements);
  return el(
    "section",
    { class: "judgements" },
    el(`h${Math.min(level + 1, 6)}`, {}, `Judged by ${plural(annotators.length, "annotator")}`),
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": "Judgements" },
      el(
        "table",
        {},
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            el("th", { scope: "col" }, "Annotator"),
            aspects.map((aspect) =>
              el(
                "th",
                { scope: "col" },
                words(aspect || "label"),
                strip(tally(record.judgements, aspect), colour.get(aspect)),
              ),
            ),
          ),
        ),
        el(
          "tbody",
          {},
          annotators.map((id) =>
            el(
              "tr",
              {},
              el("th", { scope: "row" }, person(id, people[id], group(id))),
              aspects.map((aspect) =>
                el(
                  "td",
                  {},
                  (byPlace.get(`${id}\n${aspect}`) ?? []).map((one) =>
                    el(
                      "div",
                      {},
                      el(
                        "span",
                        { class: "answer", dir: "auto" },
                        dot(colour.get(aspect).get(answer(one))),
                        visible(answer(one)),
                      ),
                      one.rationale ? el("p", { class: "small soft" }, text(one.rationale)) : null,
                    ),
                  ),
                ),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

function grouped(judgements) {
  const found = new Map();
  for (const one of judgements) found.set(place(one), [...(found.get(place(one)) ?? []), one]);
  return found;
}

const place = (one) => `${one.annotator_id ?? ""}\n${one.aspect ?? ""}`;
const answer = (one) => one.label ?? (one.score === undefined ? "" : number(one.score));

function tally(judgements, aspect) {
  const counts = new Map();
  for (const one of judgements) {
    if ((one.aspect ?? "") === aspect) counts.set(answer(one), (counts.get(answer(one)) ?? 0) + 1);
  }
  return counts;
}

function dot(colour) {
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  mark.setAttribute("class", "dot");
  mark.setAttribute("aria-hidden", "true");
  const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  for (const [name, value] of Object.entries({ cx: 5, cy: 5, r: 5, fill: colour })) circle.setAttribute(name, value);
  mark.append(circle);
  return mark;
}

function person(id, attributes, group) {
  const known = Object.entries(attributes ?? {}).filter(([name]) => !["split", "revision", "teacher"].includes(name));
  return el(
    "span",
    { dir: "auto" },
    visible(id || "unknown"),
    group ? el("div", { class: "small" }, visible(group)) : null,
    known.length
      ? el(
          "details",
          { class: "small soft" },
          el("summary", {}, visible(String(attributes.kind ?? "who"))),
          known.map(([name, value]) => el("div", {}, `${words(name)}: `, text(value))),
        )
      : null,
  );
}
