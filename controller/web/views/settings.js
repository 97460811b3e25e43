/** What can be set: the speaker, who may command it, and this device. */

import { h, Part } from "../lib/element.js";
import { may } from "../lib/speaker.js";
import { t } from "../strings.js";
import "./about.js";
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

customElements.define("tone-settings", Settings);
