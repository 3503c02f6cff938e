// What a message says: its blocks or its text, attachments and files.

import { attachments } from "./attachments.js";
import { patchBlocks } from "./blocks.js";
import { authorOf, channelOf } from "./directory.js";
import { h } from "./dom.js";
import { fileCard } from "./media.js";
import { mrkdwn } from "./mrkdwn.js";
import { state } from "./store.js";
import { surfaceOf } from "./surface.js";
import { fullTime } from "./time.js";

const JUMBO_EMOJI = 3; // a message of this many emoji or fewer and nothing else is shown large

const SYSTEM = new Set([
  "channel_join",
  "channel_leave",
  "channel_topic",
  "channel_purpose",
  "channel_name",
  "channel_archive",
  "channel_unarchive",
  "group_join",
  "group_leave",
  "group_topic",
  "group_purpose",
  "group_name",
  "group_archive",
  "group_unarchive",
  "pinned_item",
  "bot_add",
  "bot_remove",
  "channel_convert_to_private",
  "channel_convert_to_public",
  "reminder_add",
]);

/** True for what the workspace itself says: somebody joined, the topic changed. */
export function isSystem(message) {
  return SYSTEM.has(message.subtype);
}

/** What a message says: its blocks, or its text, then attachments and files. */
export function content(message) {
  const said = hasBlocks(message) ? card(message) : message.text ? prose(message) : null;
  return h("div", { class: "content" }, said, attachments(message), (message.files ?? []).map(fileCard));
}

/** True if the message is drawn from its blocks and not from its text. */
export function hasBlocks(message) {
  return Boolean(message.blocks?.length) && !isTyped(message);
}

/** "(edited)", with when as tooltip; null if it was not. */
export function editedMark(message) {
  if (!message.edited || isSystem(message)) return null;
  return h("span", { class: "edited", title: fullTime(Number(message.edited.ts)) }, " (edited)");
}

function card(message) {
  const place = { channel: channelOf(message), ts: message.ts };
  const surface = surfaceOf(`message ${state.me.id} ${place.channel} ${place.ts}`, place);
  const framed = authorOf(message).bot && !onlyText(message.blocks);
  return patchBlocks(h("div", { class: framed ? "card" : null }), message.blocks, surface);
}

function prose(message) {
  const nameless = isSystem(message) && !message.text.startsWith("<@");
  return h(
    "div",
    { class: isJumbo(message.text) ? "prose jumbo" : "prose" },
    nameless ? h("strong", {}, `${authorOf(message).name} `) : null,
    mrkdwn(message.text),
    editedMark(message),
  );
}

// What a person typed comes as text and, without its bold and its code, as one rich_text block.
function isTyped(message) {
  return (
    Boolean(message.text) && !message.bot_id && message.blocks.every((block) => block.type === "rich_text")
  );
}

function onlyText(blocks) {
  return blocks.every(
    (block) =>
      block.type === "rich_text" ||
      (block.type === "section" && !block.accessory && !block.fields && blocks.length === 1),
  );
}

function isJumbo(text) {
  const names = text.trim().match(/^(?::[a-z0-9_+-]+:\s*)+$/);
  return Boolean(names) && text.trim().split(/::|:\s+:/).length <= JUMBO_EMOJI;
}
