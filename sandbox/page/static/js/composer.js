// Where people write: messages, slash commands, files and shortcuts.
//
// Enter sends, Shift+Enter breaks the line. What is typed is kept per person and
// place until it is sent, and comes back if the sandbox refuses it.

import { act, Refusal } from "./api.js";
import { attempt } from "./attempt.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { toSlackText } from "./outgoing.js";
import { pickEmoji } from "./reactions.js";
import { openShortcuts } from "./shortcuts.js";
import { state, subscribe } from "./store.js";
import { SuggestionBox } from "./suggestionbox.js";
import { commandOf } from "./suggest.js";
import { refused } from "./toasts.js";

// After these the app may have got the command: offering it again invites doing it twice.
const MAY_HAVE_ARRIVED = new Set(["operation_timeout", "dispatch_failed", "request_timeout"]);

const drafts = new Map();
let made = 0;

/** A message box; `kind` is "channel" or "thread", `onSent` hears that something left it. */
export class Composer {
  constructor({ kind, onSent = () => {} }) {
    this.kind = kind;
    this.onSent = onSent;
    this.target = null;
    this.pending = 0;
    const id = `composer-${(made += 1)}`;
    this.text = h("textarea", {
      id,
      class: "composer-text",
      rows: 1,
      spellcheck: "true",
      enterkeyhint: "send",
    });
    this.label = h("label", { class: "unseen", for: id }, "Message");
    this.box = new SuggestionBox(this.text, `${id}-suggestions`, () => this.changed());
    this.hint = h("div", { class: "composer-hint", "aria-live": "polite" });
    this.sendButton = h(
      "button",
      { type: "submit", class: "send", "aria-label": "Send", title: "Send" },
      icon("send"),
    );
    this.also = h("input", { type: "checkbox" });
    this.root = this.build();
    this.listen();
  }

  build() {
    const file = h("input", {
      type: "file",
      class: "unseen",
      tabindex: "-1",
      "aria-label": "File to attach",
      onchange: (event) => this.upload(event.target),
    });
    const tool = (name, picture, run, more = {}) =>
      h(
        "button",
        { type: "button", class: "icon-button", "aria-label": name, title: name, onclick: run, ...more },
        icon(picture),
      );
    const tools = h(
      "div",
      { class: "composer-tools" },
      this.kind === "channel"
        ? tool(
            "Commands and shortcuts",
            "bolt",
            (event) => openShortcuts(event.currentTarget, (text) => this.suggest(text)),
            {
              "aria-haspopup": "menu",
              "aria-expanded": "false",
            },
          )
        : null,
      tool("Attach a file", "clip", () => file.click()),
      tool(
        "Insert emoji",
        "smile",
        (event) => pickEmoji(event.currentTarget, (name) => this.insert(`:${name}: `)),
        { "aria-haspopup": "dialog", "aria-expanded": "false" },
      ),
      file,
      this.kind === "thread" ? h("label", { class: "also" }, this.also, "Also send to the channel") : null,
      h(
        "span",
        { class: "composer-keys", "aria-hidden": "true" },
        h("kbd", {}, "Enter"),
        " sends, ",
        h("kbd", {}, "Shift"),
        " ",
        h("kbd", {}, "Enter"),
        " breaks the line",
      ),
      this.sendButton,
    );
    return h(
      "form",
      { class: "composer", onsubmit: (event) => this.submit(event) },
      this.box.root,
      h("div", { class: "composer-frame" }, this.hint, this.label, this.text, tools),
    );
  }

  listen() {
    this.text.addEventListener("input", () => this.changed());
    this.text.addEventListener("keydown", (event) => this.pressed(event));
    subscribe("leaving", () => this.keep());
  }

  /** Write to another place; what was typed for the old one is kept. */
  retarget({ channel, thread_ts: thread, label }) {
    this.keep();
    this.target = { channel, ...(thread ? { thread_ts: thread } : {}) };
    this.draftKey = `${state.me.id} ${channel} ${thread ?? ""}`;
    this.text.placeholder = label;
    this.label.textContent = label;
    this.write(drafts.get(this.draftKey) ?? "");
  }

  keep() {
    if (this.draftKey) drafts.set(this.draftKey, this.text.value);
  }

  /** Put text into the box and the caret behind it. */
  suggest(text) {
    this.write(text);
    this.text.focus();
    this.text.setSelectionRange(text.length, text.length);
    this.changed();
  }

  write(text) {
    this.text.value = text;
    this.box.hide();
    this.fit();
    this.drawHint();
  }

  insert(text) {
    this.text.focus();
    this.text.setRangeText(text, this.text.selectionStart, this.text.selectionEnd, "end");
    this.changed();
  }

  changed() {
    this.fit();
    this.drawHint();
    this.box.update();
    this.keep();
  }

  fit() {
    this.text.style.height = "auto";
    if (this.text.scrollHeight) this.text.style.height = `${this.text.scrollHeight}px`;
    this.sendButton.toggleAttribute("data-ready", Boolean(this.text.value.trim()));
  }

  drawHint() {
    const known = this.kind === "channel" ? commandOf(this.text.value) : null;
    const shown = this.pending ? "pending" : (known?.command ?? "");
    if (this.hint.dataset.shown === shown) return;
    this.hint.dataset.shown = shown;
    if (this.pending)
      fill(this.hint, h("span", { class: "spinner", "aria-hidden": "true" }), "Waiting for the app…");
    else if (known)
      fill(
        this.hint,
        h("code", {}, known.command),
        " ",
        h("span", { class: "usage" }, known.usage_hint ?? ""),
        h("span", { class: "hint-about" }, known.description ?? ""),
      );
    else fill(this.hint);
  }

  pressed(event) {
    if (this.box.pressed(event)) return;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit(event);
  }

  async submit(event) {
    event.preventDefault();
    const typed = this.text.value.trim();
    if (!typed || !this.target) return;
    const { target, draftKey } = this;
    this.write("");
    drafts.delete(draftKey);
    this.onSent();
    try {
      await this.deliver(typed, target);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      refused(refusal, typed.startsWith("/") ? typed.split(/\s/)[0] : "");
      if (MAY_HAVE_ARRIVED.has(refusal.code)) return;
      if (!drafts.get(draftKey)) drafts.set(draftKey, typed);
      if (this.draftKey === draftKey && !this.text.value) this.write(typed);
    }
  }

  async deliver(typed, target) {
    const command = /^(\/[a-z0-9_-]+)(?:\s+([\s\S]*))?$/i.exec(typed);
    if (!command)
      return act("say", {
        ...target,
        text: toSlackText(typed),
        ...(this.alsoHere() ? { broadcast: true } : {}),
      });
    this.setPending(1);
    try {
      return await act("slash", { ...target, command: command[1], text: command[2] ?? "" });
    } finally {
      this.setPending(-1);
    }
  }

  setPending(step) {
    this.pending += step;
    this.root.toggleAttribute("data-pending", this.pending > 0);
    this.drawHint();
  }

  // A reply may be shown in the channel too; the box is ticked for one reply only.
  alsoHere() {
    const wanted = this.also.checked;
    this.also.checked = false;
    return wanted;
  }

  async upload(input) {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    const content = await file.text();
    await attempt(() => act("upload", { ...this.target, filename: file.name, content }), file.name);
  }
}
