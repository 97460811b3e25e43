/** Files that are dropped anywhere on the page: the cast box takes them. */

import { h } from "../lib/element.js";
import { t } from "../strings.js";

/** What is seen while a file is over the page; made once, for all pages that are built. */
export const sheet = h("div", {
  class: "drop", hidden: true, "aria-hidden": "true", text: t("cast.drop"),
});

let depth = 0;

/** Take what is dropped on the page from now on; `load()` brings the cast box. */
export function takeDrops(load) {
  addEventListener("dragenter", (event) => hasFiles(event) && show(depth + 1));
  addEventListener("dragleave", (event) => hasFiles(event) && show(depth - 1));
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show(0);
    const files = [...event.dataTransfer.files];
    await load();
    document.querySelector("tone-cast")?.take(files);
  });
}

function hasFiles({ dataTransfer }) {
  return dataTransfer?.types.includes("Files");
}

/** Each element that is entered is told before the one that is left. */
function show(entered) {
  depth = Math.max(0, entered);
  sheet.hidden = depth === 0;
}
