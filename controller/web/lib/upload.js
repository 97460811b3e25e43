/** Sends a file of this device to the receiver, which keeps it for a while and plays it. */

import { Refusal } from "./connection.js";

const PATH = "/v1/uploads";

/** The `code` of the `Refusal` of an upload that was cancelled. */
export const CANCELLED = "cancelled";

/**
 * Send `file`; gives its URL, for commands. `onProgress(part)` is told how much is there, from 0 to
 * 1, and `signal`, an `AbortSignal`, cancels. Raises `Refusal`.
 */
export function upload(file, token, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${PATH}?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
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
