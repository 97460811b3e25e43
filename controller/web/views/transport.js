/** Play, pause, next, previous, and the order of the queue. */

import { h, icon, iconButton, Part, setAttribute, setLabel } from "../lib/element.js";
import { say } from "../lib/notices.js";
import { act, connection, may, position, select, speakerUs, store } from "../lib/speaker.js";
import { t } from "../strings.js";

const NEXT_REPEAT = { off: "all", all: "one", one: "off" };
const LONG_S = 60;
const ON = new Set(["playing", "loading", "buffering"]);
const BUSY = new Set(["loading", "buffering"]);

/** Pause what plays, or go on with what stands; for buttons and keys. */
export function playOrPause() {
  const { playback, anchor } = select.session(store.view);
  if (ON.has(playback)) {
    const still = anchor && { position_ms: position(), at_us: speakerUs() ?? 0, rate: 0 };
    const guess = { session: { playback: "paused", ...(still && { anchor: still }) } };
    return act({ type: "pause" }, { guess });
  }
  const guess = playback === "paused" ? { session: { playback: "playing" } } : null;
  return act({ type: "resume" }, { guess, seconds: LONG_S });
}

/** Play the item that follows; for a guest a vote for that, of which the count is shown. */
export async function next() {
  const result = await act({ type: "next" }, { seconds: LONG_S });
  if (result?.needed) say(t("transport.votes", { n: result.votes, needed: result.needed }));
}

/** `<tone-play-button>`: the one that is play or pause. */
export class PlayButton extends Part {
  build() {
    const pictures = h("span", { class: "pictures" }, icon("play"), icon("pause"));
    this.button = h("button", { type: "button", class: "play", onclick: playOrPause }, pictures);
    this.append(this.button);
    this.watch(store, select.playback, (playback) => {
      const on = ON.has(playback);
      this.dataset.on = on ? "on" : "";
      this.dataset.busy = BUSY.has(playback) ? "busy" : "";
      setLabel(this.button, t(on ? "transport.pause" : "transport.play"));
      setAttribute(this.button, "aria-busy", BUSY.has(playback));
      dim(this.button, on ? "pause" : "resume");
    });
  }
}

/** `<tone-transport>`: the row of buttons. */
export class Transport extends Part {
  build() {
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", t("transport.label"));
    this.shuffle = iconButton("shuffle", t("transport.shuffle"), () => this.toggleShuffle());
    this.repeat = iconButton("repeat", t("transport.repeat"), () => this.nextRepeat());
    const vote = connection.role === "guest" ? "transport.vote" : "transport.next";
    const previous = iconButton("previous", t("transport.previous"), () =>
      act({ type: "previous" }, { seconds: LONG_S }),
    );
    const following = iconButton("next", t(vote), next);
    this.append(this.shuffle, previous, h("tone-play-button"), following, this.repeat);
    dim(previous, "previous");
    dim(this.shuffle, "shuffle");
    dim(this.repeat, "repeat");
    this.watch(store, (view) => select.queue(view).shuffle, (shuffle) => {
      this.shuffle.setAttribute("aria-pressed", shuffle);
    });
    this.watch(store, (view) => select.queue(view).repeat, (repeat) => {
      this.repeat.setAttribute("aria-pressed", repeat !== "off");
      this.repeat.dataset.repeat = repeat;
      setLabel(this.repeat, t(`transport.repeat.${repeat}`));
    });
  }

  toggleShuffle() {
    const shuffle = !select.queue(store.view).shuffle;
    act({ type: "shuffle", shuffle }, { guess: { session: { queue: { shuffle } } } });
  }

  nextRepeat() {
    const repeat = NEXT_REPEAT[select.queue(store.view).repeat];
    act({ type: "repeat", repeat }, { guess: { session: { queue: { repeat } } } });
  }
}

/** A button that our role may not use looks so; pressed all the same, it says why. */
export function dim(button, command) {
  setAttribute(button, "aria-disabled", may(command) ? null : "true");
}

customElements.define("tone-play-button", PlayButton);
customElements.define("tone-transport", Transport);
