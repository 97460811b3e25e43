/** Short messages to people: views say them, `views/notices.js` shows them. */

/** Event `notice`, with `detail`: what `say` was called with. */
export const notices = new EventTarget();

/**
 * Show `text` for a while. `kind`: `news` or `refusal`; `action`: null, or what can be done about
 * it, `label` and `run`.
 */
export function say(text, { kind = "news", action = null } = {}) {
  notices.dispatchEvent(new CustomEvent("notice", { detail: { text, kind, action } }));
}
