/** Where music comes in: a link that is pasted, a file that is chosen or dropped. */

import { entriesIn, isPlaylist } from "../lib/entries.js";
import { h, iconButton, Part } from "../lib/element.js";
import { tokenOf } from "../lib/keep.js";
import { say } from "../lib/notices.js";
import { add, playNow } from "../lib/queue.js";
import { complain, may, select, store } from "../lib/speaker.js";
import { plain } from "../lib/text.js";
import { CANCELLED, upload } from "../lib/upload.js";
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
    const entries = entriesIn(this.field.value);
    if (!entries.length) {
      say(t("cast.no_url"), { kind: "refusal" });
      this.field.focus();
      return;
    }
    const pasted = this.field.value;
    this.field.value = "";
    try {
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

  /** Send files one after the other; the first plays as soon as it is there, the others follow. */
  async take(files) {
    let at = "end";
    let how = may("play") ? playNow : add;
    for (const file of files) {
      const entries = await this.entriesFrom(file);
      if (!entries.length) continue;
      try {
        await how(entries, at);
        if (how === playNow) at = (select.queue(store.view).index ?? 0) + entries.length;
        else if (at !== "end") at += entries.length;
        how = add;
      } catch (refusal) {
        complain(refusal);
      }
    }
  }

  /** What a file is to the queue: its address at the receiver, or what a playlist names. */
  async entriesFrom(file) {
    if (!isPlaylist(file)) return this.send(file);
    const entries = entriesIn(await file.text());
    if (!entries.length) say(t("cast.no_entries", { name: plain(file.name) }), { kind: "refusal" });
    return entries;
  }

  async send(file) {
    const abort = new AbortController();
    const name = plain(file.name);
    const bar = h("progress", { max: 1, value: 0, "aria-label": t("upload.progress", { name }) });
    const row = h(
      "li", {}, h("span", { class: "row-title", dir: "auto", text: name }), bar,
      iconButton("close", t("upload.cancel", { name }), () => abort.abort()),
    );
    this.sent.append(row);
    try {
      const token = tokenOf(store.view.receiver.id);
      const progress = (part) => (bar.value = part);
      return [{ url: await upload(file, token, progress, abort.signal) }];
    } catch (refusal) {
      const key = `upload.${refusal.code}`;
      if (has(key)) say(t(key, { name }), { kind: "refusal" });
      else if (refusal.code !== CANCELLED) complain(refusal);
      return [];
    } finally {
      row.remove();
    }
  }
}

customElements.define("tone-cast", Cast);
