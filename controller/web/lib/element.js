/** What our custom elements are made of. Text is only ever set as text, so it is never run. */

import { ICONS } from "./icons.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. A property that is a function is a listener (`onclick`), `text` its text, true
 * an attribute without a value, and false, null and undefined none; all else are attributes.
 * Children are nodes or texts; null and false are left out.
 */
export function h(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "text") made.textContent = value;
    else if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else setAttribute(made, name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== false));
  return made;
}

/** Set an attribute, or take it away: see `h`. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : value);
}

/** Set a text where it is another one, so that nothing is drawn or read out twice. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** One of the drawings in `icons.js`; nothing to those who do not see it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const drawing = ICONS[name];
  for (const [kind, path] of Object.entries(drawing)) {
    const shape = document.createElementNS(SVG, "path");
    shape.setAttribute("d", path);
    shape.classList.add(kind);
    svg.append(shape);
  }
  return svg;
}

/** A button that is a picture, with a label for those who do not see it. */
export function iconButton(name, label, onclick, properties = {}) {
  const button = h("button", { type: "button", class: "round", onclick, ...properties }, icon(name));
  setLabel(button, label);
  return button;
}

/** Say what a button or range does, to the ear and to the resting pointer. */
export function setLabel(element, label) {
  element.setAttribute("aria-label", label);
  element.title = label;
}

/** Set a range, a slider of which the part that is reached is coloured; `most` is its end. */
export function setRange(range, value, most) {
  range.max = most;
  range.value = value;
  fill(range);
}

/** Colour the part of a range that is reached. */
export function fill(range) {
  const most = Number(range.max) || 1;
  range.style.setProperty("--reached", `${((Number(range.value) / most) * 100).toFixed(2)}%`);
}

/**
 * Ask `text` at the end of `place`, instead of what is asked already. `answers`: `label`,
 * `run` and, for the one that does it, `filled`; each ends the question, and so does Escape. The
 * last, which should do no harm, is focused; afterwards what was focused before is again.
 */
export function question(place, text, answers) {
  const before = document.activeElement;
  const end = () => {
    asked.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
  };
  const buttons = answers.map(({ label, run, filled }) =>
    h("button", {
      type: "button", class: filled ? "filled" : "quiet", text: label,
      onclick: () => {
        end();
        run?.();
      },
    }),
  );
  const asked = h(
    "div", {
      class: "question", role: "alertdialog", "aria-label": text,
      onkeydown: (event) => event.key === "Escape" && end(),
    },
    h("p", { dir: "auto", text }), h("div", { class: "answers" }, ...buttons),
  );
  document.querySelector(".question")?.remove();
  place.append(asked);
  buttons[buttons.length - 1].focus();
}

/**
 * A custom element that makes its content in `build()` when it comes into the page, and lets go of
 * all it watches or hears when it leaves.
 */
export class Part extends HTMLElement {
  #ends = [];

  connectedCallback() {
    this.replaceChildren();
    this.build();
  }

  disconnectedCallback() {
    for (const end of this.#ends) end();
    this.#ends = [];
  }

  /** Watch a part of a store while in the page; see `Store.watch`. */
  watch(store, select, tell) {
    this.#ends.push(store.watch(select, tell));
  }

  /** Hear an event of `target` while in the page. */
  hear(target, type, listener) {
    target.addEventListener(type, listener);
    this.#ends.push(() => target.removeEventListener(type, listener));
  }

  /** Call `tick` every so many milliseconds while in the page and the page is seen. */
  every(ms, tick) {
    const timer = setInterval(() => document.hidden || tick(), ms);
    this.#ends.push(() => clearInterval(timer));
  }
}
