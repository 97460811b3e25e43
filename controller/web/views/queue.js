/** What is to come: the items of the queue, to be played, moved and removed. */

import "./cast.js";
import { entryOf } from "../lib/entries.js";
import { h, iconButton, Part, setAttribute, setLabel, setText } from "../lib/element.js";
import { say } from "../lib/notices.js";
import { add, clear, jump, QueueWindow, remove } from "../lib/queue.js";
import { Reorder } from "../lib/reorder.js";
import { complain, connection, may, select, shown, shownId, store } from "../lib/speaker.js";
import { creditOf, lengthText, titleOf } from "../lib/text.js";
import { t } from "../strings.js";

/** `<tone-queue>`: the cast box and the queue of the speaker that is shown. */
export class Queue extends Part {
  build() {
    this.window = new QueueWindow();
    this.rows = new Map();
    this.count = h("span", { class: "faint" });
    this.clearing = h("button", {
      type: "button", class: "quiet", text: t("queue.clear"), onclick: () => this.clear(),
    });
    this.list = h("div", { class: "rows", role: "list" });
    this.sorting = new Reorder(this.list, (row, by) => this.move(row.item, by));
    this.empty = h(
      "div", { class: "empty" },
      h("p", { text: t("queue.empty") }), h("p", { class: "faint", text: t("queue.empty_hint") }),
    );
    const more = (key, onclick) =>
      h("button", { type: "button", class: "quiet more", text: t(key), onclick });
    this.earlier = more("queue.earlier", () => this.window.earlier());
    this.later = more("queue.later", () => this.window.later());
    this.said = h("p", { class: "unseen", "aria-live": "assertive" });
    this.append(
      h("tone-cast"),
      h("div", { class: "bar" }, h("h2", { text: t("view.queue") }), this.count, this.clearing),
      this.empty, this.earlier, this.list, this.later, this.said,
    );
    this.hear(this.window, "change", () => this.show());
    this.hear(connection, "status", () => connection.status === "ready" && this.window.fetch());
    this.watch(store, (view) => shown(view).id, () => this.follow());
    this.watch(store, select.queue, () => this.follow());
    this.watch(store, (view) => select.item(view)?.id, () => this.mark());
  }

  follow() {
    this.window.follow(select.queue(store.view));
  }

  show() {
    const { items, known, length } = this.window;
    const rows = items.map((item) => this.rowOf(item));
    const focused = document.activeElement;
    this.rows = new Map(rows.map((row) => [row.item.id, row]));
    rows.forEach((row, place) => row.limit(place === 0, place === rows.length - 1));
    rows.forEach((row, place) => {
      const there = this.list.children[place];
      if (there !== row) this.list.insertBefore(row, there ?? null);
    });
    while (this.list.children.length > rows.length) this.list.lastChild.remove();
    if (this.list.contains(focused)) focused.focus({ preventScroll: true });
    this.empty.hidden = !known || length > 0;
    this.clearing.hidden = length === 0 || !may("queue.clear");
    this.earlier.hidden = !this.window.hasEarlier;
    this.later.hidden = !this.window.hasLater;
    setText(this.count, length ? t("queue.length", { n: length }) : "");
    this.mark();
  }

  rowOf(item) {
    const row = this.rows.get(item.id) ?? new Row(this);
    row.show(item);
    return row;
  }

  mark() {
    const current = select.item(store.view)?.id;
    const { shuffle } = select.queue(store.view);
    let past = !shuffle && this.rows.has(current);
    for (const [id, row] of this.rows) {
      past &&= id !== current;
      row.mark(id === current, past);
    }
  }

  async clear() {
    try {
      const undo = await clear();
      if (undo) sayUndo(t("queue.cleared"), undo);
    } catch (refusal) {
      complain(refusal);
    }
  }

  async remove(item) {
    const at = shownId();
    const index = this.window.from + this.window.items.indexOf(item);
    const row = this.rows.get(item.id);
    const next = row.nextElementSibling ?? row.previousElementSibling;
    this.window.removeShown(item);
    next?.focusRemove();
    if (!(await remove(item))) this.window.fetch();
    else sayUndo(t("queue.removed", { title: titleOf(item) }), () => add([entryOf(item)], at, index));
  }

  /** Move an item `by` places down, if there is room; read it out. */
  async move(item, by) {
    const { window } = this;
    const shown = window.items.indexOf(item);
    if (shown < 0 || !(shown + by in window.items)) return;
    const index = window.from + shown + by;
    const place = { title: titleOf(item), place: index + 1, n: window.length };
    setText(this.said, t("queue.moved", place));
    try {
      await window.move(item, index);
    } catch (refusal) {
      if (refusal.code === "conflict") say(t("queue.conflict"), { kind: "refusal" });
      else complain(refusal);
    }
  }
}

function sayUndo(text, undo) {
  const run = () => undo().catch(complain);
  say(text, { action: { label: t("undo"), run } });
}

const KEYS = { ArrowUp: -1, ArrowDown: 1 };

/** `<tone-row>`: one item. */
class Row extends HTMLElement {
  constructor(queue) {
    super();
    this.queue = queue;
    this.item = null;
  }

  build() {
    const { queue } = this;
    this.setAttribute("role", "listitem");
    this.heading = h("span", { class: "row-title", dir: "auto" });
    this.credit = h("span", { class: "faint row-credit", dir: "auto" });
    this.length = h("span", { class: "faint row-length" });
    this.pick = h(
      "button", { type: "button", class: "pick", onclick: () => jump(this.item) },
      h("span", { class: "unseen", text: t("queue.play") }), this.heading, this.credit,
    );
    this.handle = iconButton("handle", "", () => this.toggle(), { class: "round handle" });
    this.handle.addEventListener("pointerdown", (event) => queue.sorting.begin(event, this));
    this.up = iconButton("up", "", () => queue.move(this.item, -1));
    this.down = iconButton("down", "", () => queue.move(this.item, 1));
    this.removing = iconButton("close", "", () => queue.remove(this.item));
    this.steps = h("span", { class: "steps", hidden: true }, this.up, this.down);
    this.append(this.handle, this.pick, this.length, this.steps, this.removing);
    this.addEventListener("keydown", (event) => this.step(event));
    this.handle.hidden = !may("queue.move");
    this.removing.hidden = !may("queue.remove");
  }

  show(item) {
    if (!this.item) this.build();
    if (this.item === item) return;
    this.item = item;
    const title = titleOf(item);
    setText(this.heading, title);
    const by = item.added_by ? t("playing.added_by", { name: item.added_by }) : "";
    setText(this.credit, [creditOf(item), by].filter(Boolean).join(" · "));
    setText(this.length, item.duration_ms ? lengthText(item.duration_ms) : "");
    setLabel(this.handle, t("queue.move", { title }));
    setLabel(this.up, t("queue.move_up", { title }));
    setLabel(this.down, t("queue.move_down", { title }));
    setLabel(this.removing, t("queue.remove", { title }));
  }

  mark(current, past) {
    setAttribute(this, "aria-current", current ? "true" : null);
    this.classList.toggle("past", past);
  }

  /** Nothing goes up from the first place or down from the last; who has come there keeps the focus. */
  limit(first, last) {
    setAttribute(this.up, "aria-disabled", first ? "true" : null);
    setAttribute(this.down, "aria-disabled", last ? "true" : null);
  }

  /** The handle, tapped instead of dragged, shows buttons that do the same. */
  toggle() {
    this.steps.hidden = !this.steps.hidden;
    this.length.hidden = !this.steps.hidden;
    this.handle.setAttribute("aria-expanded", !this.steps.hidden);
  }

  step(event) {
    const by = KEYS[event.key];
    if (!by || !(event.altKey || event.target === this.handle) || !may("queue.move")) return;
    event.preventDefault();
    this.queue.move(this.item, by);
  }

  focusRemove() {
    this.removing.focus();
  }
}

customElements.define("tone-row", Row);
customElements.define("tone-queue", Queue);
