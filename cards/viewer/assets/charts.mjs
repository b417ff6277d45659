// Bars in light SVG. A bar is a button: choosing it filters the items.

import { el, number, svg, visible } from "./dom.mjs";

// Okabe and Ito (2008), in the order of the plots on cards; label colours are the same there.
const PALETTE = ["#0072b2", "#d55e00", "#e69f00", "#999999", "#009e73", "#cc79a7", "#56b4e9", "#f0e442"];
const FIXED = ["supports", "opposes", "either", "abstain"];

// For answers on a scale, from low to high; each can be seen on a light and on a dark page.
const SCALE = ["#7b6fd0", "#3288bd", "#3aa987", "#e08e35", "#d5473e"];
const NUMBER = /^[\u2212-]?[\d.,]+( to .*)?$/;
const size = (label) => Number.parseFloat(label.replace("\u2212", "-").replaceAll(",", ""));

export const inOrder = (labels) =>
  labels.every((label) => NUMBER.test(label)) ? [...labels].sort((a, b) => size(a) - size(b)) : [...labels].sort();

export function colours(labels) {
  if (labels.length > 1 && labels.every((label) => NUMBER.test(label))) {
    const low = Math.min(...labels.map(size)),
      high = Math.max(...labels.map(size));
    const place = (label) => Math.round((4 * (size(label) - low)) / (high - low || 1));
    return new Map(labels.map((label) => [label, SCALE[place(label)]]));
  }
  const others = labels.filter((label) => !FIXED.includes(label));
  const place = (label) => (FIXED.includes(label) ? FIXED.indexOf(label) : FIXED.length + others.indexOf(label));
  return new Map(labels.map((label) => [label, PALETTE[place(label) % PALETTE.length]]));
}

// Rows of {label, count, chosen, choose}: how many of the selected items fall under each.
export function bars(rows, total) {
  const most = Math.max(1, total ?? 0, ...rows.map((row) => row.count));
  return el(
    "ul",
    { class: "bars" },
    rows.map((row) =>
      el(
        "li",
        {},
        el(
          "button",
          {
            type: "button",
            class: "bar",
            "aria-pressed": String(Boolean(row.chosen)),
            onclick: row.choose,
          },
          el("span", { class: "bar-label", dir: "auto" }, visible(row.label)),
          el("span", { class: "bar-count" }, number(row.count)),
          svg(
            "svg",
            { class: "bar-track", "aria-hidden": "true", height: 6, width: "100%" },
            svg("rect", { class: "bar-mark", width: `${(100 * row.count) / most}%`, height: "100%", rx: 2 }),
          ),
        ),
      ),
    ),
  );
}

// One bar for each group, shared out over the answers: [{group, parts: [{label, count, choose}]}].
export function shares(rows, labels) {
  const colour = colours(labels);
  return el(
    "div",
    { class: "shares" },
    legend(labels, colour),
    rows.map((row) => {
      const total = row.parts.reduce((sum, part) => sum + part.count, 0);
      let start = 0;
      const rects = row.parts
        .filter((part) => part.count)
        .map((part) => {
          const width = (100 * part.count) / total;
          const name = `${row.group}: ${part.label}, ${number(width, 0)}% (${number(part.count)} of ${number(total)})`;
          const rect = svg(
            "rect",
            {
              x: `${start}%`,
              width: `${width}%`,
              height: "100%",
              fill: colour.get(part.label),
              class: "share-part",
              tabindex: 0,
              role: "button",
              "aria-label": visible(name),
              onclick: part.choose,
              onkeydown: (event) => {
                if (event.key === "Enter" || event.key === " ") {
                  event.preventDefault();
                  part.choose();
                }
              },
            },
            svg("title", {}, visible(name)),
          );
          start += width;
          return rect;
        });
      return el(
        "div",
        { class: "share-row" },
        el("span", { class: "share-group", dir: "auto" }, visible(row.group)),
        svg(
          "svg",
          { class: "share-bar", role: "group", "aria-label": visible(row.group), width: "100%", height: 22 },
          rects,
        ),
        el("span", { class: "bar-count" }, number(total)),
      );
    }),
  );
}

export function legend(labels, colour) {
  return el(
    "p",
    { class: "legend" },
    labels.map((label) =>
      el(
        "span",
        { class: "legend-entry" },
        svg(
          "svg",
          { width: 12, height: 12, "aria-hidden": "true" },
          svg("rect", { width: 12, height: 12, rx: 2, fill: colour.get(label) }),
        ),
        " ",
        visible(label),
      ),
    ),
  );
}

// The answers to one question as a thin bar.
export function strip(counts, colour) {
  const labels = inOrder([...counts.keys()]);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let start = 0;
  return svg(
    "svg",
    { class: "strip", "aria-hidden": "true", width: "100%", height: 8 },
    labels.map((label) => {
      const width = (100 * counts.get(label)) / total;
      const rect = svg("rect", { x: `${start}%`, width: `${width}%`, height: "100%", fill: colour.get(label) });
      start += width;
      return rect;
    }),
  );
}
