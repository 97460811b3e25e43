/** How loud a speaker is. */

import { fill, h, icon, iconButton, Part, setLabel, setRange, setText } from "../lib/element.js";
import { Latest } from "../lib/latest.js";
import { act, shown, shownId, speakerOf, store, suppose } from "../lib/speaker.js";
import { t } from "../strings.js";
import { dim } from "./transport.js";

const GAP_MS = 60;

/** `<tone-volume>`: mute and the slider of the speaker `at`, by its id, else of the one that is shown. */
export class Volume extends Part {
  /** The volume as in the state; null of a speaker that is not connected. */
  of(view) {
    return (this.at ? speakerOf(view, this.at) : shown(view))?.volume ?? null;
  }

  build() {
    this.button = iconButton("loud", t("volume.mute"), () => this.mute());
    this.button.append(icon("mute"));
    this.range = h("input", {
      type: "range", min: 0, max: 100, step: 1, "aria-label": t("volume.label"),
      oninput: () => this.slide(),
    });
    this.percent = h("span", { class: "percent", "aria-hidden": "true" });
    this.cap = h("p", { class: "faint cap", hidden: true });
    this.latest = new Latest(({ percent, at }) => act({ type: "volume", percent }, { at }), GAP_MS);
    this.release = null;
    this.append(this.button, this.range, this.percent, this.cap);
    dim(this.button, "mute");
    this.watch(store, (view) => this.of(view), (volume) => volume && this.show(volume));
  }

  /** Name the speaker to the ear, where there are others beside it. */
  called(name) {
    setLabel(this.button, `${t("volume.mute")} – ${name}`);
    setLabel(this.range, `${t("volume.label")} – ${name}`);
  }

  show({ percent, muted, cap = 100, cap_until = null }) {
    setRange(this.range, percent, 100);
    this.range.style.setProperty("--cap", `${cap}%`);
    this.range.setAttribute("aria-valuetext", `${percent} %`);
    this.dataset.muted = muted ? "muted" : "";
    this.button.setAttribute("aria-pressed", muted);
    setText(this.percent, String(percent));
    this.cap.hidden = percent < cap || cap === 100;
    const key = cap_until ? "volume.cap_until" : "volume.cap";
    setText(this.cap, t(key, { percent: cap, until: cap_until }));
  }

  /** The finger's value is shown at once, and sent as fast as it is taken. */
  async slide() {
    const { cap = 100 } = this.of(store.view);
    const at = this.at ?? shownId();
    const percent = Math.min(Number(this.range.value), cap);
    this.range.value = percent;
    fill(this.range);
    this.guess(percent, at);
    await this.latest.push({ percent, at });
    this.guess(null);
  }

  /** One guess for all that is on its way, so that nothing jumps back in between. */
  guess(percent, at) {
    const before = this.release;
    this.release = percent === null ? null : suppose({ volume: { percent } }, at);
    before?.();
  }

  mute() {
    const muted = !this.of(store.view).muted;
    act({ type: "mute", muted }, { guess: { volume: { muted } }, at: this.at });
  }
}

customElements.define("tone-volume", Volume);
