// What can be done with a message: the bar that appears over it, and the same by keyboard.

import { act } from "./api.js";
import { ask } from "./confirm.js";
import { channelOf } from "./directory.js";
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { openThread } from "./navigate.js";
import { fromSlackText } from "./outgoing.js";
import { openMenu } from "./popover.js";
import { pickReaction, toggleReaction } from "./reactions.js";
import { publish, state } from "./store.js";
import { notice, refused } from "./toasts.js";

const QUICK = ["white_check_mark", "eyes", "pushpin"];

/** The bar over a message; it shows on hover and while focus is inside the message. */
export function toolbar(message, { inThread }) {
  if (message.ephemeral) return h("div", { class: "toolbar", hidden: true });
  const quick = QUICK.map((name) => tool(`React with :${name}:`, () => toggleReaction(message, name), h("span", { class: "emoji", "aria-hidden": "true" }, emoji(name))));
  return h(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    quick,
    tool("Add reaction", (event) => pickReaction(event.currentTarget, message), icon("smile")),
    inThread ? null : tool("Reply in thread", () => openThread(channelOf(message), message.thread_ts ?? message.ts), icon("thread")),
    tool(message.pinned ? "Unpin message" : "Pin message", () => togglePin(message), icon("pin")),
    tool("More message actions", (event) => openMore(event.currentTarget, message), icon("more"), { "aria-haspopup": "menu", "aria-expanded": "false" }),
  );
}

function tool(name, run, picture, more = {}) {
  return h("button", { type: "button", class: "tool", "aria-label": name, title: name, onclick: run, ...more }, picture);
}

/** R react, T thread, P pin, E edit, Delete; while the message itself has focus. */
export function keyboardShortcuts(event, message, { inThread }) {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey || message.ephemeral) return;
  const runs = {
    r: () => pickReaction(event.currentTarget, message),
    t: () => !inThread && openThread(channelOf(message), message.thread_ts ?? message.ts),
    p: () => togglePin(message),
    e: () => isMine(message) && startEdit(message),
    m: () => openMore(event.currentTarget, message),
    Delete: () => isMine(message) && remove(message),
  };
  if (!Object.hasOwn(runs, event.key)) return;
  event.preventDefault();
  runs[event.key]();
}

function isMine(message) {
  return message.user === state.me.id;
}

async function attempt(action, details, done) {
  try {
    await act(action, details);
    if (done) notice(done);
  } catch (refusal) {
    refused(refusal);
  }
}

function place(message) {
  return { channel: channelOf(message), ts: message.ts };
}

function togglePin(message) {
  return attempt(message.pinned ? "unpin" : "pin", place(message));
}

function startEdit(message) {
  state.editing = { ts: message.ts, text: fromSlackText(message.text ?? "") };
  publish("channel");
  publish("thread");
  const field = [...document.querySelectorAll(".editor textarea")].at(-1);
  field?.focus();
  field?.setSelectionRange(field.value.length, field.value.length);
}

async function remove(message) {
  const sure = await ask({ title: "Delete this message?", text: "It disappears for everybody, and apps are told.", yes: "Delete", no: "Keep it", danger: true });
  if (sure) await attempt("delete", place(message));
}

function openMore(anchor, message) {
  const shortcuts = [...state.apps.values()].flatMap((app) =>
    (app.message_shortcuts ?? []).map((shortcut) => ({
      label: shortcut.name ?? shortcut.callback_id,
      detail: app.name,
      picture: "bolt",
      run: () => attempt("message_action", { ...place(message), callback_id: shortcut.callback_id }),
    })),
  );
  const own = isMine(message)
    ? [
        { label: "Edit message", picture: "edit", run: () => startEdit(message) },
        { label: "Delete message", picture: "trash", danger: true, run: () => remove(message) },
      ]
    : [];
  const copy = { label: "Copy timestamp", detail: message.ts, picture: "copy", run: () => navigator.clipboard?.writeText(message.ts) };
  openMenu(anchor, [...shortcuts, ...own, copy], { label: "More message actions" });
}
