/** What this page knows: the state that the receiver tells, and guesses of our own laid over it. */

/**
 * The state, for any number of watchers. A guess shows at once what a command is about to do; it is
 * taken back when the answer is there, for the change that a command makes comes before its answer.
 */
export class Store {
  #truth = null;
  #revision = 0;
  #guesses = new Set();
  #watchers = new Set();

  /**
   * The state with all guesses laid over it; null before the first snapshot. Not to be changed.
   * What the protocol says is null is not there at all: a merge patch cannot tell the two apart.
   */
  view = null;

  /** Take a `state` message. */
  snapshot({ revision, state }) {
    this.#truth = merge(undefined, state);
    this.#revision = revision;
    this.#refresh();
  }

  /** Take a `change` message. False: one before it was missed, and a snapshot is needed. */
  change({ revision, patch }) {
    if (!this.#truth || revision > this.#revision + 1) return false;
    if (revision === this.#revision + 1) {
      this.#truth = merge(this.#truth, patch);
      this.#revision = revision;
      this.#refresh();
    }
    return true;
  }

  /** Lay a merge patch over the state until the function that this gives is called. */
  guess(patch) {
    const guess = { patch };
    this.#guesses.add(guess);
    this.#refresh();
    return () => {
      if (this.#guesses.delete(guess)) this.#refresh();
    };
  }

  /**
   * Call `tell(part)` with what `select(view)` gives, as soon as there is a state and whenever it
   * is another value (or object) than before. Gives a function that ends it.
   */
  watch(select, tell) {
    const watcher = { select, tell, told: false, part: undefined };
    this.#watchers.add(watcher);
    this.#tell(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #refresh() {
    if (!this.#truth) return;
    this.view = [...this.#guesses].reduce((view, { patch }) => merge(view, patch), this.#truth);
    for (const watcher of [...this.#watchers]) this.#tell(watcher);
  }

  #tell(watcher) {
    if (!this.view || !this.#watchers.has(watcher)) return;
    const part = watcher.select(this.view);
    if (watcher.told && Object.is(part, watcher.part)) return;
    watcher.told = true;
    watcher.part = part;
    watcher.tell(part);
  }
}

/**
 * `target` with `patch` laid over it (JSON Merge Patch, RFC 7396), as a new value; parts that the
 * patch does not name are the very same objects, so what did not change can be told by `===`.
 */
export function merge(target, patch) {
  if (!isObject(patch)) return patch;
  // Without a prototype, so that no name a stranger chooses means anything but a name.
  const merged = Object.assign(Object.create(null), isObject(target) ? target : {});
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value);
  }
  return merged;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
