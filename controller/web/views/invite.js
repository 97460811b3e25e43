/** Letting somebody in: a code to say, and the same as a picture for a phone's camera. */

import { h, Part, setText } from "../lib/element.js";
import { say } from "../lib/notices.js";
import { qrPicture } from "../lib/qr.js";
import { complain, connection, store } from "../lib/speaker.js";
import { lengthSpoken, lengthText } from "../lib/text.js";
import { t } from "../strings.js";

const ROLES = ["member", "guest", "owner"];
const TICK_MS = 500;

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

customElements.define("tone-invite", Invite);
