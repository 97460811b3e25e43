/** The kinds of settings: each a label, its control, why it cannot be changed, and what went wrong. */

import { h, setText } from "../lib/element.js";
import { reasonOf } from "../lib/text.js";
import { t } from "../strings.js";
import { setRange } from "./range.js";

const SAVED_MS = 2500;
const TYPED = new Set(["text", "number", "time"]);

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
export class TextField extends Field {
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
export class CountField extends Field {
  build() {
    this.input = h("input", {
      id: this.id, type: "number", min: 0, max: 1000, step: 1, inputmode: "numeric",
      onchange: () => this.input.validity.valid && this.change(Number(this.input.value)),
    });
    return this.labelled(this.input);
  }

  put(value) {
    this.input.value = value;
  }
}

/** How loud at most. It is sent when the slider is let go. */
export class PercentField extends Field {
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
export class HoursField extends Field {
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
export class DeviceField extends Field {
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
