// A list of messages that stays still while it changes.
//
// Rows are patched by timestamp. Whoever reads the newest message stays at the bottom;
// whoever reads further up keeps the line they read, whatever happens around it.

import { gathered } from "./arrivals.js";
import { fill, h, patchList } from "./dom.js";
import { isBeingEdited } from "./editor.js";
import { icon } from "./icons.js";
import { drawMessage } from "./message.js";
import { state } from "./store.js";
import { dayKey, dayLabel } from "./time.js";

const SAME_BREATH_SECONDS = 300; // messages of one author closer than this share a head
const AT_BOTTOM_PIXELS = 48;

/** A scrolling feed of messages; one for the channel, one for the thread pane. */
export class MessageList {
  constructor({ label, before = null, onBottom = () => {} }) {
    this.rows = h("div", { class: "feed", role: "feed", "aria-label": label });
    this.before = h("div", { class: "feed-before" }, before);
    this.inner = h("div", { class: "feed-inner" }, this.before, this.rows);
    this.scroller = h("div", { class: "scroller", tabindex: "-1" }, this.inner);
    this.jump = h(
      "button",
      { type: "button", class: "jump", hidden: true, onclick: () => this.toBottom() },
      icon("down"),
      h("span", {}, "Newest messages"),
    );
    this.root = h("div", { class: "feed-frame" }, this.scroller, this.jump);
    this.following = true;
    this.lastSeen = "";
    this.onBottom = onBottom;
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.rows.addEventListener("keydown", (event) => this.moveFocus(event));
    new ResizeObserver(() => this.following && this.toBottom()).observe(this.inner);
    new ResizeObserver(() => this.following && this.toBottom()).observe(this.scroller);
  }

  /** Start over with another conversation. */
  reset(label) {
    fill(this.rows);
    this.rows.setAttribute("aria-label", label);
    this.following = true;
    this.lastSeen = "";
    this.jump.hidden = true;
  }

  /** Show these messages; `newFrom` is the timestamp above which the "New" line stands. */
  draw(messages, { newFrom = null, inThread = false } = {}) {
    const anchor = this.following ? null : this.anchor();
    patchList(this.rows, rowsOf(messages, newFrom), {
      key: (row) => row.key,
      signature: (row) =>
        JSON.stringify([row, state.directoryVersion, row.message && isBeingEdited(row.message)]),
      render: (row) => drawRow(row, inThread),
    });
    this.tabStop();
    const last = messages.at(-1)?.ts ?? "";
    if (this.following) this.toBottom();
    else if (anchor) this.scroller.scrollTop += anchor.node.getBoundingClientRect().top - anchor.top;
    if (!this.following && last > this.lastSeen && this.lastSeen) this.jump.hidden = false;
    if (this.following || !this.lastSeen) this.lastSeen = last;
  }

  /** Scroll to a message and mark it for a moment; false if it is not shown. */
  reveal(ts) {
    const node = this.rows.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    if (!node) return false;
    this.following = false;
    node.scrollIntoView({ block: "center" });
    node.classList.add("found");
    setTimeout(() => node.classList.remove("found"), 2500);
    return true;
  }

  toBottom() {
    this.following = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.jump.hidden = true;
  }

  scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    this.following = scrollHeight - scrollTop - clientHeight < AT_BOTTOM_PIXELS;
    if (!this.following) return;
    this.jump.hidden = true;
    this.onBottom();
  }

  anchor() {
    const top = this.scroller.getBoundingClientRect().top;
    const node = [...this.rows.children].find(
      (row) => row.dataset.ts && row.getBoundingClientRect().bottom > top,
    );
    return node && { node, top: node.getBoundingClientRect().top };
  }

  // One message can be reached by Tab, the others from there by arrow keys.
  tabStop() {
    const articles = [...this.rows.querySelectorAll("article")];
    if (!articles.length || articles.some((each) => each === document.activeElement)) return;
    for (const each of articles) each.tabIndex = -1;
    articles.at(-1).tabIndex = 0;
  }

  moveFocus(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.tagName !== "ARTICLE") return;
    const articles = [...this.rows.querySelectorAll("article")];
    const next = articles[articles.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

function rowsOf(messages, newFrom) {
  const rows = [];
  let previous = null;
  for (const message of gathered(messages, newFrom)) {
    const at = Number(message.ts);
    const newDay = !previous || dayKey(at) !== dayKey(Number(previous.ts));
    if (newDay) rows.push({ key: `day ${dayKey(at)}`, kind: "day", label: dayLabel(at) });
    if (newFrom && message.ts === newFrom) rows.push({ key: "new", kind: "new" });
    const below = rows.at(-1)?.kind === "message" && continues(previous, message);
    rows.push({ key: message.ts, kind: "message", message, grouped: below });
    previous = message;
  }
  return rows;
}

function continues(previous, message) {
  const sameVoice =
    previous.user === message.user &&
    previous.bot_id === message.bot_id &&
    previous.username === message.username;
  const plain = !previous.subtype && !message.subtype && previous.ephemeral === message.ephemeral;
  return sameVoice && plain && Number(message.ts) - Number(previous.ts) < SAME_BREATH_SECONDS;
}

function drawRow(row, inThread) {
  if (row.kind === "day")
    return h("div", { class: "day", role: "separator", "aria-label": row.label }, h("span", {}, row.label));
  if (row.kind === "new")
    return h(
      "div",
      { class: "new-line", role: "separator", "aria-label": "New messages" },
      h("span", {}, "New"),
    );
  return drawMessage(row.message, { grouped: row.grouped, inThread });
}
