/** What can be put into a queue: URLs found in texts and playlists, in messages that are not too long. */

const MOST_BYTES = 48 * 1024;
const MOST_ITEMS = 200;
const LONGEST_URL = 2048;
const PLAYLIST = /\.(m3u8?|pls|[xj]spf)$/i;

/** Every web address in a text, in its order, as entries; also those in a playlist's text. */
export function entriesIn(text) {
  const found = text.match(/https?:\/\/[^\s<>"']+/gi) ?? [];
  const urls = found.map((url) => url.replace(/&amp;/g, "&"));
  return urls.filter((url) => url.length <= LONGEST_URL).map((url) => ({ url }));
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
