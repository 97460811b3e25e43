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

/** What the modules look like that come later: those of all views but the first. */
const SHEETS = ["queue", "speakers", "settings", "pairing"];

const AWAY = new Set(["connecting", "lost"]);

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
const missing = new Set();

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
    h("header", {}, speaker, h("nav", { "aria-label": t("nav.label") }, ...tabs)),
    h("main", {}, ...sections),
    h("aside", { "aria-label": t("view.playing"), class: "mini" }, h("tone-mini")),
    h("tone-told"),
  );
  arrange();
  if (store.view) nameTab();
  setTimeout(fetchAll, SPARE_MS);
}

/**
 * Show the views that there is room for, and of the others the one that was chosen; where that is
 * one which is always there, all stays as it is.
 */
function arrange() {
  const { name: layout, fixed } = LAYOUTS.find(({ query }) => query.matches);
  const tabs = Object.keys(VIEWS).filter((name) => !fixed.includes(name));
  const wanted = location.hash.slice(1);
  const chosen = [wanted, fixed.includes(wanted) && root.dataset.view, tabs[0]]
    .find((name) => tabs.includes(name));
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
    if (!section.hidden) visit(view);
  }
}

function fetchAll() {
  for (const name of Object.keys(VIEWS)) fetchView(name).catch(() => {});
}

function load(name) {
  return fetchView(name).catch(() => say(t("error.offline"), { kind: "refusal" }));
}

/**
 * Load a view that is looked at. Older browsers keep in mind for as long as the page is there that a
 * module did not come; so it is opened anew, but not while that would cut off a file being sent.
 */
function visit(name) {
  const free = connection.status === "ready" && !document.querySelector(".uploads li");
  if (missing.has(name) && free) reload();
  else load(name);
}

/** With the code that we came with. */
function reload() {
  if (code) history.replaceState(null, "", `#pair=${code}`);
  location.reload();
}

/** A view is never seen without what it looks like. While nobody answers, nothing is asked for. */
async function fetchView(name) {
  if (customElements.get(`tone-${name}`)) return;
  if (AWAY.has(connection.status)) throw new Error("the receiver is away");
  await Promise.all(SHEETS.map(fetchSheet));
  try {
    await import(`./views/${name}.js`);
  } catch (error) {
    missing.add(name);
    throw error;
  }
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
  shownRole = null;
  try {
    await fetchView("pairing");
  } catch {
    const again = { type: "button", class: "filled", text: t("banner.now"), onclick: reload };
    showAlone(h("div", { class: "splash" }, h("p", { text: t("error.offline") }), h("button", again)));
    return;
  }
  const pairing = document.createElement("tone-pairing");
  pairing.code = code;
  code = "";
  showAlone(pairing);
}

/** Unless somebody has let us in meanwhile. */
function showAlone(element) {
  if (connection.status === "stranger") page.replaceChildren(h("main", { class: "alone" }, element));
}

/** Another role may do other things, so the page is built anew for it. */
function follow() {
  if (connection.status === "stranger") {
    showPairing();
  } else if (connection.status === "ready") {
    code = "";
    if (connection.role !== shownRole) build();
    else catchUp();
  }
  root.dataset.status = connection.status;
}

/** What did not come while the receiver was away. */
function catchUp() {
  arrange();
  fetchAll();
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
page.before(h("tone-banner"));
page.after(h("tone-notices"), sheet);
follow();
