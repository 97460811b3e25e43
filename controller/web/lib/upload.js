/** Sends a file of this device to the receiver, which keeps it for a while and plays it. */

import { Refusal } from "./connection.js";

const PATH = "/v1/uploads";
const OGG = "OggS";
const LONGEST_PLAYLIST = 4 << 20;

/** The `code` of the `Refusal` of an upload that was cancelled. */
export const CANCELLED = "cancelled";

/**
 * Send `file`; gives its URL, for commands. `onProgress(part)` is told how much is there, from 0 to
 * 1, and `signal`, an `AbortSignal`, cancels. Raises `Refusal`.
 */
export async function upload(file, token, onProgress, signal) {
  await check(file, token);
  return send(file, token, onProgress, signal);
}

/** What a playlist holds. Raises `Refusal`. */
export async function textOf(file) {
  if (file.size > LONGEST_PLAYLIST) throw new Refusal("too_large");
  return read(file);
}

/** A file may be gone, be a folder, or be nothing that we may read. */
async function read(part) {
  try {
    return await part.text();
  } catch {
    throw new Refusal("unreadable");
  }
}

/**
 * What the receiver would refuse is refused here: it would hang up in the middle of a long file,
 * and a browser does not hear the reason then.
 */
async function check(file, token) {
  if ((await read(file.slice(0, OGG.length))) !== OGG) throw new Refusal("unsupported_format");
  const { most_bytes } = await limits(token);
  if (file.size > most_bytes) throw new Refusal("too_large");
}

async function limits(token) {
  try {
    return await (await fetch(PATH, { headers: authorization(token) })).json();
  } catch {
    throw new Refusal("offline");
  }
}

function authorization(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

function send(file, token, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${PATH}?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    for (const head of Object.entries(authorization(token))) request.setRequestHeader(...head);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status === 200 && answer.url) resolve(answer.url);
      else reject(new Refusal(answer.code ?? "internal", answer.message ?? "", answer.detail));
    };
    request.onerror = () => reject(new Refusal("offline"));
    request.onabort = () => reject(new Refusal(CANCELLED));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
