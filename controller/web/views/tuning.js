/** How the speaker that is shown is set, for its owners. */

import { h, Part, setRange, setText } from "../lib/element.js";
import { ask, connection, shown, store } from "../lib/speaker.js";
import { reasonOf } from "../lib/text.js";
import { t } from "../strings.js";

const OPEN_S = 30;
const SAVED_MS = 2500;
const TYPED = new Set(["text", "number", "time"]);

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
      if (refusal.code === "offline") return; // the banner tells; then it is asked for again
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

// --- the kinds of settings ----------------------------------------------------------------------

/** One setting by its `key`. `save(values)` sets; it raises `Refusal`. */
class Field {
  constructor(key, save) {
    this.id = `set-${key}`;
    this.key = key;
    this.save = save;
    this.value = null;
    this.note = h("p", { class: "faint", id: `${this.id}-note`, hidden: true });
    this.saved = h("span", { class: "saved", "aria-live": "polite" });
    this.problem = h("p", { class: "problem", role: "alert", hidden: true });
    this.element = this.build();
    this.element.append(this.note, this.problem);
  }

  /** The control, of `parts`, below its label. */
  labelled(...parts) {
    const label = h("label", { for: this.id, text: t(`settings.${this.key}`) });
    return h("div", { class: "field" }, h("div", { class: "label" }, label, this.saved), ...parts);
  }

  /** Show a value. `from`: where it comes from, as in the answer to `settings.get`. */
  show(value, from) {
    this.value = value;
    for (const control of this.element.querySelectorAll("input, select")) {
      control.disabled = !from.editable;
      control.setAttribute("aria-describedby", this.note.id);
    }
    this.note.hidden = from.editable && !this.hint;
    setText(this.note, from.editable ? (this.hint ?? "") : t("settings.pinned", from));
    const { activeElement: focused } = document;
    // What is being typed is let alone.
    if (!(this.element.contains(focused) && TYPED.has(focused.type))) this.put(value);
  }

  async change(value) {
    if (value === this.value) return;
    this.complain("");
    try {
      await this.save({ [this.key]: value });
      setText(this.saved, t("settings.saved"));
      setTimeout(() => setText(this.saved, ""), SAVED_MS);
    } catch (refusal) {
      if (!refusal.code) throw refusal;
      this.complain(reasonOf(refusal));
      this.put(this.value);
    }
  }

  complain(text) {
    this.problem.hidden = !text;
    setText(this.problem, text);
  }
}

/** A text of one line. */
class TextField extends Field {
  build() {
    this.input = h("input", {
      id: this.id, type: "text", maxlength: 63, autocomplete: "off",
      onchange: () => this.change(this.input.value.trim()),
    });
    return this.labelled(this.input);
  }

  put(value) {
    this.input.value = value;
  }
}

/** How often: a whole number. */
class CountField extends Field {
  build() {
    this.input = h("input", {
      id: this.id, type: "number", min: 0, max: 1000, step: 1, inputmode: "numeric",
      onchange: () => this.typed(),
    });
    return this.labelled(this.input);
  }

  put(value) {
    this.input.value = value;
  }

  typed() {
    if (this.input.value === "") this.put(this.value);
    else this.change(Number(this.input.value));
  }
}

/** How loud at most. It is sent when the slider is let go. */
class PercentField extends Field {
  build() {
    this.input = h("input", {
      id: this.id, type: "range", min: 0, max: 100, step: 1,
      oninput: () => this.tell(Number(this.input.value)),
      onchange: () => this.change(Math.max(this.least ?? 0, Number(this.input.value))),
    });
    this.percent = h("span", { class: "faint percent", "aria-hidden": "true" });
    return this.labelled(h("div", { class: "slider" }, this.input, this.percent));
  }

  put(value) {
    this.tell(value);
  }

  tell(value) {
    setRange(this.input, value, 100);
    const text = value === 100 ? t("settings.no_cap") : `${value} %`;
    setText(this.percent, text);
    this.input.setAttribute("aria-valuetext", text);
  }
}

/** A part of the day, or none: "22:00-07:00" or "". */
class HoursField extends Field {
  build() {
    const time = (key) =>
      h("input", { type: "time", "aria-label": t(key), onchange: () => this.typed() });
    this.from = time("settings.from");
    this.to = time("settings.to");
    this.on = h("input", { id: this.id, type: "checkbox", onchange: () => this.toggle() });
    this.hours = h("div", { class: "hours" }, this.from, h("span", { text: "–" }), this.to);
    return h(
      "div", { class: "field" },
      h("div", { class: "label" },
        h("label", { class: "check" }, this.on, h("span", { text: t(`settings.${this.key}`) })),
        this.saved),
      this.hours,
    );
  }

  put(value) {
    const [from, to] = (value || this.usual).split("-");
    this.on.checked = value !== "";
    this.hours.hidden = value === "";
    this.from.value = from;
    this.to.value = to === "24:00" ? "00:00" : to;
  }

  toggle() {
    this.hours.hidden = !this.on.checked;
    this.typed();
  }

  typed() {
    if (!this.on.checked) this.change("");
    else if (this.from.value && this.to.value) this.change(`${this.from.value}-${this.to.value}`);
  }
}

/** One of the machine's sound devices. */
class DeviceField extends Field {
  build() {
    this.select = h("select", { id: this.id, onchange: () => this.change(this.select.value) });
    return this.labelled(this.select);
  }

  /** Which there are, before `show`. */
  offer(devices) {
    this.devices = devices;
  }

  put(value) {
    const options = [["", t("settings.device_default")]];
    for (const { name, id } of this.devices) options.push([value === name ? name : (id ?? name), name]);
    if (!options.some(([known]) => known === value)) {
      options.push([value, t("settings.device_gone", { name: value })]);
    }
    this.select.replaceChildren(
      ...options.map(([known, text]) => h("option", { value: known, text })),
    );
    this.select.value = value;
  }
}

customElements.define("tone-tuning", Tuning);
