/** Who may command the speakers of the house, for its owners. */

import { h, iconButton, Part } from "../lib/element.js";
import { pairingOf } from "../lib/keep.js";
import { say } from "../lib/notices.js";
import { question } from "../lib/question.js";
import { complain, connection, store } from "../lib/speaker.js";
import { ago } from "../lib/when.js";
import { t } from "../strings.js";
import "./invite.js";

/** `<tone-people>`: who is paired, to be removed, and letting somebody in. */
export class People extends Part {
  build() {
    this.list = h("ul", { class: "people" });
    this.others = h("ul", { class: "people" });
    this.house = h("div", { hidden: true }, h("h4", { text: t("people.speakers") }), this.others);
    this.invite = document.createElement("tone-invite");
    this.open = h("p", { class: "faint", text: t("people.open") });
    this.closed = h("div", {}, this.invite, h("h4", { text: t("people.paired") }), this.list, this.house);
    this.append(
      h("section", { class: "card" }, h("h3", { text: t("people.title") }), this.open, this.closed),
    );
    this.hear(this.invite, "came", () => this.fetch());
    this.hear(connection, "status", () => connection.status === "ready" && this.fetch());
    this.watch(store, (view) => view.access.auth, (auth) => this.follow(auth));
  }

  follow(auth) {
    this.open.hidden = auth !== "open";
    this.closed.hidden = auth === "open";
    this.fetch();
  }

  async fetch() {
    if (this.closed.hidden) return;
    try {
      const { pairings, receivers } = await connection.ask({ type: "pairings.list" });
      pairings.sort((one, other) => (other.seen ?? 0) - (one.seen ?? 0));
      this.list.replaceChildren(...pairings.map((pairing) => this.person(pairing)));
      this.others.replaceChildren(...receivers.map((receiver) => this.row(receiver, "")));
      this.house.hidden = receivers.length === 0;
    } catch (refusal) {
      if (refusal.code !== "offline") complain(refusal);
    }
  }

  person(pairing) {
    const { id, role, seen } = pairing;
    const own = id === pairingOf(store.view.receiver.id);
    const when = own ? t("people.own") : seen && t("people.seen", { when: ago(seen) });
    return this.row({ ...pairing, own }, [t(`role.${role}`), when].filter(Boolean).join(" · "));
  }

  row(who, about) {
    const { name } = who;
    const row = h("li");
    const words = h(
      "span", { class: "who" },
      h("span", { class: "row-title", dir: "auto", text: name }),
      about && h("span", { class: "faint row-credit", text: about }),
    );
    const removing = iconButton("close", t("people.remove", { name }), () => this.askWhether(row, who));
    row.append(words, removing);
    return row;
  }

  askWhether(row, who) {
    const key = who.own ? "people.remove_own" : who.role ? "people.remove_question" : "people.remove_speaker";
    question(row, t(key, who), [
      { label: t("people.remove_it"), filled: true, run: () => this.remove(who) },
      { label: t("cancel") },
    ]);
  }

  async remove({ id, name }) {
    try {
      await connection.ask({ type: "pairings.revoke", pairing: id });
      say(t("people.removed", { name }));
    } catch (refusal) {
      complain(refusal);
    }
    await this.fetch();
  }
}

customElements.define("tone-people", People);
