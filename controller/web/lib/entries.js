/** What can be put into a queue: addresses in texts and playlists, in messages that are not too long. */

import { Refusal } from "./connection.js";

const MOST_BYTES = 48 * 1024;
const MOST_ITEMS = 200;
const LONGEST_URL = 2048;
const PLAYLIST = /\.(m3u8?|pls|[xj]spf)$/i;
const READERS = { m3u, pls, xspf, jspf, words };

/**
 * What a text names, as entries in its order: that of a playlist, told by what it holds, else words
 * of which some are web addresses. `name`: of the file that it was in. A playlist is read as the
 * receiver reads one (receiver/protocol/playlist.py): what it cannot ask for is left out. Raises
 * `Refusal` for HLS, which only looks like one.
 */
export function entriesIn(text, name = "") {
  const bare = text.trimStart();
  const urls = READERS[kindOf(bare, name)](bare).map(addressIn);
  return urls.filter((url) => url && !isTooLong(url)).map((url) => ({ url }));
}

/** Whether one of the web addresses that somebody has typed is longer than any may be. */
export function hasTooLong(text) {
  return words(text).some((word) => isTooLong(addressIn(word)));
}

function isTooLong(url) {
  return [...url].length > LONGEST_URL;
}

/** Whether a file is a playlist, by its name. */
export function isPlaylist({ name }) {
  return PLAYLIST.test(name);
}

/** An item of a queue as it was when it was put in. */
export function entryOf({ url, tags, duration_ms }) {
  return { url, tags, duration_ms };
}

/** Entries in parts, each of which fits into one command. */
export function inParts(entries) {
  const parts = [];
  let room = 0;
  for (const entry of entries) {
    const bytes = new TextEncoder().encode(JSON.stringify(entry)).length + 1;
    if (!parts.length || bytes > room || parts[parts.length - 1].length >= MOST_ITEMS) {
      parts.push([]);
      room = MOST_BYTES;
    }
    parts[parts.length - 1].push(entry);
    room -= bytes;
  }
  return parts;
}

// --- kinds of texts -----------------------------------------------------------------------------

function kindOf(text, name) {
  const head = text.slice(0, 1024).toLowerCase();
  if (head.startsWith("#extm3u")) return "m3u";
  if (head.startsWith("[playlist]")) return "pls";
  if (head.startsWith("<") && head.includes("xspf.org/ns/0")) return "xspf";
  if (head.startsWith("{") && head.includes('"playlist"')) return "jspf";
  return /\.m3u8?$/i.test(name) && !/^(oggs|<|\{)|\0/.test(head) ? "m3u" : "words";
}

/** The web address that a line is, or "". */
function addressIn(line) {
  const url = line.trim().replace(/^https?:/i, (scheme) => scheme.toLowerCase());
  return /^https?:\/\/[^/]/.test(url) && !/(?! )[\p{C}\p{Z}]/u.test(url) ? url : "";
}

/** Words, without the brackets or quotes that stand around one. */
function words(text) {
  return text.split(/\s+/).map((word) => word.replace(/^(["'<])(.+)["'>]$/, "$2"));
}

function linesOf(text) {
  return text.split(/\r\n?|\n/).map((line) => line.trim());
}

function m3u(text) {
  if (/^[ \t]*#EXT-X-(TARGETDURATION|STREAM-INF)/m.test(text)) throw new Refusal("unsupported_format");
  return linesOf(text).filter((line) => !line.startsWith("#"));
}

function pls(text) {
  const found = linesOf(text).map((line) => /^file(\d{1,6})\s*=(.*)$/i.exec(line)).filter(Boolean);
  const places = new Map(found.map(([, number, place]) => [Number(number), place]));
  return [...places.keys()].sort((one, other) => one - other).map((number) => places.get(number));
}

/** Each is passed once, so that no file takes long, whatever a stranger has put into it. */
const XML = /<!--|-->|<!\[CDATA\[|\]\]>|<\/?[\w.:]*|>|[^<>\]-]+|[^]/g;

/** The first location of each track. What strangers write stays a text: no parser makes more of it. */
function xspf(text) {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return [];
  const found = [];
  let [end, inTag, wanted, place] = ["", false, false, null];
  for (const [token] of text.matchAll(XML)) {
    if (end) {
      if (token === end) end = "";
      else if (end === "]]>" && place !== null) place += token;
    } else if (token.startsWith("<!")) {
      end = token === "<!--" ? "-->" : "]]>";
    } else if (token[0] === "<") {
      inTag = true;
      const name = token.replace(/^(<\/?)[\w.]*:/, "$1");
      if (/^<\/?track$/.test(name)) wanted = name === "<track";
      else if (name === "<location" && wanted) place = "";
      else if (name === "</location" && place !== null) {
        found.push(place);
        [wanted, place] = [false, null];
      }
    } else if (inTag) {
      inTag = token !== ">";
    } else if (place !== null) {
      place += plainXml(token);
    }
  }
  return found;
}

const NAMED = new Map(Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }));

function plainXml(text) {
  return text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, digits, name) =>
    name ? (NAMED.get(name) ?? whole) : letter(hex ? parseInt(hex, 16) : Number(digits)),
  );
}

/** A letter that there is not is one that is in no address. */
function letter(code) {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\0";
}

function jspf(text) {
  try {
    return JSON.parse(text).playlist.track.map(({ location }) => String([location].flat()[0] ?? ""));
  } catch {
    return [];
  }
}
