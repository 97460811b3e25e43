/** Who may command the speakers of the house, and letting somebody in; for its owners. */

import { h, iconButton, Part, question, setText } from "../lib/element.js";
import { pairingOf } from "../lib/keep.js";
import { say } from "../lib/notices.js";
import { complain, connection, store } from "../lib/speaker.js";
import { ago, lengthSpoken, lengthText } from "../lib/text.js";
import { t } from "../strings.js";

const ROLES = ["member", "guest", "owner"];
const TICK_MS = 500;
const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4;

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

/**
 * `<tone-invite>`: chooses a role, and shows the code as long as it holds. Event `came`: `detail` is
 * the pairing of who came in.
 */
export class Invite extends Part {
  build() {
    this.until = 0;
    this.known = new Set();
    this.button = h("button", {
      type: "button", class: "filled", text: t("invite.go"), onclick: () => this.open(),
    });
    this.means = h("p", { class: "faint", id: "invite-means", text: t("invite.means.member") });
    this.form = h(
      "div", { class: "invite" },
      h("div", { class: "roles", role: "radiogroup", "aria-label": t("invite.role") },
        ...ROLES.map((role) => this.choice(role))),
      this.means, this.button,
    );
    this.left = h("span", { class: "left", role: "timer" });
    this.sheet = h("div", { class: "invited", hidden: true, tabindex: -1 });
    this.append(this.form, this.sheet);
    this.wanted = "member";
    this.watch(store, (view) => view.access.pairing, (pairing) => pairing || this.closed());
    this.every(TICK_MS, () => this.tick());
  }

  choice(role) {
    const input = h("input", {
      type: "radio", name: "invite-role", value: role, "aria-describedby": "invite-means",
      onchange: () => {
        this.wanted = role;
        setText(this.means, t(`invite.means.${role}`));
      },
    });
    input.checked = role === "member";
    return h("label", {}, input, h("span", { text: t(`role.${role}`) }));
  }

  async open() {
    try {
      const { pairings } = await connection.ask({ type: "pairings.list" });
      this.known = new Set(pairings.map(({ id }) => id));
      this.show(await connection.ask({ type: "pairings.open", role: this.wanted }));
    } catch (refusal) {
      complain(refusal);
    }
  }

  show({ code, seconds, url, qr, role }) {
    this.until = Date.now() + seconds * 1000;
    const digits = `${code.slice(0, 3)} ${code.slice(3)}`;
    this.sheet.replaceChildren(
      h("h4", { text: t(`invite.title.${role}`) }),
      qrPicture(qr, t("invite.qr")),
      h("p", { class: "faint", text: t("invite.scan", { address: new URL(url).host }) }),
      h("p", { class: "digits" },
        h("span", { "aria-hidden": "true", text: digits }),
        h("span", { class: "unseen", text: [...code].join(" ") })),
      h("p", { class: "faint" }, this.left),
      h("button", { type: "button", class: "quiet", text: t("close"), onclick: () => this.hide() }),
    );
    this.sheet.hidden = false;
    this.form.hidden = true;
    this.tick();
    this.sheet.focus({ preventScroll: true });
    this.sheet.scrollIntoView({ block: "nearest" });
  }

  hide() {
    this.until = 0;
    const inside = this.sheet.contains(document.activeElement);
    this.sheet.hidden = true;
    this.form.hidden = false;
    this.sheet.replaceChildren();
    if (inside) this.button.focus();
  }

  tick() {
    if (!this.until) return;
    const ms = this.until - Date.now();
    setText(this.left, t("invite.left", { left: lengthText(Math.max(0, ms)) }));
    this.left.setAttribute("aria-label", t("invite.left", { left: lengthSpoken(Math.max(0, ms)) }));
    if (ms <= 0) this.closed();
  }

  /** The code does not hold any more: somebody has come in, or nobody can. */
  async closed() {
    if (!this.until) return;
    this.hide();
    try {
      const { pairings } = await connection.ask({ type: "pairings.list" });
      const came = pairings.find(({ id }) => !this.known.has(id));
      say(came ? t("invite.came", came) : t("invite.over"));
      if (came) this.dispatchEvent(new CustomEvent("came", { detail: came }));
    } catch (refusal) {
      complain(refusal);
    }
  }
}

/** A picture of rows of `0` (light) and `1` (dark), for the ear called `label`. */
function qrPicture(rows, label) {
  const size = rows.length + 2 * QUIET;
  const svg = make("svg", {
    viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges",
  });
  svg.classList.add("qr");
  const dark = rows.flatMap((row, y) =>
    [...row.matchAll(/1+/g)].map(
      ({ index, 0: run }) => `M${index + QUIET} ${y + QUIET}h${run.length}v1h-${run.length}z`,
    ),
  );
  svg.append(
    make("rect", { width: size, height: size, fill: "#fff" }),
    make("path", { d: dark.join(""), fill: "#000" }),
  );
  return svg;
}

function make(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

customElements.define("tone-invite", Invite);
customElements.define("tone-people", People);
