/** Sends the newest of many values, one at a time: for what a finger changes faster than it is sent. */

/** The newest value wins; what was not sent by then never is. */
export class Latest {
  #send;
  #gapMs;
  #next = null;
  #running = null;

  /** `send(value)` gives a promise; between two calls there are at least `gapMs`. */
  constructor(send, gapMs) {
    this.#send = send;
    this.#gapMs = gapMs;
  }

  /** Have `value` sent. The promise is kept when all that was pushed is sent or outdated. */
  push(value) {
    this.#next = { value };
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run() {
    while (this.#next) {
      const { value } = this.#next;
      this.#next = null;
      await Promise.all([this.#send(value), pause(this.#gapMs)]);
    }
    this.#running = null;
  }
}

/** Wait for so many milliseconds. */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
