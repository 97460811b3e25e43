/** The WebSocket to the receiver: who we are, commands and their answers, and coming back. */

const CONNECT_MS = 5000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8000;

/** Why a command was not carried out: a `code` of the protocol, or `offline`. */
export class Refusal extends Error {
  /** `detail`: as the receiver sends it. */
  constructor(code, message = "", detail = {}) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

/** An id that no other command has; such a command is done once, however often it is sent. */
export function uniqueId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Milliseconds to wait after `failures` failures in a row (from 1 on): twice as long each time, up
 * to 8 s, and each a random part shorter, so that a house full of pages does not come at once.
 */
export function backoff(failures, random = Math.random) {
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
  return whole * (1 - random() / 2);
}

/**
 * Keeps itself connected. `status` is one of `connecting`, `ready`, `lost` (it will try again) and
 * `stranger` (we are not paired: it waits for `start`). Events: `status`; `message` with `detail`,
 * a `state` or `change` message.
 */
export class Connection extends EventTarget {
  #url;
  #tokenOf;
  #open;
  #socket = null;
  #timer = 0;
  #failures = 0;
  #authId = "";
  #waiting = new Map();

  status = "connecting";
  /** What we may do: `owner`, `member` or `guest`; null before it is known. */
  role = null;
  /** The receiver that does not know us: `receiver`, its id, and `name`. */
  stranger = null;

  /**
   * `tokenOf(receiver id)`: the token that we have for it, or null. `open(url)` makes a WebSocket.
   */
  constructor(url, tokenOf, open = (address) => new WebSocket(address)) {
    super();
    this.#url = url;
    this.#tokenOf = tokenOf;
    this.#open = open;
  }

  /** Connect, at once; also to leave a connection that seems dead. */
  start() {
    this.#failures = 0;
    this.#connect();
  }

  /** Do not wait any longer for the next attempt, if it waits. */
  wake() {
    if (this.status === "lost") this.start();
  }

  /**
   * Send a command; the promise is kept with the result of its answer. Rejected with a `Refusal`:
   * that of the answer, or `offline` where there is no connection, or no answer within `seconds`. A
   * command whose connection was lost is sent again over the next one.
   */
  ask(command, seconds = 20) {
    if (this.status !== "ready") return Promise.reject(new Refusal("offline"));
    const id = uniqueId();
    const text = JSON.stringify({ ...command, id });
    return new Promise((resolve, reject) => {
      const late = () => this.#answer(id, () => reject(new Refusal("offline")));
      const timer = setTimeout(late, seconds * 1000);
      this.#waiting.set(id, { text, resolve, reject, timer });
      this.#socket.send(text);
    });
  }

  #connect() {
    this.#leave();
    this.#become("connecting");
    this.#timer = setTimeout(() => this.#lost(), CONNECT_MS);
    const socket = this.#open(this.#url);
    this.#socket = socket;
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    socket.onclose = () => this.#lost();
  }

  #leave() {
    clearTimeout(this.#timer);
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
    this.#authId = "";
  }

  #lost() {
    this.#leave();
    this.#failures += 1;
    this.#become("lost");
    this.#timer = setTimeout(() => this.#connect(), backoff(this.#failures));
  }

  #become(status) {
    if (status === this.status) return;
    this.status = status;
    this.dispatchEvent(new Event("status"));
  }

  #ready(role) {
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.role = role;
    for (const { text } of this.#waiting.values()) this.#socket.send(text);
    this.#become("ready");
  }

  #hear(message) {
    if (message.type === "state" || message.type === "change") {
      this.dispatchEvent(new CustomEvent("message", { detail: message }));
      // Who is told the state without having shown anything is at a receiver that is open.
      if (this.status === "connecting" && !this.#authId) this.#ready("owner");
    } else if (message.id && message.id === this.#authId) {
      if (message.type === "done") this.#ready(message.result.role);
      else this.#unknown(message.detail);
    } else if (message.type === "error" && !message.id && message.code === "unauthorized") {
      this.#introduce(message.detail);
    } else if (message.type === "done") {
      this.#answer(message.id, ({ resolve }) => resolve(message.result));
    } else if (message.type === "error") {
      const refusal = new Refusal(message.code, message.message, message.detail);
      this.#answer(message.id, ({ reject }) => reject(refusal));
    }
  }

  #answer(id, give) {
    const asked = this.#waiting.get(id);
    if (!asked) return;
    this.#waiting.delete(id);
    clearTimeout(asked.timer);
    give(asked);
  }

  /** The receiver wants to know who we are; asked once more, it has thrown us out. */
  #introduce(who) {
    const token = this.#authId ? null : this.#tokenOf(who.receiver);
    if (!token) {
      this.#unknown(who);
      return;
    }
    this.#authId = uniqueId();
    this.#socket.send(JSON.stringify({ type: "auth", id: this.#authId, token }));
  }

  #unknown(who) {
    this.#leave();
    this.role = null;
    this.stranger = who;
    this.#become("stranger");
  }
}
