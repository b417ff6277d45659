// Elements whose content is only ever text: nothing of a dataset is parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";
const LONG = 1500;
// Characters that change the direction of the text around them, or that nobody sees.
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2060-\u2069\ufeff]/gu;

export function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

export function visible(text) {
  return text.replace(INVISIBLE, (one) => `[U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
}

// A text of the dataset, in its own direction; a long one is cut, with a button for the rest.
export function text(value, limit = LONG) {
  const whole = typeof value === "string" ? value : JSON.stringify(value);
  const span = el("span", { class: "text", dir: "auto" }, visible(whole.slice(0, limit)));
  if (whole.length <= limit) return span;
  const more = el(
    "button",
    {
      class: "more",
      type: "button",
      onclick: () => {
        span.textContent = visible(whole);
        more.remove();
      },
    },
    `Show all ${number(whole.length)} characters`,
  );
  return el("span", {}, span, "… ", more);
}

export function number(value, digits = 3) {
  return value.toLocaleString("en", { maximumFractionDigits: digits }).replace("-", "\u2212");
}

export function words(name) {
  const spaced = visible(name).replaceAll("_", " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

export function plural(count, noun) {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function choice(label, options, chosen, change) {
  const select = el(
    "select",
    { onchange: () => change(select.value) },
    options.map(([value, shown, disabled]) =>
      el("option", { value, disabled, selected: value === (chosen ?? "") }, shown),
    ),
  );
  return el("label", { class: "choice" }, el("span", {}, label), select);
}
