/** Being let in by a speaker: the code of six digits, and the token that it is changed for. */

import { Refusal, uniqueId } from "./connection.js";
import { keepOwnName, keepPairing, keepToken, ownName } from "./keep.js";
import { t } from "../strings.js";

/** What browsers say that they run on; an Android says that it is a Linux too. */
const KINDS = ["iPhone", "iPad", "Android", "CrOS", "Macintosh", "Windows", "Linux"];

/**
 * The code in the address that a QR code has led to, or "". It is taken out of the address bar at
 * once, so that nobody sees, keeps or sends it on.
 */
export function takeCode() {
  const code = /^#pair=(\d{6})(&|$)/.exec(location.hash)?.[1] ?? "";
  if (location.hash.startsWith("#pair=")) history.replaceState(null, "", location.pathname);
  return code;
}

/** What to call this device, as long as nobody has said so. */
export function defaultName() {
  const known = KINDS.find((kind) => navigator.userAgent.includes(kind));
  const names = { Android: t("pair.phone"), Macintosh: "Mac", CrOS: "Chromebook" };
  return ownName() ?? names[known] ?? known ?? t("pair.computer");
}

/** Change `code` for a token of `receiver`, and keep that. Raises `Refusal`. */
export async function pair(receiver, code, name) {
  const command = { type: "pair", id: uniqueId(), code, name };
  const answer = await post(command);
  if (answer.type !== "done") throw new Refusal(answer.code, answer.message, answer.detail);
  keepToken(receiver, answer.result.token);
  keepPairing(receiver, answer.result.pairing);
  keepOwnName(name);
}

async function post(command) {
  try {
    const headers = { "Content-Type": "application/json" };
    const options = { method: "POST", headers, body: JSON.stringify(command) };
    return await (await fetch("/v1/commands", options)).json();
  } catch {
    throw new Refusal("offline");
  }
}
