// The story of a row: where it comes from, which requests it rests on, and what else it was compared with.

import { el, number, text, visible, words } from "./dom.mjs";
import { cell, rowTable } from "./record.mjs";

// Makes the button of a row; the story is fetched when it is asked for.
export function tools(source, about) {
  if (!about.explains) return () => null;
  return (record) => {
    const place = el("div", { class: "story", hidden: true });
    const button = el(
      "button",
      {
        type: "button",
        "aria-expanded": "false",
        onclick: async () => {
          const open = place.hidden;
          place.hidden = !open;
          button.setAttribute("aria-expanded", String(open));
          if (open && !place.hasChildNodes()) await tell(source, record.table, record.key, place);
        },
      },
      "Why is this row here?",
    );
    return el("div", { class: "tools" }, button, place);
  };
}

export async function tell(source, table, key, place) {
  place.replaceChildren(el("p", { class: "soft", role: "status" }, "Reading…"));
  try {
    place.replaceChildren(story(await source.why({ table, key })));
  } catch (error) {
    place.replaceChildren(el("p", { class: "error", role: "alert" }, visible(error.message)));
  }
}

function story(told) {
  return el(
    "div",
    {},
    told.subject.table === "rejects"
      ? el("p", {}, "This row is missing: ", text(told.subject.row.reason), ". ", text(told.subject.row.detail ?? ""))
      : null,
    part("It rests on", told.rests_on, (row) =>
      el("div", {}, el("b", {}, words(row.table)), " ", el("code", {}, visible(row.key)), rowTable([row.row])),
    ),
    part("It was read from", told.origins, (one) =>
      el("p", {}, visible(`${one.dataset}: ${one.table} ${one.key} ${one.revision}`)),
    ),
    part("Requests", told.asks, request),
    part("Removed in favour of this row", told.compared, (one) => rowTable([one])),
    part("Checks that it fails", told.findings, (one) =>
      el("p", { class: one.severity }, visible(`${one.check}: ${one.problem}`)),
    ),
    part("Not on record", told.missing, (one) => el("p", { class: "soft" }, visible(one))),
    el("p", { class: "small soft" }, visible(`Licence of the dataset: ${told.licence}`)),
  );
}

function part(title, rows, show) {
  return rows.length ? el("section", {}, el("h3", {}, `${title} (${number(rows.length)})`), rows.map(show)) : null;
}

function request(ask) {
  const model = ask.answer.model ?? ask.teacher.model ?? "";
  return el(
    "details",
    {},
    el("summary", {}, visible(`${ask.role}: ${ask.annotator} ${model}`)),
    ask.messages.map((message) =>
      el("div", { class: "turn" }, el("b", {}, words(message.role)), el("p", {}, text(message.content))),
    ),
    el("div", { class: "turn" }, el("b", {}, "Answer"), el("p", {}, text(ask.answer.text ?? ""))),
    el("details", {}, el("summary", {}, "Teacher"), cell(ask.teacher)),
  );
}
