/** What this browser keeps: for each receiver the token that lets us in, never sent in a URL; a name, a language. */

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

/** The id of our pairing with a receiver, or null. */
export function pairingOf(receiver) {
  return read(`${PREFIX}pairing.${receiver}`);
}

/** Keep the id of our pairing with a receiver. */
export function keepPairing(receiver, id) {
  write(`${PREFIX}pairing.${receiver}`, id);
}

/** The language that was chosen here, or null: the browser's. */
export function ownLanguage() {
  return read(`${PREFIX}language`);
}

/** Keep the language that was chosen; null: the browser's. */
export function keepOwnLanguage(tag) {
  write(`${PREFIX}language`, tag);
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
