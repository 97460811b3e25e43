/** Dragging rows of a list to another place, by finger, pen or mouse. */

const SLACK_PX = 5;
const EDGE_PX = 72;
const SPEED_PX = 12;

/** Lets the rows of `list`, all of one height, be dragged. */
export class Reorder {
  #list;
  #drop;
  #drag = null;

  /** `drop(row, by)` is called when a row was let go `by` places further down (or, < 0, up). */
  constructor(list, drop) {
    this.#list = list;
    this.#drop = drop;
  }

  /** A pointer went down on the handle of `row`. */
  begin(event, row) {
    if (event.button || this.#drag) return;
    const handle = event.currentTarget;
    const rows = [...this.#list.children];
    const scroller = scrollerOf(this.#list);
    const drag = {
      row, rows, scroller, handle,
      place: rows.indexOf(row), by: 0, moving: false,
      height: row.offsetHeight, pointer: event.pointerId,
      startY: event.clientY, y: event.clientY, startTop: scroller.scrollTop,
    };
    this.#drag = drag;
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = (move) => this.#move(move);
    handle.onpointerup = () => this.#end(true);
    handle.onpointercancel = () => this.#end(false);
    drag.onkey = (key) => key.key === "Escape" && this.#end(false);
    addEventListener("keydown", drag.onkey);
  }

  #move({ clientY }) {
    const drag = this.#drag;
    drag.y = clientY;
    if (drag.moving || Math.abs(clientY - drag.startY) <= SLACK_PX) return;
    drag.moving = true;
    this.#list.classList.add("sorting");
    drag.row.classList.add("dragged");
    this.#frame();
  }

  /** Follow the pointer, and scroll where it is near an edge. */
  #frame() {
    const drag = this.#drag;
    if (!drag?.moving) return;
    const { scroller, height, rows, place } = drag;
    const { top, bottom } = edgesOf(scroller);
    if (drag.y < top + EDGE_PX) scroller.scrollTop -= SPEED_PX;
    else if (drag.y > bottom - EDGE_PX) scroller.scrollTop += SPEED_PX;
    const most = (rows.length - 1 - place) * height;
    const wanted = drag.y - drag.startY + scroller.scrollTop - drag.startTop;
    const way = Math.min(most, Math.max(-place * height, wanted));
    drag.by = Math.round(way / height);
    rows.forEach((row, index) => {
      const shift = row === drag.row ? way : height * shiftOf(index, place, place + drag.by);
      row.style.transform = shift ? `translateY(${shift}px)` : "";
    });
    requestAnimationFrame(() => this.#frame());
  }

  #end(dropped) {
    const { row, rows, handle, moving, by, onkey } = this.#drag;
    this.#drag = null;
    removeEventListener("keydown", onkey);
    handle.onpointermove = handle.onpointerup = handle.onpointercancel = null;
    if (!moving) return;
    // What follows is a click on the handle, which is none.
    handle.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => handle.removeEventListener("click", swallow, { capture: true }));
    this.#list.classList.remove("sorting");
    row.classList.remove("dragged");
    for (const other of rows) other.style.transform = "";
    if (dropped && by) this.#drop(row, by);
  }
}

function swallow(event) {
  event.stopImmediatePropagation();
  event.preventDefault();
}

/** Where a row goes while another one is dragged from one place to another: -1, 0 or 1 rows. */
function shiftOf(index, from, to) {
  if (index > from && index <= to) return -1;
  return index < from && index >= to ? 1 : 0;
}

function scrollerOf(element) {
  for (let node = element.parentElement; node; node = node.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(node).overflowY)) return node;
  }
  return document.scrollingElement;
}

function edgesOf(scroller) {
  // The tabs of a phone are above what scrolls.
  if (scroller === document.scrollingElement) return { top: 0, bottom: innerHeight - EDGE_PX };
  return scroller.getBoundingClientRect();
}
