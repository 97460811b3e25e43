/** What this browser keeps: for each receiver the token that lets us in. Never sent in a URL. */

const PREFIX = "tonearm.";
const fallback = new Map();

/** The token for a receiver by its id, or null. */
export function tokenOf(receiver) {
  return read(`${PREFIX}token.${receiver}`);
}

/** Keep a token; null: forget it. */
export function keepToken(receiver, token) {
  write(`${PREFIX}token.${receiver}`, token);
}

/** What people call this device, or null. */
export function ownName() {
  return read(`${PREFIX}name`);
}

/** Keep what people call this device. */
export function keepOwnName(name) {
  write(`${PREFIX}name`, name);
}

// A browser that keeps nothing for us (private windows of some) throws: then until the page closes.
function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return fallback.get(key) ?? null;
  }
}

function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    if (value === null) fallback.delete(key);
    else fallback.set(key, value);
  }
}
