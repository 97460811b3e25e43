/** Words and numbers for people: titles, lengths, and why something was refused. */

import { has, language, t } from "../strings.js";

const DAY_S = 86400;
const STEPS = [
  ["day", DAY_S],
  ["hour", 3600],
  ["minute", 60],
];

// What Intl makes takes milliseconds to make: each is made when it is first needed.
const { DateTimeFormat, NumberFormat, RelativeTimeFormat } = Intl;
const relative = once(RelativeTimeFormat, { numeric: "auto", style: "short" });
const clock = once(DateTimeFormat, { hour: "2-digit", minute: "2-digit" });
const day = once(DateTimeFormat, { weekday: "long", day: "numeric", month: "long" });
const dayAndYear = once(DateTimeFormat, { dateStyle: "long" });
const units = {
  hour: once(NumberFormat, { style: "unit", unit: "hour", unitDisplay: "long" }),
  minute: once(NumberFormat, { style: "unit", unit: "minute", unitDisplay: "long" }),
  second: once(NumberFormat, { style: "unit", unit: "second", unitDisplay: "long" }),
};

function once(Format, options) {
  let made;
  return () => (made ??= new Format(language, options));
}

/** What to call an item: its title, or what its URL ends with. Text from strangers. */
export function titleOf(item) {
  return item.tags?.title || fileName(item.url);
}

/** Who made an item, and on which album, as far as is known; or "". */
export function creditOf(item) {
  return [item.tags?.artist, item.tags?.album].filter(Boolean).join(" – ");
}

/**
 * A text without what is not seen, and turns what stands around it: tags come without that, but
 * not the names of files.
 */
export function plain(text) {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "");
}

function fileName(url) {
  try {
    const { hostname, pathname } = new URL(url);
    const last = plain(decodeURIComponent(pathname.split("/").filter(Boolean).pop() ?? ""));
    return last.replace(/\.(og[ga]|opus|m3u8?|pls|[xj]spf)$/i, "") || hostname;
  } catch {
    return plain(url);
  }
}

/** Milliseconds as 4:05 or 1:02:03. */
export function lengthText(ms) {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
}

/** Milliseconds in words, for the ear: "4 minutes, 5 seconds". */
export function lengthSpoken(ms) {
  const seconds = Math.floor(ms / 1000);
  const parts = [
    ["hour", Math.floor(seconds / 3600)],
    ["minute", Math.floor(seconds / 60) % 60],
    ["second", seconds % 60],
  ];
  const said = parts.filter(([unit, count]) => count || unit === "second");
  return said.map(([unit, count]) => units[unit]().format(count)).join(", ");
}

/** How long ago an instant is, in Unix seconds: "5 minutes ago", "yesterday". */
export function ago(seconds, nowMs = Date.now()) {
  const past = Math.max(0, nowMs / 1000 - seconds);
  const step = STEPS.find(([, length]) => past >= length);
  return step ? relative().format(-Math.floor(past / step[1]), step[0]) : t("when.now");
}

/** The hour of an instant, as a clock shows it. */
export function hourOf(seconds) {
  return clock().format(seconds * 1000);
}

/** How many days ago an instant was, counted by midnights; 0: today. */
export function daysAgo(seconds, nowMs = Date.now()) {
  const midnight = (ms) => new Date(ms).setHours(0, 0, 0, 0);
  return Math.max(0, Math.round((midnight(nowMs) - midnight(seconds * 1000)) / (DAY_S * 1000)));
}

/** The day of an instant: "Today", "Yesterday", "Monday 3 March", or a date with the year. */
export function dayOf(seconds, nowMs = Date.now()) {
  const days = daysAgo(seconds, nowMs);
  if (days < 2) return capital(relative().format(-days, "day"));
  return capital((days < 200 ? day() : dayAndYear()).format(seconds * 1000));
}

function capital(text) {
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}

/**
 * Why a command was refused. The receiver's own sentence names the thing, but is English: other
 * languages have one for each code.
 */
export function reasonOf({ code, message }) {
  const key = `error.${code}`;
  if (has(key) && (language !== "en" || !message)) return t(key);
  return message || t("error.internal");
}
