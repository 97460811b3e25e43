/** How long to wait before the next attempt to connect. Pure. */

const FIRST_MS = 250;
const LONGEST_MS = 8000;

/**
 * Milliseconds to wait after `failures` failures in a row (from 1 on): twice as long each time, up
 * to 8 s, and each a random part shorter, so that a house full of pages does not come at once.
 */
export function backoff(failures, random = Math.random) {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return whole * (1 - random() / 2);
}
