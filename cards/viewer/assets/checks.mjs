// What checks found, with the failing rows and the items that they belong to.

import { el, plural, visible } from "./dom.mjs";
import { rowTable } from "./record.mjs";
import { choose } from "./state.mjs";

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
