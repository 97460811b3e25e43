/** Every speaker of the house: what it plays, how loud; and moving the music there. */

import { h, Part, question, setAttribute, setText } from "../lib/element.js";
import { say } from "../lib/notices.js";
import { ask, choose, complain, may, shown, shownId, speakerOf, store } from "../lib/speaker.js";
import { creditOf, reasonOf, titleOf } from "../lib/text.js";
import { language, t } from "../strings.js";
import "./volume.js";

const MOVE_S = 60;
const order = new Intl.Collator(language, { numeric: true });

/** `<tone-speakers>`: all of them, of which the one that this page shows is marked. */
export class Speakers extends Part {
  build() {
    this.rooms = new Map();
    this.list = h("ul", { class: "rooms" });
    this.alone = h("p", { class: "faint", text: t("speakers.alone") });
    this.said = h("p", { class: "unseen", "aria-live": "polite" });
    this.append(
      h("div", { class: "bar" }, h("h2", { text: t("view.speakers") })),
      this.list, this.alone, this.said,
    );
    this.watch(store, (view) => view, (view) => this.show(view));
  }

  show(view) {
    const ids = [view.receiver.id, ...Object.keys(view.peers)];
    const speakers = ids.map((id) => speakerOf(view, id));
    speakers.sort((one, other) => order.compare(one.name, other.name));
    for (const [id, room] of this.rooms) {
      if (ids.includes(id)) continue;
      room.remove();
      this.rooms.delete(id);
    }
    speakers.forEach((speaker, place) => {
      if (!this.rooms.has(speaker.id)) this.rooms.set(speaker.id, new Room(this, speaker.id));
      const room = this.rooms.get(speaker.id);
      if (this.list.children[place] !== room) {
        this.list.insertBefore(room, this.list.children[place] ?? null);
      }
      room.show(view, speaker);
    });
    this.alone.hidden = ids.length > 1;
  }

  /** Move the music of the speaker `at` to a room, and show it there. */
  async move(room, at = shownId(), replace = false) {
    const { id, name } = speakerOf(store.view, room.at);
    room.setBusy(true);
    setText(this.said, t("speakers.moving_to", { name }));
    try {
      await ask({ type: "transfer", to: id, replace }, { seconds: MOVE_S, at });
      choose(id);
      setText(this.said, t("speakers.moved", { name }));
    } catch (refusal) {
      setText(this.said, "");
      if (refusal.code === "target_playing" && !replace) this.askWhether(room, at);
      else complain(refusal);
    } finally {
      room.setBusy(false);
    }
  }

  /** The speaker plays something else. */
  askWhether(room, at) {
    if (!room.isConnected) return;
    const { id, name } = speakerOf(store.view, room.at);
    question(room, t("speakers.replace_question", { name }), [
      { label: t("speakers.replace"), filled: true, run: () => this.move(room, at, true) },
      { label: t("speakers.control_other"), run: () => choose(id) },
      { label: t("cancel") },
    ]);
  }
}

/** `<tone-room>`: one speaker. What a tap on it does is written on it. */
class Room extends HTMLElement {
  constructor(list, at) {
    super();
    this.speakers = list;
    this.at = at;
    this.busy = false;
    this.action = "";
  }

  build() {
    this.setAttribute("role", "listitem");
    this.heading = h("span", { class: "room-name", dir: "auto" });
    this.plays = h("span", { class: "faint row-credit", dir: "auto" });
    this.does = h("span", { class: "does" });
    this.pick = h(
      "button", { type: "button", class: "pick room-pick", onclick: () => this.tapped() },
      h("span", { class: "room-words" }, this.heading, this.plays), this.does,
    );
    this.problem = h("p", { class: "problem", hidden: true });
    this.progress = h("div", { class: "moving", hidden: true });
    this.control = h("button", { type: "button", class: "plain", onclick: () => choose(this.at) });
    this.page = h("a", { class: "plain" });
    const volume = document.createElement("tone-volume");
    volume.at = this.at;
    this.loudness = h("div", { class: "room-volume" }, volume);
    this.more = h("div", { class: "room-more" }, this.control, this.page);
    this.append(this.pick, this.progress, this.problem, this.loudness, this.more);
  }

  show(view, speaker) {
    if (!this.pick) this.build();
    const { name, connected, volume, problem } = speaker;
    this.action = actionOn(view, speaker);
    setAttribute(this, "aria-current", this.action === "current" ? "true" : null);
    setAttribute(this.pick, "aria-disabled", this.action === "away" ? "true" : null);
    setText(this.heading, name);
    setText(this.plays, this.busy ? t("speakers.moving") : playsText(speaker));
    setText(this.does, this.busy || this.action === "away" ? "" : t(`speakers.${this.action}`));
    this.problem.hidden = !(connected && problem);
    setText(this.problem, problem ? reasonOf(problem) : "");
    this.loudness.hidden = !(connected && volume);
    this.loudness.firstChild.called(name);
    this.control.hidden = this.action !== "move";
    label(this.control, t("speakers.control"), name);
    this.showPage(view, speaker);
    this.more.hidden = this.control.hidden && this.page.hidden;
    setAttribute(this, "data-sounds", connected && speaker.session?.playback === "playing");
  }

  /** The page that another speaker serves itself. */
  showPage(view, { id, name, host, port, connected }) {
    const here = id === view.receiver.id || !connected || !host || host.includes("%");
    this.page.hidden = here;
    if (here) return;
    const address = host.includes(":") ? `[${host}]` : host;
    setAttribute(this.page, "href", `${location.protocol}//${address}:${port}/`);
    label(this.page, t("speakers.page"), name);
  }

  setBusy(busy) {
    this.busy = busy;
    if (!this.isConnected) return;
    this.progress.hidden = !busy;
    setAttribute(this.pick, "aria-busy", busy ? "true" : null);
    this.show(store.view, speakerOf(store.view, this.at));
  }

  tapped() {
    const { name } = speakerOf(store.view, this.at);
    if (this.busy) return;
    if (this.action === "move") this.speakers.move(this);
    else if (this.action === "show") choose(this.at);
    else if (this.action === "current") location.hash = "playing";
    else say(t("speakers.away_why", { name }), { kind: "refusal" });
  }
}

/** What a tap does: the music goes there, or, where none can be moved by us, we go there. */
function actionOn(view, { id, connected }) {
  const from = shown(view);
  if (id === from.id) return "current";
  if (!connected) return "away";
  return may("transfer") && from.connected && from.session.item ? "move" : "show";
}

function playsText({ connected, session }) {
  if (!connected) return t("speakers.not_connected");
  if (!session) return ""; // it has not told yet
  const { item, playback } = session;
  if (!item) return t("playing.nothing");
  const title = [titleOf(item), creditOf(item)].filter(Boolean).join(" – ");
  return playback === "paused" ? t("speakers.paused", { title }) : title;
}

/** A text that is short to the eye, and says to the ear which speaker is meant. */
function label(element, text, name) {
  if (element.dataset.of === name) return;
  element.dataset.of = name;
  element.replaceChildren(text, h("span", { class: "unseen", text: ` – ${name}` }));
}

customElements.define("tone-room", Room);
customElements.define("tone-speakers", Speakers);
