/** Short messages above the page, each for a while: what was done, and why something was not. */

import { h, iconButton, Part } from "../lib/element.js";
import { notices } from "../lib/notices.js";
import { t } from "../strings.js";

const STAYS_MS = { news: 5000, refusal: 9000 };
const WITH_ACTION_MS = 12000;
const MOST = 3;

/** `<tone-notices>`: shows what is said by `lib/notices.js`. */
export class Notices extends Part {
  build() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("notices.label"));
    this.polite = h("div", { "aria-live": "polite", class: "notices" });
    this.append(this.polite);
    this.hear(notices, "notice", ({ detail }) => this.show(detail));
  }

  show({ text, kind, action }) {
    const close = () => notice.remove();
    const act = () => {
      close();
      action.run();
    };
    const notice = h(
      "div", { class: `notice ${kind}` },
      h("p", { dir: "auto", text }),
      action && h("button", { type: "button", class: "quiet", text: action.label, onclick: act }),
      iconButton("close", t("close"), close),
    );
    for (const old of [...this.polite.children]) {
      if (old.firstChild.textContent === text) old.remove();
    }
    this.polite.append(notice);
    if (this.polite.children.length > MOST) this.polite.firstChild.remove();
    this.leaveLater(notice, action ? WITH_ACTION_MS : STAYS_MS[kind]);
  }

  /** Nothing goes away while somebody is at it. */
  leaveLater(notice, ms) {
    setTimeout(() => {
      if (notice.matches(":hover, :focus-within")) this.leaveLater(notice, ms);
      else notice.remove();
    }, ms);
  }
}

customElements.define("tone-notices", Notices);
