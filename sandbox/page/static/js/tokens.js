// The small things inside text: mentions, broadcasts, links, dates and emoji.

import { appOfBot, channelMark, channelName, handle } from "./directory.js";
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { publish, state } from "./store.js";
import { fullTime, slackDate } from "./time.js";

const BROADCASTS = {
  channel: "Notifies every member of this channel",
  here: "Notifies every active member of this channel",
  everyone: "Notifies everybody in the workspace",
};

/** True for addresses a click may open. */
export function safeUrl(url) {
  return /^(https?:\/\/|mailto:|tel:)/i.test(url);
}

/** A link that says where it leads when its label does not. */
export function link(url, label, classes = "") {
  if (!safeUrl(url)) return h("span", {}, label || url);
  const text = label || url.replace(/^mailto:/i, "");
  const target = disguised(url, label);
  if (target)
    return h("span", {}, anchor(url, text, classes), h("span", { class: "leads-to" }, ` (${target})`));
  return anchor(url, text, classes);
}

function anchor(url, text, classes) {
  return h(
    "a",
    { href: url, target: "_blank", rel: "noopener noreferrer", title: url, class: classes || null },
    text,
  );
}

/** The node of what stands between angle brackets, if it is no link; null otherwise. */
export function mentionOf(target, label) {
  if (/^@[UWB][A-Z0-9]+$/.test(target)) return userMention(target.slice(1));
  if (/^#[CGD][A-Z0-9]+$/.test(target)) return channelMention(target.slice(1), label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), label);
  if (target.startsWith("!date^")) return dateToken(target, label);
  if (target.startsWith("!"))
    return broadcast(target.slice(1)) ?? h("span", { class: "mention" }, label || `<${target}>`);
  return null;
}

/** Where a link leads if its label pretends to be another address; "" for honest links. */
function disguised(url, label) {
  if (!/^(https?:\/\/|www\.)/i.test(label) || !URL.canParse(url)) return "";
  const said = label.startsWith("www.") ? `https://${label}` : label;
  const { host } = new URL(url);
  return URL.canParse(said) && new URL(said).host === host ? "" : host || url;
}

/** @ada; louder if it is the reader. */
export function userMention(id) {
  const name = appOfBot(id)?.name ?? handle(id);
  return h(
    "span",
    { class: id === state.me?.id ? "mention mention-me" : "mention", dataset: { user: id } },
    `@${name}`,
  );
}

/** @incident-commanders */
export function groupMention(id, label = "") {
  const known = state.groups.get(id)?.handle;
  const mine = state.groups.get(id)?.users?.includes(state.me?.id);
  return h(
    "span",
    { class: mine ? "mention mention-me" : "mention", dataset: { group: id } },
    `@${known ?? (label.replace(/^@/, "") || id)}`,
  );
}

/** #general, a way into the channel. */
export function channelMention(id, label = "") {
  const channel = state.channels.get(id);
  if (!channel) return h("span", { class: "mention" }, label ? `#${label}` : "a private channel");
  const open = () => publish("open", { kind: "channel", id });
  return h(
    "button",
    { type: "button", class: "mention mention-channel", onclick: open },
    channelMark(channel),
    channelName(channel),
  );
}

/** `@channel` and its sisters cannot be overlooked: in a demo this is how an injected ping shows. */
export function broadcast(range) {
  if (!Object.hasOwn(BROADCASTS, range)) return null;
  return h(
    "strong",
    { class: "broadcast", title: BROADCASTS[range], dataset: { broadcast: range } },
    icon("horn"),
    `@${range}`,
  );
}

/** What a broadcast does, as the sentence above the message. */
export function broadcastMeaning(range) {
  return BROADCASTS[range];
}

function dateToken(target, label) {
  const [, seconds, pattern = "", url] = target.split("^");
  return dateNode(Number(seconds), pattern, { fallback: label, url });
}

/** An instant in the reader's zone, the full time as tooltip. */
export function dateNode(seconds, pattern, { fallback = "", url = "" } = {}) {
  const text = slackDate(seconds, pattern, fallback);
  const known = Number.isFinite(seconds);
  const node = h(
    "time",
    { class: "date", title: known ? fullTime(seconds) : null, dataset: { at: String(seconds) } },
    text,
  );
  return url && safeUrl(url)
    ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, node)
    : node;
}

/** The picture of an emoji, read aloud by its name; null if it is none of ours. */
export function emojiNode(name) {
  const picture = emoji(name);
  return (
    picture &&
    h("span", { class: "emoji", role: "img", "aria-label": `:${name}:`, title: `:${name}:` }, picture)
  );
}
