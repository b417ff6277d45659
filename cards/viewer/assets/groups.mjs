// How groups of annotators answer the selected items.

import { shares } from "./charts.mjs";
import { choice, el, words } from "./dom.mjs";
import { byAspect } from "./filters.mjs";
import { choose, filters } from "./state.mjs";

export async function groupsView(source, about, state, show) {
  const index = await source.index();
  const attributes = Object.keys(index.groups);
  if (!attributes.length)
    return show(el("p", { class: "page" }, "All annotators whose attributes are known are in one group."));
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
