/** What plays now: its picture and name, and all that moves it. */

import "./art.js";
import "./seek.js";
import "./transport.js";
import "./volume.js";
import { h, Part, setText } from "../lib/element.js";
import { choose, isElsewhere, select, store } from "../lib/speaker.js";
import { creditOf, reasonOf, titleOf } from "../lib/text.js";
import { t } from "../strings.js";

/** `<tone-playing>`: the view of what plays on the speaker that is shown. */
export class Playing extends Part {
  build() {
    this.heading = h("h2", { class: "title", dir: "auto" });
    this.credit = h("p", { class: "credit", dir: "auto" });
    this.by = h("p", { class: "faint", dir: "auto" });
    this.problem = h("p", { class: "problem", role: "status", hidden: true });
    this.elsewhere = h("div", { class: "elsewhere" });
    this.start = h("a", { class: "filled start", href: "#queue", text: t("playing.add") });
    this.append(
      h("tone-art"),
      h(
        "div", { class: "deck" },
        h("div", { class: "words" }, this.heading, this.credit, this.by),
        this.problem, this.elsewhere, this.start,
        h("tone-seek"), h("tone-transport"), h("tone-volume"),
      ),
    );
    this.watch(store, select.item, (item) => this.name(item));
    this.watch(store, select.problem, (problem) => this.complain(problem));
    this.watch(store, othersAsText, () => this.offer());
    this.watch(store, select.item, () => this.offer());
  }

  name(item) {
    this.dataset.idle = item ? "" : "idle";
    setText(this.heading, item ? titleOf(item) : t("playing.nothing"));
    setText(this.credit, item ? creditOf(item) : t("playing.hint"));
    setText(this.by, item?.added_by ? t("playing.added_by", { name: item.added_by }) : "");
    this.start.hidden = Boolean(item) || select.queue(store.view).length > 0;
  }

  complain(problem) {
    this.problem.hidden = !problem;
    setText(this.problem, problem ? reasonOf(problem) : "");
  }

  /** Where nothing plays here, music of other speakers is a tap away. */
  offer() {
    const { view } = store;
    const playing = select.item(view) ? [] : others(view);
    this.elsewhere.replaceChildren(
      ...playing.map(({ id, name, session }) =>
        h("button", {
          type: "button",
          class: "quiet",
          dir: "auto",
          text: t("playing.at", { name, title: titleOf(session.item) }),
          onclick: () => choose(id),
        }),
      ),
    );
  }
}

/** `<tone-told>`: for the ear: what plays, whichever view is seen. */
export class Told extends Part {
  build() {
    this.className = "unseen";
    this.setAttribute("aria-live", "polite");
    this.watch(store, select.item, (item) => setText(this, announcement(item)));
  }
}

function announcement(item) {
  if (!item) return t("playing.nothing");
  const title = titleOf(item);
  const { artist } = item.tags;
  return artist ? t("playing.now_by", { title, artist }) : t("playing.now", { title });
}

/** Every speaker but the one that is shown that plays something. */
function others(view) {
  const all = [{ ...view.receiver, session: view.session }, ...Object.values(view.peers)];
  const here = isElsewhere(view) ? view.chosen : view.receiver.id;
  return all.filter(({ id, session }) => id !== here && session?.item);
}

function othersAsText(view) {
  return others(view).map(({ id, session }) => `${id} ${session.item.id}`).join();
}

/** `<tone-mini>`: what plays, in one line, beside the other views of a phone. */
export class Mini extends Part {
  build() {
    this.link = h("a", { href: "#playing", class: "mini-title", dir: "auto" });
    this.append(this.link, h("tone-play-button"));
    this.watch(store, select.item, (item) => {
      this.hidden = !item;
      setText(this.link, item ? titleOf(item) : "");
    });
  }
}

customElements.define("tone-playing", Playing);
customElements.define("tone-mini", Mini);
customElements.define("tone-told", Told);
