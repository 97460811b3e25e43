/** The way in, for a device that the speaker does not know yet. */

import { h, Part, setText } from "../lib/element.js";
import { say } from "../lib/notices.js";
import { defaultName, pair } from "../lib/pair.js";
import { connection } from "../lib/speaker.js";
import { reasonOf } from "../lib/text.js";
import { t } from "../strings.js";

const DIGITS = 6;
const LONGEST_NAME = 63;

/** `<tone-pairing>`: asks for the code and a name. `code` holds one that came with the address. */
export class Pairing extends Part {
  build() {
    const { name } = connection.stranger;
    this.codeField = h("input", {
      id: "pair-code", class: "code", type: "text", inputmode: "numeric", pattern: "[0-9]*",
      autocomplete: "one-time-code", maxlength: DIGITS + 1, required: true,
      "aria-describedby": "pair-problem pair-hint", oninput: () => this.typed(),
    });
    this.nameField = h("input", {
      id: "pair-name", type: "text", autocomplete: "nickname", maxlength: LONGEST_NAME, required: true,
    });
    this.nameField.value = defaultName();
    this.problem = h("p", { id: "pair-problem", class: "problem", role: "alert", hidden: true });
    this.button = h("button", { type: "submit", class: "filled", text: t("pair.go") });
    this.append(
      h(
        "form", { class: "pairing", novalidate: true, onsubmit: (event) => this.submit(event) },
        h("img", { src: "/icon.svg", alt: "", class: "mark", width: 72, height: 72 }),
        h("h1", { dir: "auto", text: t("pair.title", { name }) }),
        h("p", { id: "pair-hint", class: "faint", text: t("pair.hint") }),
        h("label", { for: "pair-code", text: t("pair.code") }), this.codeField,
        h("label", { for: "pair-name", text: t("pair.name") }), this.nameField,
        this.problem, this.button,
        h("p", { class: "faint", text: t("pair.how") }),
      ),
    );
    if (this.code) {
      this.codeField.value = this.code;
      this.code = "";
      this.enter();
    } else {
      this.codeField.focus();
    }
  }

  get digits() {
    return this.codeField.value.replace(/\D/g, "");
  }

  typed() {
    this.complain("");
    if (this.digits.length === DIGITS) this.button.focus();
  }

  submit(event) {
    event.preventDefault();
    this.enter();
  }

  async enter() {
    if (this.digits.length !== DIGITS) {
      this.complain(t("pair.short"));
      this.codeField.focus();
      return;
    }
    const name = this.nameField.value.trim() || defaultName();
    this.button.setAttribute("aria-busy", "true");
    try {
      await pair(connection.stranger.receiver, this.digits, name);
      say(t("pair.done", { name }));
      connection.start();
    } catch (refusal) {
      if (!refusal.code) throw refusal;
      this.complain(why(refusal));
      this.codeField.select();
    } finally {
      this.button.removeAttribute("aria-busy");
    }
  }

  complain(text) {
    this.problem.hidden = !text;
    setText(this.problem, text);
    this.codeField.setAttribute("aria-invalid", Boolean(text));
  }
}

function why(refusal) {
  const { left } = refusal.detail;
  return left ? t("pair.left", { n: left }) : reasonOf(refusal);
}

customElements.define("tone-pairing", Pairing);
