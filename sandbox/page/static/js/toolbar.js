// What can be done with a message: the bar that appears over it, and the same by keyboard.

import { act } from "./api.js";
import { attempt } from "./attempt.js";
import { ask } from "./confirm.js";
import { channelOf } from "./directory.js";
import { h } from "./dom.js";
import { startEdit } from "./editor.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { openThread } from "./navigate.js";
import { openMenu } from "./popover.js";
import { pickReaction, toggleReaction } from "./reactions.js";
import { state } from "./store.js";

const QUICK = ["white_check_mark", "eyes", "pushpin"];

/** The bar over a message; it shows on hover and while focus is inside the message. */
export function toolbar(message, { inThread }) {
  const quick = QUICK.map((name) =>
    tool(
      `React with :${name}:`,
      () => toggleReaction(message, name),
      h("span", { class: "emoji", "aria-hidden": "true" }, emoji(name)),
    ),
  );
  const bar = h(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    quick,
    tool("Add reaction", (event) => pickReaction(event.currentTarget, message), icon("smile")),
    inThread
      ? null
      : tool(
          "Reply in thread",
          () => openThread(channelOf(message), message.thread_ts ?? message.ts),
          icon("thread"),
        ),
    tool(message.pinned ? "Unpin message" : "Pin message", () => togglePin(message), icon("pin")),
    tool("More message actions", (event) => openMore(event.currentTarget, message), icon("more"), {
      "aria-haspopup": "menu",
      "aria-expanded": "false",
    }),
  );
  return h("div", { class: "toolbar-track" }, bar);
}

function tool(name, run, picture, more = {}) {
  return h(
    "button",
    { type: "button", class: "tool", "aria-label": name, title: name, onclick: run, ...more },
    picture,
  );
}

/** R react, T thread, P pin, E edit, Delete; while the message itself has focus. */
export function keyboardShortcuts(event, message, { inThread }) {
  if (
    event.target !== event.currentTarget ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    message.ephemeral
  )
    return;
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

function place(message) {
  return { channel: channelOf(message), ts: message.ts };
}

function togglePin(message) {
  return attempt(() => act(message.pinned ? "unpin" : "pin", place(message)));
}

async function remove(message) {
  const sure = await ask({
    title: "Delete this message?",
    text: "It disappears for everybody, and apps are told.",
    yes: "Delete",
    no: "Keep it",
    danger: true,
  });
  if (sure) await attempt(() => act("delete", place(message)));
}

function openMore(anchor, message) {
  const shortcuts = [...state.apps.values()].flatMap((app) =>
    (app.message_shortcuts ?? []).map((shortcut) => ({
      label: shortcut.name ?? shortcut.callback_id,
      detail: app.name,
      picture: "bolt",
      run: () =>
        attempt(() => act("message_action", { ...place(message), callback_id: shortcut.callback_id })),
    })),
  );
  const own = isMine(message)
    ? [
        { label: "Edit message", picture: "edit", run: () => startEdit(message) },
        { label: "Delete message", picture: "trash", danger: true, run: () => remove(message) },
      ]
    : [];
  const copy = {
    label: "Copy timestamp",
    detail: message.ts,
    picture: "copy",
    run: () => navigator.clipboard?.writeText(message.ts),
  };
  openMenu(anchor, [...shortcuts, ...own, copy], { label: "More message actions" });
}
