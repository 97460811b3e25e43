/** How the speaker that is shown is set, for its owners. */

import { h, Part, setText } from "../lib/element.js";
import { ask, connection, shown, store } from "../lib/speaker.js";
import { reasonOf } from "../lib/text.js";
import { t } from "../strings.js";
import { CountField, DeviceField, HoursField, PercentField, TextField } from "./fields.js";

const OPEN_S = 30;

/** `<tone-tuning>`: its name, how loud, when, on which device; and what guests may. */
export class Tuning extends Part {
  build() {
    const save = (values) => this.save(values);
    this.fields = [
      new TextField("name", save),
      new DeviceField("device", save),
      Object.assign(new PercentField("volume_cap", save), { least: 1 }),
      Object.assign(new HoursField("night_hours", save), { usual: "22:00-07:00" }),
      new PercentField("night_cap", save),
    ];
    this.guests = [
      Object.assign(new PercentField("guest_volume", save), { hint: t("settings.guest_hint") }),
      new CountField("guest_skips", save),
      Object.assign(new HoursField("guest_hours", save), { usual: "08:00-23:00" }),
    ];
    this.heading = h("h3", { dir: "auto" });
    this.problem = h("p", { class: "problem", role: "status", hidden: true });
    const card = (heading, fields) =>
      h("section", { class: "card" }, heading, ...fields.map(({ element }) => element));
    this.cards = h(
      "div", { hidden: true },
      card(this.heading, this.fields),
      card(h("h3", { text: t("settings.guests") }), this.guests),
    );
    this.append(this.problem, this.cards);
    this.asked = 0;
    this.watch(store, newsOf, () => this.fetch());
    this.watch(store, (view) => shown(view).name, (name) => setText(this.heading, name));
    this.hear(connection, "status", () => connection.status === "ready" && this.fetch());
  }

  async fetch() {
    this.asked += 1;
    const { asked } = this;
    try {
      const settings = await ask({ type: "settings.get" });
      if (asked === this.asked) this.show(settings);
    } catch (refusal) {
      if (!refusal.code) throw refusal;
      this.problem.hidden = false;
      this.cards.hidden = true;
      setText(this.problem, reasonOf(refusal));
    }
  }

  show(settings) {
    this.problem.hidden = true;
    this.cards.hidden = false;
    for (const field of [...this.fields, ...this.guests]) {
      field.offer?.(settings.devices);
      field.show(settings[field.key], settings.from[field.key]);
    }
    const cap = this.fields.find(({ key }) => key === "night_cap");
    cap.element.hidden = settings.night_hours === "";
  }

  /** Set some. Raises `Refusal`. */
  async save(values) {
    const settings = await ask({ type: "settings.set", ...values }, { seconds: OPEN_S });
    this.asked += 1;
    this.show(settings);
  }
}

/** What is another value when there are other settings. */
function newsOf(view) {
  const { id, name } = shown(view);
  return `${id} ${id === view.receiver.id ? view.settings?.revision : name}`;
}

customElements.define("tone-tuning", Tuning);
