/**
 * The page: puts its views together, as many beside one another as there is room for. A view is a
 * module in views/ that defines the element `tone-NAME`; its words are in strings.js.
 */

import "./views/banner.js";
import "./views/notices.js";
import "./views/playing.js";
import { h, icon, setAttribute, setLabel, setText } from "./lib/element.js";
import { say } from "./lib/notices.js";
import { connection, select, store } from "./lib/speaker.js";
import { titleOf } from "./lib/text.js";
import { direction, language, t } from "./strings.js";
import { sheet, takeDrops } from "./views/drop.js";
import { playOrPause } from "./views/transport.js";

/** The views in the order of the tabs, and their icons. */
const VIEWS = {
  playing: "record", queue: "queue", speakers: "speakers", history: "history", settings: "settings",
};

/** Is seen at once. The modules of all others, and what those look like, come later. */
const FIRST = "playing";
const SHEETS = ["queue", "speakers", "settings", "pairing"];

/** When what is not needed at once is fetched all the same: later the speaker may be away. */
const SPARE_MS = 1500;

/** From the widest down: the views that are always there; the others are tabs beside them. */
const LAYOUTS = [
  { query: matchMedia("(min-width: 1180px)"), name: "wide", fixed: ["playing", "queue"] },
  { query: matchMedia("(min-width: 720px)"), name: "medium", fixed: ["playing"] },
  { query: matchMedia("all"), name: "narrow", fixed: [] },
];

const root = document.documentElement;
const page = document.getElementById("page");
let code = takeCode();
let shownRole = null;
let firstVersion;
const fetched = {};

function build() {
  shownRole = connection.role;
  const tabs = Object.entries(VIEWS).map(([name, picture]) =>
    h(
      "a", { href: `#${name}`, "data-view": name },
      icon(picture), h("span", { text: t(`view.${name}`) }),
    ),
  );
  const speaker = h("a", { href: "#speakers", class: "speaker" },
    icon("speakers"), h("h1", { dir: "auto" }));
  const sections = Object.keys(VIEWS).map((name) =>
    h("section", { class: `view ${name}`, "data-view": name, "aria-label": t(`view.${name}`) },
      h(`tone-${name}`)),
  );
  page.replaceChildren(
    h("tone-banner"),
    h("header", {}, speaker, h("nav", { "aria-label": t("nav.label") }, ...tabs)),
    h("main", {}, ...sections),
    h("aside", { "aria-label": t("view.playing"), class: "mini" }, h("tone-mini")),
  );
  arrange();
  if (store.view) nameTab();
  setTimeout(fetchAll, SPARE_MS);
}

/** Show the views that there is room for, and of the others the one that was chosen. */
function arrange() {
  const { name: layout, fixed } = LAYOUTS.find(({ query }) => query.matches);
  const tabs = Object.keys(VIEWS).filter((name) => !fixed.includes(name));
  const wanted = location.hash.slice(1);
  const chosen = tabs.includes(wanted) ? wanted : tabs[0];
  if (chosen !== root.dataset.view) scrollTo(0, 0);
  root.dataset.layout = layout;
  root.dataset.view = chosen;
  for (const tab of document.querySelectorAll("nav a")) {
    tab.hidden = fixed.includes(tab.dataset.view);
    setAttribute(tab, "aria-current", tab.dataset.view === chosen ? "page" : null);
  }
  for (const section of document.querySelectorAll("main > section")) {
    const { view } = section.dataset;
    section.hidden = view !== chosen && !fixed.includes(view);
    if (!section.hidden) load(view);
  }
}

/** What cannot be had is asked for again when somebody goes there. */
function fetchAll() {
  for (const name of Object.keys(VIEWS)) fetchView(name).catch(() => {});
}

function load(name) {
  return fetchView(name).catch(() => say(t("error.offline"), { kind: "refusal" }));
}

/** A view is never seen without what it looks like. */
async function fetchView(name) {
  if (name === FIRST) return;
  await Promise.all(SHEETS.map(fetchSheet));
  await import(`./views/${name}.js`);
}

function fetchSheet(name) {
  fetched[name] ??= new Promise((resolve, reject) => {
    const link = h("link", {
      rel: "stylesheet", href: `/styles/${name}.css`, onload: resolve,
      onerror: () => {
        delete fetched[name];
        link.remove();
        reject(new Error(`${name}.css did not come`));
      },
    });
    document.head.append(link);
  });
  return fetched[name];
}

/**
 * The code in the address that a QR code has led to, or "". It is taken out of the address bar at
 * once, so that nobody sees, keeps or sends it on.
 */
function takeCode() {
  const code = /^#pair=(\d{6})(&|$)/.exec(location.hash)?.[1] ?? "";
  if (location.hash.startsWith("#pair=")) history.replaceState(null, "", location.pathname);
  return code;
}

/** To another view, or in by a link to a page that is open already. */
function goTo() {
  code = takeCode() || code;
  if (connection.status === "stranger") showPairing();
  else arrange();
}

async function showPairing() {
  await fetchView("pairing");
  const pairing = document.createElement("tone-pairing");
  pairing.code = code;
  code = "";
  shownRole = null;
  page.replaceChildren(h("main", { class: "alone" }, pairing));
}

/** Another role may do other things, so the page is built anew for it. */
function follow() {
  if (connection.status === "stranger") {
    showPairing();
  } else if (connection.status === "ready") {
    code = "";
    if (connection.role !== shownRole) build();
  }
  root.dataset.status = connection.status;
}

function nameTab() {
  const { view } = store;
  const name = select.name(view);
  const item = select.item(view);
  document.title = item ? `${titleOf(item)} · ${name}` : name;
  const speaker = document.querySelector(".speaker");
  if (!speaker) return;
  setText(speaker.lastChild, name);
  setLabel(speaker, t("nav.speaker", { name }));
}

/** A receiver that was upgraded has another page: a tablet on the wall should not wait for a hand. */
function keepUp(version) {
  firstVersion ??= version;
  if (version !== firstVersion) location.reload();
}

function pressed(event) {
  const onPage = event.target === document.body || event.target.matches?.("section, main");
  if (!onPage || event.key !== " " || !store.view) return;
  event.preventDefault();
  playOrPause();
}

root.lang = language;
root.dir = direction;
addEventListener("hashchange", goTo);
addEventListener("keydown", pressed);
takeDrops(() => load("queue"));
for (const { query } of LAYOUTS) query.addEventListener("change", arrange);
connection.addEventListener("status", follow);
store.watch((view) => view.receiver.version, keepUp);
store.watch(select.name, nameTab);
store.watch(select.item, nameTab);
page.prepend(h("tone-banner"));
page.after(h("tone-notices"), sheet);
follow();
