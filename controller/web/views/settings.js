/** What can be set: the speaker, who may command it, and this device; and what the speaker is. */

import { h, Part, question, setText } from "../lib/element.js";
import { Refusal } from "../lib/connection.js";
import { keepOwnLanguage, ownLanguage, ownName, tokenOf } from "../lib/keep.js";
import { complain, connection, leaveHouse, may, store } from "../lib/speaker.js";
import { LANGUAGES, t } from "../strings.js";
import "./people.js";
import "./tuning.js";

/** `<tone-settings>`: as much of it as our role may use. */
export class Settings extends Part {
  build() {
    this.append(
      h("div", { class: "bar" }, h("h2", { text: t("view.settings") })),
      ...(may("settings.set")
        ? [h("tone-tuning"), h("tone-people")]
        : [h("p", { class: "faint", text: t("settings.owners") })]),
      h("tone-device"), h("tone-about"),
    );
  }
}

/** `<tone-device>`: this device: its language, what it may do, and how it is forgotten. */
export class Device extends Part {
  build() {
    const select = h("select", { id: "own-language", onchange: () => speak(select.value) },
      h("option", { value: "", text: t("device.language_browser") }),
      ...LANGUAGES.map((tag) => h("option", { value: tag, lang: tag, text: nameOf(tag) })));
    select.value = ownLanguage() ?? "";
    this.standing = h("p", { class: "faint", dir: "auto" });
    this.leaving = h("button", {
      type: "button", class: "quiet", text: t("device.leave"), onclick: () => this.leave(),
    });
    this.card = h(
      "section", { class: "card" }, h("h3", { text: t("device.title") }), this.standing,
      h("div", { class: "field" },
        h("div", { class: "label" }, h("label", { for: "own-language", text: t("device.language") })),
        select),
      h("div", { class: "field" }, this.leaving),
    );
    this.append(this.card);
    this.watch(store, (view) => view.access.auth, (auth) => this.show(auth));
  }

  show(auth) {
    const role = t(`device.role.${connection.role}`);
    setText(this.standing, auth === "open" ? t("device.open") : [ownName(), role].filter(Boolean).join(" · "));
    this.leaving.parentElement.hidden = auth === "open";
  }

  leave() {
    question(this.card, t("device.leave_question", store.view.receiver), [
      { label: t("device.leave"), filled: true, run: leaveHouse },
      { label: t("cancel") },
    ]);
  }
}

function speak(tag) {
  keepOwnLanguage(tag || null);
  location.reload();
}

function nameOf(tag) {
  const name = new Intl.DisplayNames([tag], { type: "language" }).of(tag);
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

/** `<tone-about>`: the receiver, and what its doctor finds. */
export class About extends Part {
  build() {
    this.facts = h("dl", { class: "facts" });
    this.button = h("button", {
      type: "button", class: "quiet", text: t("doctor.go"), onclick: () => this.examine(),
    });
    this.verdict = h("p", { class: "verdict", role: "status" });
    this.findings = h("ul", { class: "findings", lang: "en" });
    this.append(
      h("section", { class: "card" }, h("h3", { text: t("about.title") }), this.facts,
        this.button, this.verdict, this.findings),
    );
    this.watch(store, (view) => view.receiver, (receiver) => this.show(receiver));
  }

  show({ name, version, id }) {
    const facts = [["about.name", name], ["about.version", version], ["about.id", id]];
    this.facts.replaceChildren(
      ...facts.map(([key, value]) =>
        h("div", {}, h("dt", { text: t(key) }), h("dd", { dir: "auto", text: value }))),
    );
  }

  async examine() {
    if (this.button.getAttribute("aria-busy")) return;
    this.button.setAttribute("aria-busy", "true");
    this.findings.replaceChildren();
    setText(this.verdict, t("doctor.looks"));
    try {
      this.tell(await examination(tokenOf(store.view.receiver.id)));
    } catch (refusal) {
      setText(this.verdict, "");
      complain(refusal);
    } finally {
      this.button.removeAttribute("aria-busy");
    }
  }

  tell({ verdict, findings }) {
    setText(this.verdict, t(`doctor.${verdict}`));
    this.verdict.dataset.verdict = verdict;
    const rows = findings.filter((finding) => finding.verdict !== "ok");
    this.findings.replaceChildren(
      ...rows.map((finding) =>
        h("li", { "data-verdict": finding.verdict },
          h("strong", { text: finding.name }), ` ${finding.seen}`,
          h("p", { class: "faint", text: finding.advice }))),
    );
  }
}

/** What the doctor finds; it takes some seconds. Raises `Refusal`. */
async function examination(token) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  let answer;
  try {
    const response = await fetch("/v1/doctor", { headers });
    answer = await response.json();
  } catch {
    throw new Refusal("offline");
  }
  if (!answer.verdict) throw new Refusal(answer.code ?? "internal", answer.message);
  return answer;
}

customElements.define("tone-device", Device);
customElements.define("tone-about", About);
customElements.define("tone-settings", Settings);
