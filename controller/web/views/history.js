/** What was played on a speaker: to be played again. */

import { entryOf } from "../lib/entries.js";
import { h, iconButton, Part, setText } from "../lib/element.js";
import { say } from "../lib/notices.js";
import { add, playNow } from "../lib/queue.js";
import { ask, complain, connection, may, shown, store } from "../lib/speaker.js";
import { ago, creditOf, dayOf, daysAgo, hourOf, titleOf } from "../lib/text.js";
import { t } from "../strings.js";
import { dim } from "./transport.js";

const MOST = 100;
const TICK_MS = 30000;

/** `<tone-history>`: the last hundred of the speaker that is shown, by day, the newest first. */
export class History extends Part {
  build() {
    this.days = h("div", { class: "days" });
    this.empty = h(
      "div", { class: "empty", hidden: true },
      h("p", { text: t("history.empty") }), h("p", { class: "faint", text: t("history.empty_hint") }),
    );
    this.append(h("div", { class: "bar" }, h("h2", { text: t("view.history") })), this.empty, this.days);
    this.played = [];
    this.asked = 0;
    this.watch(store, newsOf, () => this.fetch());
    this.hear(connection, "status", () => connection.status === "ready" && this.fetch());
    this.every(TICK_MS, () => this.tick());
  }

  async fetch() {
    this.asked += 1;
    const { asked } = this;
    try {
      const { items } = await ask({ type: "history.list", offset: 0, count: MOST });
      if (asked === this.asked) this.show(items);
    } catch (refusal) {
      // Without a connection the banner tells; then it is asked for again.
      if (refusal.code !== "offline") complain(refusal);
    }
  }

  show(played) {
    this.played = played;
    this.midnight = new Date().getDate();
    const rows = new Map([...this.days.querySelectorAll("tone-played")].map((row) => [row.key, row]));
    const focused = document.activeElement;
    const days = new Map();
    for (const item of played) {
      const key = `${item.number} ${JSON.stringify(item.tags)}`;
      const row = rows.get(key) ?? new PlayedRow(key, item);
      const day = dayOf(item.played_at);
      if (!days.has(day)) days.set(day, []);
      days.get(day).push(row);
      row.tick();
    }
    this.days.replaceChildren(...[...days].map(([day, rowsOfDay]) =>
      h("section", {}, h("h3", { text: day }), h("div", { class: "rows", role: "list" }, ...rowsOfDay)),
    ));
    if (this.days.contains(focused)) focused.focus({ preventScroll: true });
    this.empty.hidden = played.length > 0;
  }

  /** Time passes. */
  tick() {
    if (this.midnight !== new Date().getDate()) this.show(this.played);
    else for (const row of this.days.querySelectorAll("tone-played")) row.tick();
  }
}

/** What is another value when there is more history: of other speakers, their item is told alone. */
function newsOf(view) {
  const { id, session } = shown(view);
  return `${id} ${id === view.receiver.id ? view.history?.revision : session.item?.id}`;
}

/** `<tone-played>`: one of them. */
class PlayedRow extends HTMLElement {
  constructor(key, item) {
    super();
    this.key = key;
    this.item = item;
  }

  connectedCallback() {
    if (!this.firstChild) this.build();
  }

  build() {
    const { item } = this;
    const title = titleOf(item);
    const by = item.added_by ? t("playing.added_by", { name: item.added_by }) : "";
    const credit = [item.live ? t("playing.live") : "", creditOf(item), by].filter(Boolean);
    this.setAttribute("role", "listitem");
    this.pick = h(
      "button", { type: "button", class: "pick", onclick: () => this.again() },
      h("span", { class: "row-title", dir: "auto", text: title }),
      h("span", { class: "faint row-credit" },
        ...credit.flatMap((text, place) => [place > 0 && " · ", h("bdi", { text })])),
    );
    this.pick.setAttribute("aria-label", t("history.play", { title }));
    this.time = h("time", {
      class: "faint row-length", datetime: new Date(item.played_at * 1000).toISOString(),
    });
    dim(this.pick, "play");
    const adding = iconButton("plus", t("history.add", { title }), () => this.add());
    this.append(this.pick, this.time, adding);
    this.tick();
  }

  tick() {
    if (!this.time) return;
    const { played_at: at } = this.item;
    setText(this.time, daysAgo(at) ? hourOf(at) : ago(at));
  }

  async again() {
    if (!may("play")) say(t("error.forbidden"), { kind: "refusal" });
    else await playNow([entryOf(this.item)]).catch(complain);
  }

  async add() {
    try {
      await add([entryOf(this.item)]);
      say(t("cast.added", { n: 1 }));
    } catch (refusal) {
      complain(refusal);
    }
  }
}

customElements.define("tone-played", PlayedRow);
customElements.define("tone-history", History);
