/** Moments for people, in their language and time zone. */

import { language, t } from "../strings.js";

const DAY_S = 86400;
const STEPS = [
  ["day", DAY_S],
  ["hour", 3600],
  ["minute", 60],
];
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
const dayAndYear = new Intl.DateTimeFormat(language, { dateStyle: "long" });

/** How long ago an instant is, in Unix seconds: "5 minutes ago", "yesterday". */
export function ago(seconds, nowMs = Date.now()) {
  const past = Math.max(0, nowMs / 1000 - seconds);
  const step = STEPS.find(([, length]) => past >= length);
  return step ? relative.format(-Math.floor(past / step[1]), step[0]) : t("when.now");
}

/** The hour of an instant, as a clock shows it. */
export function hourOf(seconds) {
  return clock.format(seconds * 1000);
}

/** How many days ago an instant was, counted by midnights; 0: today. */
export function daysAgo(seconds, nowMs = Date.now()) {
  const midnight = (ms) => new Date(ms).setHours(0, 0, 0, 0);
  return Math.max(0, Math.round((midnight(nowMs) - midnight(seconds * 1000)) / (DAY_S * 1000)));
}

/** The day of an instant: "Today", "Yesterday", "Monday 3 March", or a date with the year. */
export function dayOf(seconds, nowMs = Date.now()) {
  const days = daysAgo(seconds, nowMs);
  if (days < 2) return capital(relative.format(-days, "day"));
  return capital((days < 200 ? day : dayAndYear).format(seconds * 1000));
}

function capital(text) {
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}
