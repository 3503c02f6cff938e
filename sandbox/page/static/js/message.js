// One message: who, when, what, and everything that hangs below it.

import { act } from "./api.js";
import { attachments } from "./attachments.js";
import { patchBlocks } from "./blocks.js";
import { authorOf, avatar, channelOf, userName } from "./directory.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { fileCard } from "./media.js";
import { mrkdwn } from "./mrkdwn.js";
import { openThread } from "./navigate.js";
import { toSlackText } from "./outgoing.js";
import { reactionRow } from "./reactions.js";
import { publish, state } from "./store.js";
import { surfaceOf } from "./surface.js";
import { clockTime, fullTime, moment } from "./time.js";
import { refused } from "./toasts.js";
import { broadcastMeaning } from "./tokens.js";
import { keyboardShortcuts, toolbar } from "./toolbar.js";

const JUMBO_EMOJI = 3; // a message of this many emoji or fewer and nothing else is shown large
const FACES = 3;

const SYSTEM = new Set([
  "channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "channel_archive", "channel_unarchive",
  "group_join", "group_leave", "group_topic", "group_purpose", "group_name", "group_archive", "group_unarchive", "pinned_item", "bot_add", "bot_remove",
  "channel_convert_to_private", "reminder_add",
]);

/** True while the reader rewrites this message. */
export function isBeingEdited(message) {
  return state.editing?.ts === message.ts;
}

/** The article of one message; `grouped` leaves out the head it shares with the one before. */
export function drawMessage(message, { grouped = false, inThread = false } = {}) {
  const who = authorOf(message);
  const at = Number(message.ts);
  const system = SYSTEM.has(message.subtype);
  const classes = ["message", grouped && "grouped", system && "system", message.ephemeral && "ephemeral", message.pinned && "pinned"];
  const article = h(
    "article",
    {
      class: classes.filter(Boolean).join(" "),
      tabindex: "-1",
      "aria-label": `${message.ephemeral ? "Only visible to you: " : ""}${who.name}, ${clockTime(at)}`,
      dataset: { ts: message.ts, user: message.user ?? "", ephemeral: String(Boolean(message.ephemeral)), focus: message.ts },
    },
    h("div", { class: "gutter" }, system ? avatar(who.id, who.name, { bot: who.bot, size: "tiny" }) : grouped ? time(at, "gutter-time") : avatar(who.id, who.name, { bot: who.bot })),
    h("div", { class: "message-main" }, notes(message), grouped ? null : head(who, at, system), isBeingEdited(message) ? editor(message) : content(message, system), footer(message, inThread)),
  );
  if (!system) shout(article);
  if (system || isBeingEdited(message)) return article;
  article.append(toolbar(message, { inThread }));
  article.addEventListener("keydown", (event) => keyboardShortcuts(event, message, { inThread }));
  return article;
}

function time(at, classes) {
  return h("time", { class: classes, title: fullTime(at), datetime: new Date(at * 1000).toISOString() }, clockTime(at));
}

function head(who, at, system) {
  return h("div", { class: "message-head" }, h("span", { class: "author" }, who.name), who.bot ? h("span", { class: "app-tag" }, "APP") : null, system ? null : time(at, "stamp"));
}

function notes(message) {
  const lines = [];
  if (message.ephemeral) lines.push(h("p", { class: "note note-ephemeral" }, icon("eye"), "Only visible to you", h("button", { type: "button", class: "link-button", onclick: () => dismiss(message) }, "Dismiss")));
  if (message.pinned) lines.push(h("p", { class: "note note-pinned" }, icon("pin"), "Pinned"));
  if (message.subtype === "thread_broadcast") lines.push(h("p", { class: "note" }, icon("thread"), h("button", { type: "button", class: "link-button", onclick: () => openThread(channelOf(message), message.thread_ts) }, "Replied to a thread")));
  return lines;
}

async function dismiss(message) {
  try {
    await act("delete", { channel: channelOf(message), ts: message.ts });
  } catch (refusal) {
    refused(refusal);
  }
}

/** What a message says: its blocks, or its text, then attachments and files. */
export function content(message, system = false) {
  const body = h("div", { class: "content" });
  if (message.blocks?.length && !isTyped(message)) {
    const surface = surfaceOf(`message ${channelOf(message)} ${message.ts}`, { channel: channelOf(message), ts: message.ts });
    const box = patchBlocks(h("div", { class: authorOf(message).bot && !onlyText(message.blocks) ? "card" : "" }), message.blocks, surface);
    body.append(box);
  } else if (message.text) {
    body.append(h("div", { class: `prose${isJumbo(message.text) ? " jumbo" : ""}` }, mrkdwn(message.text)));
  }
  if (message.edited && !system) (body.querySelector(":scope > .prose") ?? body).append(h("span", { class: "edited", title: fullTime(Number(message.edited.ts)) }, " (edited)"));
  body.append(...attachments(message), ...(message.files ?? []).map(fileCard));
  return body;
}

// What a person typed comes as text and, without its bold and its code, as one rich_text block.
function isTyped(message) {
  return Boolean(message.text) && !message.bot_id && message.blocks.every((block) => block.type === "rich_text");
}

function onlyText(blocks) {
  return blocks.every((block) => block.type === "rich_text" || (block.type === "section" && !block.accessory && !block.fields && blocks.length === 1));
}

function isJumbo(text) {
  const names = text.trim().match(/^(?::[a-z0-9_+-]+:\s*)+$/);
  return Boolean(names) && text.trim().split(/::|:\s+:/).length <= JUMBO_EMOJI;
}

function footer(message, inThread) {
  const parts = [];
  if (message.reactions?.length) parts.push(reactionRow(message));
  if (!inThread && message.reply_count) parts.push(threadLink(message));
  return parts;
}

function threadLink(message) {
  const faces = (message.reply_users ?? []).slice(0, FACES).map((id) => avatar(id, userName(id), { size: "tiny" }));
  const count = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  const last = message.latest_reply ? h("span", { class: "thread-last" }, `Last reply ${moment(Number(message.latest_reply))}`) : null;
  return h("button", { type: "button", class: "thread-link", onclick: () => openThread(channelOf(message), message.ts), dataset: { focus: `thread ${message.ts}` } }, h("span", { class: "faces" }, faces), h("strong", {}, count), last);
}

// A broadcast is said twice: in the text, and above it in words.
function shout(article) {
  const mark = article.querySelector(".broadcast");
  if (article.querySelector(".mention-me")) article.classList.add("to-me");
  if (!mark) return;
  article.classList.add("loud");
  article.dataset.broadcast = mark.dataset.broadcast;
  article.querySelector(".message-main").prepend(h("p", { class: "note note-loud" }, icon("horn"), broadcastMeaning(mark.dataset.broadcast)));
}

function editor(message) {
  const text = h("textarea", { class: "input", rows: 3, value: state.editing.text, "aria-label": "Edit message", dataset: { focus: `edit ${message.ts}` } });
  const leave = () => {
    state.editing = null;
    publish("channel");
    publish("thread");
  };
  const save = async () => {
    try {
      await act("edit", { channel: channelOf(message), ts: message.ts, text: toSlackText(text.value) });
      leave();
    } catch (refusal) {
      refused(refusal);
    }
  };
  text.addEventListener("input", () => (state.editing.text = text.value));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    save();
  });
  return h("div", { class: "editor" }, text, h("div", { class: "editor-buttons" }, h("button", { type: "button", class: "button", onclick: leave }, "Cancel"), h("button", { type: "button", class: "button primary", onclick: save }, "Save")));
}
