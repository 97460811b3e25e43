/** The speaker's clock, as far as this page knows it, and what is heard at an instant of it. Pure. */

const KEPT = 16;

/** How far the receiver's clock is ahead of ours, from round trips; all in microseconds. */
export class Clock {
  #now;
  #trips = [];

  /** `now`: our own clock, in milliseconds. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Our own instant, a whole number. */
  ownUs() {
    return Math.round(this.#now() * 1000);
  }

  /**
   * One exchange: sent at `t1` and answered at `t4` on our clock, received at `t2` and answered at
   * `t3` on the receiver's. The shortest of the newest is believed: it is wrong by least.
   */
  add(t1, t2, t3, t4) {
    const way = t4 - t1 - (t3 - t2);
    if (way < 0) return;
    this.#trips.push({ way, offset: (t2 - t1 + (t3 - t4)) / 2 });
    if (this.#trips.length > KEPT) this.#trips.shift();
  }

  /** Start anew: ours may have stood still (sleep), or theirs be another one (a restart). */
  forget() {
    this.#trips = [];
  }

  /** The receiver's clock less ours, or null before the first exchange. */
  get offsetUs() {
    if (!this.#trips.length) return null;
    return this.#trips.reduce((best, trip) => (trip.way < best.way ? trip : best)).offset;
  }

  /** The receiver's instant now, or null before the first exchange. */
  nowUs() {
    const offset = this.offsetUs;
    return offset === null ? null : this.ownUs() + offset;
  }
}

/**
 * The position heard at `nowUs` of the receiver's clock, in milliseconds, from 0 to `durationMs`
 * (null: no end is known). With a clock that is not known yet: where it was last.
 */
export function positionAt(anchor, nowUs, durationMs = null) {
  if (!anchor) return 0;
  const passed = nowUs === null ? 0 : (anchor.rate * (nowUs - anchor.at_us)) / 1000;
  const position = Math.max(0, anchor.position_ms + passed);
  return durationMs ? Math.min(position, durationMs) : position;
}
