// The buttons that turn the pages of a list.

import { el, number, plural } from "./dom.mjs";
import { choose } from "./state.mjs";

export const PAGE = 25;

export function pager(total, first, noun) {
  return el(
    "nav",
    { class: "pages", "aria-label": "Pages" },
    el(
      "span",
      { class: "soft small", role: "status" },
      total ? `${number(first + 1)} to ${number(Math.min(first + PAGE, total))} of ${plural(total, noun)}` : `No ${noun}`,
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
