/** A question in the page, where the thing is that it is about, with buttons as answers. */

import { h } from "./element.js";

/**
 * Ask `text` at the end of `place`, in place of what is asked there already. `answers`: `label`,
 * `run` and, for the one that does it, `filled`; each ends the question, and so does Escape. The
 * first is focused; afterwards what was focused before is again.
 */
export function question(place, text, answers) {
  const before = document.activeElement;
  const end = () => {
    asked.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
  };
  const buttons = answers.map(({ label, run, filled }) =>
    h("button", {
      type: "button", class: filled ? "filled" : "quiet", text: label,
      onclick: () => {
        end();
        run?.();
      },
    }),
  );
  const asked = h(
    "div", {
      class: "question", role: "alertdialog", "aria-label": text,
      onkeydown: (event) => event.key === "Escape" && end(),
    },
    h("p", { dir: "auto", text }), h("div", { class: "answers" }, ...buttons),
  );
  place.querySelector(".question")?.remove();
  place.append(asked);
  buttons[0].focus();
}
