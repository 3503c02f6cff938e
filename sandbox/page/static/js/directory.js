// Names and faces: users, user groups, channels and apps as the page shows them.

import { h, unseen } from "./dom.js";
import { icon } from "./icons.js";
import { state } from "./store.js";

const HUES = 8; // as many avatar colours as theme.css has

/** What people call a user; the id if nobody knows it. */
export function userName(id) {
  const user = state.users.get(id);
  return user ? user.real_name || user.name : id;
}

/** The name after the @. */
export function handle(id) {
  const user = state.users.get(id);
  return user ? user.display_name || user.name : id;
}

/** Who wrote a message: { id, name, bot }. */
export function authorOf(message) {
  const app = appOfBot(message.user);
  const known = state.users.has(message.user) ? userName(message.user) : null;
  const name = message.username ?? app?.name ?? known ?? message.author?.name ?? "Somebody";
  return {
    id: message.user ?? message.bot_id ?? name,
    name,
    bot: Boolean(app ?? message.bot_id ?? message.author?.is_bot),
  };
}

/** The bot user of an app is drawn as the app. */
export function appOfBot(userId) {
  return [...state.apps.values()].find((app) => app.bot_user_id === userId) ?? null;
}

/** A channel's name as text: "general", or the other person of a direct message. */
export function channelName(channel) {
  if (!channel) return "unknown";
  if (channel.is_im) return userName(channel.user);
  return channel.name;
}

/** True for conversations that are not channels: between two people or a few. */
export function isDirect(channel) {
  return Boolean(channel.is_im || channel.is_mpim);
}

/** "#general", "Bob Lindqvist": how a sentence names a conversation. */
export function channelTitle(channel) {
  return isDirect(channel) ? channelName(channel) : `#${channelName(channel)}`;
}

/** The mark before a channel's name. */
export function channelMark(channel) {
  if (channel.is_private) return icon("lock");
  if (channel.is_archived) return icon("archive");
  return icon("hash");
}

/** What a user is beyond a plain member: "Admin", "Guest" …; "" for a plain member. */
export function standing(user) {
  if (user.deleted) return "Deactivated";
  if (user.is_bot) return "App";
  if (user.is_stranger || (user.team_id && state.team.id && user.team_id !== state.team.id))
    return "External";
  if (user.is_ultra_restricted) return "Single-channel guest";
  if (user.is_restricted) return "Guest";
  return user.is_owner ? "Owner" : user.is_admin ? "Admin" : "";
}

/** People who can be acted as or picked: no apps, nobody deactivated. */
export function people() {
  return [...state.users.values()].filter((user) => !user.is_bot && !user.deleted && user.id !== "USLACKBOT");
}

function hue(id) {
  let sum = 7;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 9973;
  return sum % HUES;
}

function initials(name) {
  const words = name.split(/[\s_-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0].toUpperCase()).join("");
}

/** A coloured square with initials; decorative, because the name always stands beside it. */
export function avatar(id, name, { bot = false, size = "medium" } = {}) {
  const classes = `avatar avatar-${size} hue-${hue(id)}${bot ? " avatar-bot" : ""}`;
  return h("span", { class: classes, "aria-hidden": "true" }, initials(name || id || "?"));
}

/** Unread and mention marks of a channel. */
export function channelBadge(channel) {
  if (channel.mentions)
    return h(
      "span",
      { class: "badge" },
      String(channel.mentions),
      unseen(channel.mentions === 1 ? " mention" : " mentions"),
    );
  if (channel.unread) return h("span", { class: "dot" }, unseen(`${channel.unread} unread`));
  return null;
}

/** The channel a message stands in. */
export function channelOf(message) {
  return message.channel ?? state.thread?.channel ?? state.place?.id;
}
