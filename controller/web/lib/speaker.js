/** This page's connection, the state, and the speaker that is shown and commanded. */

import { Clock, positionAt } from "./clock.js";
import { Connection } from "./connection.js";
import { keepToken, ownName, tokenOf } from "./keep.js";
import { say } from "./notices.js";
import { Store } from "./store.js";
import { reasonOf } from "./text.js";

const BEAT_MS = 10000;
const BEAT_ANSWER_S = 3;
const MORE_BEATS = 3;

const scheme = location.protocol === "https:" ? "wss:" : "ws:";

/** The state; besides what the receiver tells, `chosen` is the speaker that this page shows. */
export const store = new Store();
/** To the receiver that this page came from. */
export const connection = new Connection(`${scheme}//${location.host}/v1/ws`, tokenOf);
const clock = new Clock();

/** No news to anybody: the command was overtaken by a newer one. */
const OVERTAKEN = "superseded";

// --- which speaker ------------------------------------------------------------------------------

let unchoose = () => {};

/** Show and command another receiver of the house by its id, or, by its own, the page's own. */
export function choose(id) {
  unchoose();
  unchoose = store.guess({ chosen: id });
}

/** Whether the page shows another receiver than the one it came from. */
export function isElsewhere(view) {
  return view.chosen !== undefined && view.peers[view.chosen]?.session !== undefined;
}

/** The speaker that is shown: see `speakerOf`. */
export function shown(view) {
  return speakerOf(view, isElsewhere(view) ? view.chosen : view.receiver.id);
}

/** Its id: for what is begun now and ends later, when another one may be shown. */
export function shownId() {
  return shown(store.view).id;
}

/** Of a speaker that is not connected. */
const GONE = { code: "no_receiver" };

/**
 * A speaker of the house by its id: `id`, `name`, `connected`, and, as it is or as it was when it
 * was last connected, `session`, `volume`, `problem`. Undefined where there is none.
 */
export function speakerOf(view, id) {
  if (id !== view.receiver.id) {
    const peer = view.peers[id];
    return peer && !peer.connected ? { ...peer, problem: GONE } : peer;
  }
  const { receiver, session, volume, problem } = view;
  return { ...receiver, connected: true, session, volume, problem };
}

/** Parts of the speaker that is shown, for `Store.watch`. */
export const select = {
  name: (view) => shown(view).name,
  session: (view) => shown(view).session,
  playback: (view) => shown(view).session.playback,
  item: (view) => shown(view).session.item,
  anchor: (view) => shown(view).session.anchor,
  queue: (view) => shown(view).session.queue,
  volume: (view) => shown(view).volume,
  problem: (view) => shown(view).problem,
};

/** The position heard now, in milliseconds. */
export function position() {
  if (!store.view) return 0;
  const { anchor, item } = shown(store.view).session;
  return positionAt(anchor, speakerUs(), item?.duration_ms);
}

/** Now, on the clock of the speaker that is shown; null as long as it is not known. */
export function speakerUs() {
  const now = clock.nowUs();
  const { view } = store;
  if (now === null || !view || !isElsewhere(view)) return now;
  return now + (view.peers[view.chosen].clock?.offset_us ?? 0);
}

// --- commands -----------------------------------------------------------------------------------

/**
 * Send a command to the speaker `at`, by its id, else to the one that is shown; gives its result.
 * Until the answer `guess`, a merge patch of that speaker, is shown. Raises `Refusal`.
 */
export async function ask(command, { guess = null, seconds, at } = {}) {
  const peer = peerAt(at);
  const asked = connection.ask({ ...command, ...(peer && { receiver: peer }) }, seconds);
  const release = guess ? suppose(guess, at) : null;
  try {
    return await asked;
  } finally {
    release?.();
  }
}

/** Guess a merge patch of a speaker (see `ask`), until what this gives is called. */
export function suppose(patch, at) {
  const peer = peerAt(at);
  return store.guess(peer ? { peers: { [peer]: patch } } : patch);
}

/** The id of a speaker (see `ask`), or null for the one that the page came from. */
function peerAt(at) {
  const { view } = store;
  const id = at ?? (view && shown(view).id);
  return view && id !== view.receiver.id ? id : null;
}

/** As `ask`, for buttons: a refusal is shown, and null is given then. */
export async function act(command, options) {
  try {
    return await ask(command, options);
  } catch (refusal) {
    complain(refusal);
    return null;
  }
}

/** Show why something was refused; what is no `Refusal` is raised again. */
export function complain(refusal) {
  if (!refusal.code) throw refusal;
  if (refusal.code !== OVERTAKEN) say(reasonOf(refusal), { kind: "refusal" });
}

/** Who adds to a queue, as people call it; for the fields `by`. */
export function signature() {
  const name = ownName();
  return name ? { by: name } : {};
}

// --- the connection -----------------------------------------------------------------------------

const GUESTS_MAY = new Set(["next", "resume", "volume", "queue.add"]);

/** Whether our role may use a command at all; how much of it, the receiver says. */
export function may(type) {
  if (connection.role === "guest") return GUESTS_MAY.has(type);
  const ofOwners = /^(pairings|house|settings)\./.test(type);
  return connection.role === "owner" || !ofOwners;
}

/** Forget the token for this receiver and ask to be paired anew. */
export function leaveHouse() {
  keepToken(store.view.receiver.id, null);
  connection.start();
}

connection.addEventListener("message", ({ detail }) => {
  if (detail.type === "state") store.snapshot(detail);
  else if (!store.change(detail)) connection.start();
});

connection.addEventListener("status", () => {
  if (connection.status === "ready") beatAnew();
});

/** Ask for the time: that keeps the clock, and shows whether anybody is there. */
async function beat(times = 1, anew = false) {
  for (let left = times; left && connection.status === "ready"; left -= 1) {
    try {
      const sent = clock.ownUs();
      const told = await connection.ask({ type: "time", t1_us: sent }, BEAT_ANSWER_S);
      if (anew) clock.forget();
      clock.add(sent, told.t2_us, told.t3_us, clock.ownUs());
    } catch {
      if (connection.status === "ready") connection.start();
      return;
    }
  }
}

/** What was known of the clock may be wrong by now; it does until there is something better. */
async function beatAnew() {
  await beat(1, true);
  await beat(MORE_BEATS);
}

function wake() {
  if (document.hidden) return;
  connection.wake();
  if (connection.status === "ready") beatAnew();
}

/** Connect, and stay so. */
export function begin() {
  addEventListener("online", wake);
  addEventListener("pageshow", (event) => event.persisted && wake());
  document.addEventListener("visibilitychange", wake);
  setInterval(() => document.hidden || beat(), BEAT_MS);
  connection.start();
}
