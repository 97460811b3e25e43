/**
 * The part of the queue that is shown, and edits of queues: what was begun for a speaker goes to that
 * one, whichever is shown by then.
 */

import { entryOf, inParts } from "./entries.js";
import { act, ask, complain, may, shownId, signature, speakerOf, store } from "./speaker.js";

const PAGE = 100;
const BEFORE = 5;
const MOST = 500;
const LONG_S = 60;

/**
 * The items from index `from` on, as they were at the queue's `revision`; kept up to date from
 * `follow` on. Event `change`.
 */
export class QueueWindow extends EventTarget {
  #to = PAGE;
  #speaker = null;
  #fetching = false;
  #again = false;
  #moves = 0;
  #moved = Promise.resolve();

  items = [];
  from = 0;
  revision = 0;
  length = 0;
  /** False before the first page has come. */
  known = false;

  /** The queue is another one now, as the state says. */
  follow({ index = null, revision }) {
    const id = shownId();
    if (id !== this.#speaker) {
      this.#speaker = id;
      this.known = false;
      this.from = Math.max(0, index - BEFORE);
      if (this.from < PAGE / 2) this.from = 0;
      this.#to = this.from + PAGE;
      this.#set([], this.revision, 0);
    } else if (this.known && revision === this.revision) {
      return;
    }
    if (index !== null) {
      this.from = Math.min(this.from, Math.max(0, index - BEFORE));
      this.#to = Math.max(this.#to, index + BEFORE * 2);
    }
    this.fetch();
  }

  /** Whether there are items before those that are shown, and behind them. */
  get hasEarlier() {
    return this.from > 0;
  }
  get hasLater() {
    return this.from + this.items.length < this.length;
  }

  /** Show a page more. */
  earlier() {
    this.from = Math.max(0, this.from - PAGE);
    return this.fetch();
  }
  later() {
    this.#to = this.from + this.items.length + PAGE;
    return this.fetch();
  }

  /** Ask for it anew, also to take back what was shown too early. */
  async fetch() {
    this.#again = true;
    if (this.#fetching || this.#moves) return;
    this.#fetching = true;
    while (this.#again) {
      this.#again = false;
      await this.#load().catch(complain);
    }
    this.#fetching = false;
  }

  async #load() {
    const { from } = this;
    const { items, queue } = await list(this.#speaker, from, this.#to);
    if (this.#again || this.#moves || from !== this.from) return;
    this.known = true;
    this.#set(items, queue.revision, queue.length);
  }

  #set(items, revision, length) {
    this.items = items;
    this.revision = revision;
    this.length = length;
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Move an item to an index: shown at once, and sent when the moves before it are answered. Raises
   * `Refusal`.
   */
  async move(item, index) {
    const before = this.items;
    const items = before.filter((other) => other !== item);
    items.splice(index - this.from, 0, item);
    this.#set(items, this.revision, this.length);
    this.#moves += 1;
    const earlier = this.#moved;
    const queue = { speaker: this.#speaker, from: this.from, to: this.#to, before };
    this.#moved = earlier.catch(() => {}).then(() => this.#send(item, index, queue));
    try {
      await this.#moved;
    } finally {
      this.#moves -= 1;
      this.fetch();
    }
  }

  async #send(item, at, there, again = true) {
    const command = { type: "queue.move", item: item.id, at, revision: this.revision };
    try {
      const { queue } = await ask(command, { at: there.speaker });
      if (queue.revision === this.revision + 1) this.revision = queue.revision;
    } catch (refusal) {
      if (refusal.code !== "conflict" || !again || !(await this.#isStill(there))) throw refusal;
      await this.#send(item, at, there, false);
    }
  }

  /** Whether these are the items: then it is only that another one plays, or more is known of one. */
  async #isStill({ speaker, from, to, before }) {
    const { items, queue } = await list(speaker, from, to);
    this.revision = queue.revision;
    return idsOf(items) === idsOf(before);
  }

  /** Show no more of an item, before the receiver says so. */
  removeShown(item) {
    this.#set(this.items.filter((other) => other !== item), this.revision, this.length - 1);
  }
}

function idsOf(items) {
  return items.map(({ id }) => id).join();
}

/**
 * A speaker's items from one index up to another, and the `queue` they were in, as pages of one
 * revision.
 */
async function list(speaker, from, to) {
  for (;;) {
    const { items, queue } = await page(speaker, from, to);
    let same = true;
    while (same && from + items.length < Math.min(to, queue.length)) {
      const { items: more, queue: then } = await page(speaker, from + items.length, to);
      same = then.revision === queue.revision && more.length > 0;
      items.push(...more);
    }
    if (same) return { items, queue };
  }
}

/** At most as many items as one answer holds. */
function page(at, from, to) {
  return ask({ type: "queue.list", offset: from, count: Math.min(MOST, to - from) }, { at });
}

// --- edits --------------------------------------------------------------------------------------

/** Why an item is of no use to anybody. */
const UNPLAYABLE = new Set([
  "unreachable", "http_refused", "unsupported_format", "unplayable", "refused_address",
]);

/**
 * Put entries into the queue of the speaker `at`, by its id, in front of all that is to come and
 * play the first; if it cannot be played, it does not stay. Raises `Refusal`.
 */
export async function playNow(entries, at = shownId()) {
  let first = null;
  for (const items of inParts(entries).reverse()) {
    const added = await ask({ type: "queue.add", items, at: "next", ...signature() }, { at });
    first = added.items[0];
  }
  try {
    await ask({ type: "queue.jump", item: first }, { seconds: LONG_S, at });
  } catch (refusal) {
    if (UNPLAYABLE.has(refusal.code)) await ask({ type: "queue.remove", items: [first] }, { at });
    throw refusal;
  }
}

/** Put entries into the queue of the speaker `at`, at an index or at the `end`. Raises `Refusal`. */
export async function add(entries, at = shownId(), index = "end") {
  let place = index;
  for (const items of inParts(entries)) {
    await ask({ type: "queue.add", items, at: place, ...signature() }, { at });
    if (place !== "end") place += items.length;
  }
  // Who may not choose what plays may at least start a silent speaker.
  const idle = speakerOf(store.view, at)?.session?.playback === "idle";
  if (!may("play") && idle) await ask({ type: "resume" }, { at });
}

/**
 * Remove all but what plays; gives a function that puts it back, or null where nothing was removed.
 * Raises `Refusal`.
 */
export async function clear() {
  const at = shownId();
  const { items, queue } = await list(at, 0, Infinity);
  const current = speakerOf(store.view, at)?.session?.item ? queue.index : null;
  const ids = items.filter((_, index) => index !== current).map(({ id }) => id);
  if (!ids.length) return null;
  if (current === null) await ask({ type: "queue.clear", revision: queue.revision }, { at });
  else while (ids.length) await ask({ type: "queue.remove", items: ids.splice(0, MOST) }, { at });
  const entries = items.map(entryOf);
  const before = current === null ? [] : entries.slice(0, current);
  const after = current === null ? entries : entries.slice(current + 1);
  return async () => {
    await add(before, at, 0);
    await add(after, at);
  };
}

/** Remove an item; a refusal is shown. Gives whether it was removed. */
export async function remove(item) {
  return (await act({ type: "queue.remove", items: [item.id] })) !== null;
}

/** Play an item of the queue; a refusal is shown. */
export function jump(item) {
  return act({ type: "queue.jump", item: item.id }, { seconds: LONG_S });
}
