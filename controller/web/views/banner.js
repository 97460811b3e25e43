/** Says that the speaker cannot be reached, as long as that is so. */

import { h, Part, setText } from "../lib/element.js";
import { connection, store } from "../lib/speaker.js";
import { t } from "../strings.js";

const PATIENCE_MS = 600;

/** `<tone-banner>`: above all else while the connection is lost; a short loss is not worth a word. */
export class Banner extends Part {
  build() {
    this.setAttribute("role", "status");
    this.hidden = true;
    this.text = h("span", { dir: "auto" });
    this.append(
      this.text,
      h("button", {
        type: "button", class: "quiet", text: t("banner.now"), onclick: () => connection.start(),
      }),
    );
    this.timer = 0;
    this.hear(connection, "status", () => this.follow());
    this.follow();
  }

  follow() {
    const away = connection.status === "lost" || connection.status === "connecting";
    if (!away) {
      clearTimeout(this.timer);
      this.timer = 0;
      this.hidden = true;
    } else if (!this.timer) {
      this.timer = setTimeout(() => this.show(), PATIENCE_MS);
    }
  }

  show() {
    const name = store.view?.receiver.name;
    setText(this.text, name ? t("banner.lost", { name }) : t("banner.first"));
    this.hidden = false;
  }
}

customElements.define("tone-banner", Banner);
