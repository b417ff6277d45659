// The figures of the report, with their plots.

import { el, plural, words } from "./dom.mjs";
import { rowTable } from "./record.mjs";

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
