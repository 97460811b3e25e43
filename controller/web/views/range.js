/** The sliders: real ranges, of which the part that is reached is coloured. */

/** Set a range and colour it; `most` is its end. */
export function setRange(range, value, most) {
  range.max = most;
  range.value = value;
  fill(range);
}

/** Colour the part of a range that is reached. */
export function fill(range) {
  const most = Number(range.max) || 1;
  range.style.setProperty("--reached", `${((Number(range.value) / most) * 100).toFixed(2)}%`);
}
