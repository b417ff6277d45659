// The page: its head, its views, and what is shown of errors.

import { checksView } from "./checks.mjs";
import { el, number, plural, visible } from "./dom.mjs";
import { figuresView } from "./figures.mjs";
import { groupsView } from "./groups.mjs";
import { itemsView } from "./items.mjs";
import { rejectsView } from "./rejects.mjs";
import { choose, current, listen } from "./state.mjs";
import { tablesView } from "./tables.mjs";

const VIEWS = {
  items: ["Items", itemsView],
  groups: ["Groups", groupsView],
  figures: ["Figures", figuresView],
  checks: ["Checks", checksView],
  rejects: ["Rejects", rejectsView],
  tables: ["Tables", tablesView],
};

export async function start(source) {
  const main = el("main", { id: "main", tabindex: -1 });
  document.body.append(main);
  try {
    const about = await source.about();
    if (!Object.keys(about.items).length) VIEWS.items = ["Items", nothingRecognised];
    main.before(header(about));
    listen((state) => open(source, about, state, main));
    await open(source, about, current(), main);
  } catch (error) {
    main.replaceChildren(alert(error));
  }
}

let turn = 0;

// Only the last view that was asked for is shown, whichever answers first.
async function open(source, about, state, main) {
  const mine = ++turn;
  const [, view] = VIEWS[state.view] ?? VIEWS.items;
  for (const tab of document.querySelectorAll("nav.tabs button")) {
    if (tab.value === state.view) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  try {
    await view(source, about, state, (content) => {
      if (mine === turn) main.replaceChildren(content);
    });
  } catch (error) {
    if (mine === turn) main.replaceChildren(failed(error));
  }
  document.body.dataset.ready = String(mine);
}

function header(about) {
  const items = Object.entries(about.items)
    .filter(([, one]) => one.parent === null)
    .map(([table]) => table);
  const facts = [
    about.family ? `family ${about.family}` : null,
    about.licence ? `licence ${about.licence}` : null,
    about.read_as ? `read as ${about.read_as}` : null,
    ...items.filter((table) => about.rows[table]).map((table) => `${number(about.rows[table])} ${table}`),
    about.seeds ? `${plural(about.seeds.read, "seed")}, ${number(about.seeds.rejected)} rejected` : null,
    about.left_out ? `${plural(about.left_out, "row")} left out` : null,
    about.before ? `compared with ${about.before}` : null,
  ];
  const shown = Object.entries(VIEWS).filter(([name]) => hasView(about, name));
  return el(
    "header",
    {},
    el("h1", { dir: "auto" }, visible(about.name)),
    el("p", { class: "soft small", dir: "auto" }, visible(facts.filter(Boolean).join(" · "))),
    el(
      "nav",
      { class: "tabs", "aria-label": "Views" },
      shown.map(([name, [title]]) =>
        el(
          "button",
          {
            type: "button",
            value: name,
            onclick: () => choose({ view: name === "items" ? null : name, item: null, offset: null, reason: null }),
          },
          title,
        ),
      ),
    ),
  );
}

async function nothingRecognised(source, about, state, show) {
  show(
    el(
      "p",
      { class: "page" },
      "The columns of this dataset are not recognised. Its rows are under Tables; name the roles of its ",
      "columns with --map to see items and judgements.",
    ),
  );
}

function hasView(about, name) {
  const tables = Object.keys(about.tables);
  return name === "rejects"
    ? tables.includes("rejects")
    : name !== "tables" || tables.some((table) => table !== "rejects");
}

function failed(error) {
  return el(
    "div",
    { class: "page", role: "alert" },
    el("p", { class: "error" }, "This view failed."),
    el("p", { class: "soft small" }, visible(error.message)),
  );
}

const alert = (error) => el("p", { class: "error page", role: "alert" }, visible(error.message));
