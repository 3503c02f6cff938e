// One message: who, when, what, and everything that hangs below it.

import { act } from "./api.js";
import { attempt } from "./attempt.js";
import { content, editedMark, hasBlocks, isSystem } from "./content.js";
import { authorOf, avatar, channelOf, userName } from "./directory.js";
import { h } from "./dom.js";
import { editor, isBeingEdited } from "./editor.js";
import { icon } from "./icons.js";
import { openThread } from "./navigate.js";
import { reactionRow } from "./reactions.js";
import { clockTime, fullTime, moment } from "./time.js";
import { broadcastMeaning } from "./tokens.js";
import { keyboardShortcuts, toolbar } from "./toolbar.js";

const FACES = 3; // avatars on the button that opens a thread

/** The article of one message; `grouped` leaves out the head it shares with the one before. */
export function drawMessage(message, { grouped = false, inThread = false } = {}) {
  const who = authorOf(message);
  const at = Number(message.ts);
  const article = h(
    "article",
    {
      class: classesOf(message, grouped),
      tabindex: "-1",
      "aria-label": `${message.ephemeral ? "Only visible to you: " : ""}${who.name}, ${clockTime(at)}`,
      dataset: {
        ts: message.ts,
        user: message.user ?? "",
        ephemeral: String(Boolean(message.ephemeral)),
        focus: message.ts,
      },
    },
    h("div", { class: "gutter" }, gutter(message, who, grouped)),
    h(
      "div",
      { class: "message-main" },
      notes(message),
      grouped ? null : head(message, who),
      isBeingEdited(message) ? editor(message) : content(message),
      grouped && hasBlocks(message) ? editedMark(message) : null,
      footer(message, inThread),
    ),
  );
  if (isSystem(message)) return article;
  shout(article);
  if (!isBeingEdited(message)) equip(article, message, inThread);
  return article;
}

function classesOf(message, grouped) {
  const classes = {
    grouped,
    system: isSystem(message),
    ephemeral: message.ephemeral,
    pinned: message.pinned,
  };
  return ["message", ...Object.keys(classes).filter((name) => classes[name])].join(" ");
}

function gutter(message, who, grouped) {
  if (isSystem(message)) return avatar(who.id, who.name, { bot: who.bot, size: "tiny" });
  return grouped ? time(Number(message.ts), "gutter-time") : avatar(who.id, who.name, { bot: who.bot });
}

function equip(article, message, inThread) {
  if (!message.ephemeral) article.append(toolbar(message, { inThread }));
  article.addEventListener("keydown", (event) => keyboardShortcuts(event, message, { inThread }));
}

function time(at, classes) {
  return h(
    "time",
    { class: classes, title: fullTime(at), datetime: new Date(at * 1000).toISOString() },
    clockTime(at),
  );
}

function head(message, who) {
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "author" }, who.name),
    who.bot ? h("span", { class: "app-tag" }, "APP") : null,
    isSystem(message) ? null : time(Number(message.ts), "stamp"),
    hasBlocks(message) ? editedMark(message) : null,
  );
}

function notes(message) {
  const link = (label, run) => h("button", { type: "button", class: "link-button", onclick: run }, label);
  const note = (kind, picture, ...words) => h("p", { class: `note note-${kind}` }, icon(picture), words);
  const toThread = () => openThread(channelOf(message), message.thread_ts);
  return [
    message.ephemeral &&
      note(
        "ephemeral",
        "eye",
        "Only visible to you",
        link("Dismiss", () => dismiss(message)),
      ),
    message.pinned && note("pinned", "pin", "Pinned"),
    message.subtype === "thread_broadcast" && note("thread", "thread", link("Replied to a thread", toThread)),
  ];
}

function dismiss(message) {
  return attempt(() => act("delete", { channel: channelOf(message), ts: message.ts }));
}

function footer(message, inThread) {
  const parts = [];
  if (message.reactions?.length) parts.push(reactionRow(message));
  if (!inThread && message.reply_count) parts.push(threadLink(message));
  return parts;
}

function threadLink(message) {
  const faces = (message.reply_users ?? [])
    .slice(0, FACES)
    .map((id) => avatar(id, userName(id), { size: "tiny" }));
  const count = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  const last = message.latest_reply
    ? h("span", { class: "thread-last" }, `Last reply ${moment(Number(message.latest_reply))}`)
    : null;
  return h(
    "button",
    {
      type: "button",
      class: "thread-link",
      onclick: () => openThread(channelOf(message), message.ts),
      dataset: { focus: `thread ${message.ts}` },
    },
    h("span", { class: "faces" }, faces),
    h("strong", {}, count),
    last,
  );
}

// A broadcast is said twice: in the text, and above it in words.
function shout(article) {
  const mark = article.querySelector(".broadcast");
  if (article.querySelector(".mention-me")) article.classList.add("to-me");
  if (!mark) return;
  article.classList.add("loud");
  article.dataset.broadcast = mark.dataset.broadcast;
  article
    .querySelector(".message-main")
    .prepend(h("p", { class: "note note-loud" }, icon("horn"), broadcastMeaning(mark.dataset.broadcast)));
}
