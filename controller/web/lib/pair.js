/** Being let in by a speaker: the code of six digits, and the token that it is changed for. */

import { Refusal, uniqueId } from "./connection.js";
import { keepOwnName, keepPairing, keepToken, ownName } from "./keep.js";
import { t } from "../strings.js";

/** What browsers say that they run on; an Android says that it is a Linux too. */
const KINDS = ["iPhone", "iPad", "Android", "CrOS", "Macintosh", "Windows", "Linux"];

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
