/** What an item looks like: its cover, or, without one, a record under a tonearm. */

import { h, Part } from "../lib/element.js";
import { isElsewhere, position, select, store } from "../lib/speaker.js";

const SVG = "http://www.w3.org/2000/svg";
const SIDE = 200;
const CENTRE = [96, 104];
const RADIUS = 88;
const PIVOT = [178, 24];

/** Degrees from straight down: beside the record, at its first groove, at its last. */
const ARM = { rest: -12, first: 3.3, last: 27.5 };
const FOLLOW_MS = 2000;

function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function picture(name, ...shapes) {
  return svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, class: name, "aria-hidden": "true" }, ...shapes);
}

function ring(radius, name) {
  return svg("circle", { cx: CENTRE[0], cy: CENTRE[1], r: radius, class: name });
}

function disc() {
  const grooves = [80, 72, 64, 56, 48, 40].map((radius) => ring(radius, "groove"));
  const [x, y] = CENTRE;
  const shine = `M${x} ${y}L${x - 30} ${y - 82}A87 87 0 0 1 ${x + 14} ${y - 86}Z`;
  const other = `M${x} ${y}L${x + 30} ${y + 82}A87 87 0 0 1 ${x - 14} ${y + 86}Z`;
  const mark = svg("path", { d: `M${x - 13} ${y - 9}h26M${x - 8} ${y + 11}h16`, class: "mark" });
  return picture(
    "disc", ring(RADIUS, "vinyl"), ...grooves, svg("path", { d: shine + other, class: "shine" }),
    ring(29, "label"), mark, ring(3, "hole"),
  );
}

function arm() {
  const [x, y] = PIVOT;
  const tube = svg("path", { d: `M${x} ${y - 14}V${y + 92}l-5 13`, class: "tube" });
  const head = svg("path", { d: `M${x - 3} ${y + 91}l-6 16`, class: "head" });
  const base = svg("circle", { cx: x, cy: y, r: 11, class: "base" });
  return picture("arm", base, tube, head);
}

/** `<tone-art>`: decoration of what plays on the speaker that is shown. */
export class Art extends Part {
  build() {
    this.arm = arm();
    this.cover = h("img", { alt: "", class: "cover", decoding: "async", hidden: true });
    this.glow = h("img", { alt: "", class: "glow", decoding: "async", hidden: true });
    this.record = h("div", { class: "turntable" }, disc(), this.arm);
    // A cover that does not come, or is no picture, is as none.
    this.cover.addEventListener("error", () => this.show(null));
    this.append(this.glow, this.record, this.cover);
    this.watch(store, coverOf, (cover) => this.show(cover));
    this.watch(store, select.playback, (playback) => {
      this.dataset.playback = playback;
      this.follow();
    });
    this.watch(store, select.anchor, () => this.follow());
    this.every(FOLLOW_MS, () => this.follow());
  }

  show(cover) {
    const shown = cover?.startsWith("/v1/covers/") ? cover : null;
    for (const image of [this.cover, this.glow]) {
      image.hidden = !shown;
      if (shown) image.src = shown;
      else image.removeAttribute("src");
    }
    this.record.hidden = Boolean(shown);
  }

  /** The arm stands where the music is. */
  follow() {
    const item = select.item(store.view);
    let angle = ARM.rest;
    if (item) {
      const part = item.duration_ms ? position() / item.duration_ms : 0;
      angle = ARM.first + (ARM.last - ARM.first) * part;
    }
    this.arm.style.transform = `rotate(${angle.toFixed(1)}deg)`;
  }
}

/** Covers of what our own receiver has played, by the address of the music; it keeps no more. */
const known = new Map();
const MOST_KNOWN = 8;

/**
 * The path of a cover. Only the receiver that the page came from may be asked for one: it still has
 * that of music which was moved from there to another speaker.
 */
function coverOf(view) {
  const { item: own } = view.session;
  if (own?.cover && own.url) {
    known.delete(own.url);
    known.set(own.url, own.cover);
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value);
  }
  const item = select.item(view);
  if (!isElsewhere(view)) return item?.cover ?? null;
  return known.get(item?.url) ?? null;
}

customElements.define("tone-art", Art);
