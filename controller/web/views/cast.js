/** Where music comes in: a link that is pasted, a file that is chosen or dropped. */

import { entriesIn, hasTooLong, isPlaylist } from "../lib/entries.js";
import { h, iconButton, Part } from "../lib/element.js";
import { tokenOf } from "../lib/keep.js";
import { say } from "../lib/notices.js";
import { add, playNow } from "../lib/queue.js";
import { complain, may, shownId, speakerOf, store } from "../lib/speaker.js";
import { plain } from "../lib/text.js";
import { CANCELLED, textOf, upload } from "../lib/upload.js";
import { has, t } from "../strings.js";

const ACCEPT = "audio/*,.ogg,.oga,.m3u,.m3u8,.pls,.xspf,.jspf";

/** `<tone-cast>`: the box, and the files that are on their way. */
export class Cast extends Part {
  build() {
    this.field = h("textarea", {
      rows: 1, class: "url", "aria-label": t("cast.url"), placeholder: t("cast.placeholder"),
      inputmode: "url", autocapitalize: "none", autocomplete: "off", spellcheck: "false",
      onkeydown: (event) => this.key(event),
    });
    this.chooser = h("input", {
      type: "file", multiple: true, accept: ACCEPT, hidden: true,
      onchange: () => this.takeChosen(),
    });
    const button = (key, run, name) =>
      h("button", { type: "button", class: name, text: t(key), onclick: run });
    this.sent = h("ul", { class: "uploads" });
    this.append(
      h(
        "form", { class: "cast", "aria-label": t("cast.label") }, this.field,
        may("play") && button("cast.play", () => this.cast(playNow), "filled"),
        button("cast.add", () => this.cast(add, true), "quiet"),
        iconButton("file", t("cast.file"), () => this.chooser.click()),
        this.chooser,
      ),
      this.sent,
    );
  }

  key(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.cast(may("play") ? playNow : add, !may("play"));
  }

  /** Do with what was pasted as the button says. */
  async cast(how, tell = false) {
    const pasted = this.field.value;
    try {
      const entries = entriesIn(pasted);
      if (!entries.length || hasTooLong(pasted)) {
        say(t(hasTooLong(pasted) ? "cast.too_long" : "cast.no_url"), { kind: "refusal" });
        this.field.focus();
        return;
      }
      this.field.value = "";
      await how(entries);
      if (tell) say(t("cast.added", { n: entries.length }));
    } catch (refusal) {
      this.field.value ||= pasted;
      complain(refusal);
    }
  }

  takeChosen() {
    const files = [...this.chooser.files];
    this.chooser.value = "";
    this.take(files);
  }

  /**
   * Send files one after the other; the first plays as soon as it is there, the others follow: at the
   * speaker that is shown now.
   */
  async take(files) {
    const to = shownId();
    let first = may("play");
    let index = "end";
    for (const file of files) {
      const entries = await this.entriesFrom(file);
      if (!entries.length) continue;
      try {
        if (first) await playNow(entries, to);
        else await add(entries, to, index);
        if (first) index = (speakerOf(store.view, to)?.session?.queue.index ?? 0) + entries.length;
        else if (index !== "end") index += entries.length;
        first = false;
      } catch (refusal) {
        complain(refusal);
      }
    }
  }

  /** What a file is to the queue, or nothing, and why: one that is no good keeps none of the others. */
  async entriesFrom(file) {
    const name = plain(file.name);
    try {
      if (!isPlaylist(file)) return [{ url: await this.send(file, name) }];
      const entries = entriesIn(await textOf(file), file.name);
      if (!entries.length) say(t("cast.no_entries", { name }), { kind: "refusal" });
      return entries;
    } catch (refusal) {
      const key = `upload.${refusal.code}`;
      if (has(key)) say(t(key, { name }), { kind: "refusal" });
      else if (refusal.code !== CANCELLED) complain(refusal);
      return [];
    }
  }

  /** Gives its address at the receiver. Raises `Refusal`. */
  async send(file, name) {
    const abort = new AbortController();
    const bar = h("progress", { max: 1, value: 0, "aria-label": t("upload.progress", { name }) });
    const row = h(
      "li", {}, h("span", { class: "row-title", dir: "auto", text: name }), bar,
      iconButton("close", t("upload.cancel", { name }), () => abort.abort()),
    );
    this.sent.append(row);
    try {
      const token = tokenOf(store.view.receiver.id);
      const progress = (part) => (bar.value = part);
      return await upload(file, token, progress, abort.signal);
    } finally {
      row.remove();
    }
  }
}

customElements.define("tone-cast", Cast);
