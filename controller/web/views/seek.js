/** Where the music is, by the speaker's clock, and the bar to be somewhere else. */

import { fill, h, Part, setAttribute, setRange, setText } from "../lib/element.js";
import { act, position, select, speakerUs, store } from "../lib/speaker.js";
import { lengthSpoken, lengthText } from "../lib/text.js";
import { t } from "../strings.js";
import { dim } from "./transport.js";

const TICK_MS = 250;
const SPEAK_MS = 300;
const LONG_S = 60;
const STEP_MS = { ArrowLeft: -5000, ArrowRight: 5000, PageDown: -30000, PageUp: 30000 };

/** `<tone-seek>`: the bar and its times. */
export class Seek extends Part {
  build() {
    this.held = false;
    this.range = h("input", {
      type: "range", min: 0, step: 1, "aria-label": t("seek.label"),
      oninput: () => this.preview(),
      onchange: () => this.release(),
      onpointerup: () => this.release(), // who comes back to where it was changes nothing
      onkeydown: (event) => this.step(event),
      onblur: () => this.letGo(),
    });
    this.passed = h("span");
    this.length = h("span");
    this.live = h("span", { class: "badge", text: t("playing.live") });
    const times = h("div", { class: "times", "aria-hidden": "true" }, this.passed, this.length);
    this.append(this.range, times, this.live);
    dim(this.range, "seek");
    this.speaks = false;
    setTimeout(() => this.beginToSpeak(), SPEAK_MS);
    this.watch(store, select.item, (item) => this.fit(item));
    this.watch(store, select.anchor, () => this.tick());
    this.every(TICK_MS, () => this.tick());
  }

  fit(item) {
    this.durationMs = item?.duration_ms ?? 0;
    this.dataset.kind = kindOf(item);
    this.live.hidden = !item?.live;
    this.range.hidden = !this.durationMs;
    setAttribute(this.range, "data-still", item?.seekable ? null : true);
    this.tick();
  }

  tick() {
    if (!this.held) this.show(position());
  }

  show(ms) {
    setRange(this.range, Math.round(ms), this.durationMs || 1);
    this.write(ms);
  }

  write(ms) {
    const whole = lengthText(ms);
    if (whole === this.passed.textContent && this.lengthOf === this.durationMs) return;
    this.lengthOf = this.durationMs;
    setText(this.passed, whole);
    setText(this.length, this.durationMs ? lengthText(this.durationMs) : "");
    if (this.speaks) this.speak(ms);
  }

  /** To find the words for the first time takes long: the eye goes first. */
  beginToSpeak() {
    this.speaks = true;
    this.speak(Number(this.range.value));
  }

  /** For the ear. */
  speak(ms) {
    const spoken = { position: lengthSpoken(ms), length: lengthSpoken(this.durationMs) };
    this.range.setAttribute("aria-valuetext", t("seek.value", spoken));
  }

  /** A finger is on it: the music goes on meanwhile, but the bar is the finger's. */
  preview() {
    this.held = true;
    fill(this.range);
    this.write(Number(this.range.value));
  }

  release() {
    if (this.held) this.seek(Number(this.range.value));
    this.held = false;
  }

  letGo() {
    this.held = false;
    this.tick();
  }

  step(event) {
    const by = STEP_MS[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.seek(Math.min(Math.max(0, position() + by), this.durationMs));
  }

  seek(position_ms) {
    const anchor = { position_ms, at_us: speakerUs() ?? 0, rate: 0 };
    const guess = select.anchor(store.view) ? { session: { anchor } } : null;
    act({ type: "seek", position_ms }, { guess, seconds: LONG_S });
  }
}

function kindOf(item) {
  if (!item) return "idle";
  return item.live || !item.duration_ms ? "endless" : "whole";
}

customElements.define("tone-seek", Seek);
