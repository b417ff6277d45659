// The items: filters beside a list, and the item that was chosen with everything that belongs to it.

import { controls, distributionBars } from "./filters.mjs";
import { el, number, plural, visible } from "./dom.mjs";
import { PAGE } from "./pager.mjs";
import { recordView } from "./record.mjs";
import { choose, filters } from "./state.mjs";
import { tools } from "./tools.mjs";

export async function itemsView(source, about, state, show) {
  const list = el(
    "section",
    { class: "list", "aria-label": "Items" },
    el("p", { class: "soft", role: "status" }, "Reading…"),
  );
  const detail = el("section", { class: "detail", id: "detail", "aria-label": "Item", tabindex: -1 });
  const side = el("div", {}, controls(state, null));
  const panel = el(
    "details",
    { class: "filters", open: matchMedia("(min-width: 60rem)").matches },
    el("summary", {}, "Search and filter"),
    side,
  );
  show(el("div", { class: state.item ? "browse has-item" : "browse" }, panel, list, detail));
  const query = { ...filters(state), order: state.order ?? "", offset: state.offset ?? 0, limit: PAGE };
  await Promise.all([
    fillList(source, state, query, list),
    fillDetail(source, about, state, detail),
    fillFilters(source, state, side),
  ]);
}

async function fillList(source, state, query, list) {
  const { total, items } = await source.items(query);
  const first = Number(query.offset);
  const range = total
    ? `${number(first + 1)} to ${number(first + items.length)} of ${plural(total, "item")}`
    : "No item is selected.";
  list.replaceChildren(
    el("p", { class: "soft small", role: "status" }, range),
    el(
      "ol",
      { class: "items", start: first + 1 },
      items.map((item) => entry(state, item)),
    ),
    el(
      "nav",
      { class: "pages", "aria-label": "Pages" },
      el("button", { type: "button", disabled: first === 0, onclick: () => turn(first - PAGE) }, "Previous"),
      el("button", { type: "button", disabled: first + PAGE >= total, onclick: () => turn(first + PAGE) }, "Next"),
    ),
  );
}

const turn = (offset) => choose({ offset: String(Math.max(0, offset)), item: null });

function entry(state, item) {
  const chosen = state.item === String(item.number);
  const unit = state.order === "difference" ? "apart" : "bits";
  return el(
    "li",
    {},
    el(
      "button",
      {
        type: "button",
        class: "item",
        "aria-current": chosen ? "true" : null,
        onclick: () => choose({ item: String(item.number) }),
      },
      el("span", { class: "text title", dir: "auto" }, visible(item.title)),
      el(
        "span",
        { class: "small soft" },
        [item.split, item.figure === null ? null : `${number(item.figure, 2)} ${unit}`].filter(Boolean).join(" · "),
      ),
    ),
  );
}

async function fillFilters(source, state, side) {
  const [index, counts] = await Promise.all([source.index(), source.distributions(filters(state))]);
  side.replaceChildren(controls(state, index), distributionBars(state, index, counts));
}

async function fillDetail(source, about, state, detail) {
  if (state.item === undefined) {
    detail.replaceChildren(el("p", { class: "soft" }, "Choose an item to see everything that belongs to it."));
    return;
  }
  const { now, before, annotators } = await source.item(Number(state.item));
  const back = el(
    "button",
    { type: "button", class: "back", onclick: () => choose({ item: null }) },
    "Back to the list",
  );
  const places = new Map();
  const problemsOf = (record) => {
    const place = el("div", {});
    places.set(`${record.table}\n${record.key}`, place);
    return place;
  };
  const buttons = Object.assign(tools(source, about), { problemsOf });
  if (!about.before) {
    detail.replaceChildren(back, recordView(now, annotators, buttons));
  } else {
    const side = (title, record, other, extra) =>
      el(
        "div",
        { class: "version" },
        el("h2", {}, title),
        record
          ? recordView(record, annotators, extra, other)
          : el("p", { class: "soft" }, "It is not in this version."),
      );
    detail.replaceChildren(
      back,
      el(
        "div",
        { class: "versions" },
        side(`Before: ${visible(about.before)}`, before, now, () => null),
        side(`Now: ${visible(about.name)}`, now, before, buttons),
      ),
    );
  }
  detail.focus({ preventScroll: !matchMedia("(max-width: 60rem)").matches });
  try {
    // The item is shown first, because looking up the failing rows of a large run takes a while.
    for (const one of await source.problems(Number(state.item))) {
      const line = el("p", { class: "warning small" }, visible(`${one.check}: ${one.problem}`));
      places.get(`${one.table}\n${one.key}`)?.append(line);
    }
  } catch (error) {
    detail.append(el("p", { class: "error small", role: "alert" }, visible(error.message)));
  }
}
