// The head of a conversation: name, topic, members, pins, the bookmarks bar, and the app's tabs.

import { act } from "./api.js";
import { attempt } from "./attempt.js";
import { appOfBot, avatar, channelMark, channelName, channelTitle, isDirect, userName } from "./directory.js";
import { fill, h } from "./dom.js";
import { emoji } from "./emoji.js";
import { icon } from "./icons.js";
import { loadChannel, loadDirectory } from "./load.js";
import { mrkdwn } from "./mrkdwn.js";
import { openDirect, openHome, togglePane } from "./navigate.js";
import { openMenu } from "./popover.js";
import { state } from "./store.js";
import { safeUrl } from "./tokens.js";

const FACES = 3; // avatars on the members button

let drawn = "";

/** Draw the head of whatever is open into `header`, if it changed. */
export function drawHeader(header) {
  const channel = state.channel?.channel ?? state.channels.get(state.place?.id) ?? null;
  const app = openApp(channel);
  const picture = JSON.stringify([state.place, channel, app, state.pane, ...seen(), state.directoryVersion]);
  if (picture === drawn) return;
  drawn = picture;
  if (app) fill(header, appHead(app));
  else fill(header, channel && channelHead(channel), channel && bookmarks());
}

function openApp(channel) {
  if (state.place?.kind === "home") return state.apps.get(state.place.app);
  return channel?.is_im ? appOfBot(channel.user) : null;
}

function seen() {
  const { members, pins, bookmarks: marks } = state.channel ?? {};
  return [members, pins?.length, marks];
}

function appHead(app) {
  const tab = (label, picture, current, run) =>
    h(
      "button",
      { type: "button", class: "tab", role: "tab", "aria-selected": String(current), onclick: run },
      icon(picture),
      label,
    );
  const home = state.place.kind === "home";
  return h(
    "div",
    { class: "head" },
    avatar(app.bot_user_id, app.name, { bot: true, size: "small" }),
    h("h1", { class: "head-name" }, app.name),
    h("span", { class: "app-tag" }, "APP"),
    h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": app.name },
      app.has_home ? tab("Home", "home", home, () => openHome(app.id)) : null,
      tab("Messages", "thread", !home, () => openDirect(app.bot_user_id)),
    ),
  );
}

function channelHead(channel) {
  const name = channelName(channel);
  const mark = channel.is_im
    ? avatar(channel.user, name, { size: "small" })
    : h("span", { class: "head-mark" }, channelMark(channel));
  return h(
    "div",
    { class: "head" },
    mark,
    h("h1", { class: "head-name" }, name),
    channel.is_ext_shared ? h("span", { class: "tag tag-warn" }, icon("globe"), "Shared outside") : null,
    channel.is_archived ? h("span", { class: "tag" }, "Archived") : null,
    h(
      "p",
      { class: "head-topic", title: channel.topic || null, "aria-label": "Topic" },
      channel.topic ? mrkdwn(channel.topic) : null,
    ),
    h(
      "div",
      { class: "head-tools" },
      channel.is_im ? null : membersButton(channel),
      pinsButton(),
      isDirect(channel) ? null : moreButton(channel),
    ),
  );
}

function membersButton(channel) {
  const members = memberIds();
  const faces = members.slice(0, FACES).map((id) => avatar(id, userName(id), { size: "tiny" }));
  const count = members.length || channel.num_members || 0;
  return h(
    "button",
    {
      type: "button",
      class: "head-button faces",
      "aria-pressed": String(state.pane === "members"),
      "aria-label": `${count} members`,
      title: "Members",
      onclick: () => togglePane("members"),
      dataset: { pane: "members" },
    },
    faces,
    h("span", {}, String(count)),
  );
}

function pinsButton() {
  const count = state.channel?.pins?.length ?? 0;
  return h(
    "button",
    {
      type: "button",
      class: "head-button",
      "aria-pressed": String(state.pane === "pins"),
      "aria-label": `${count} pinned`,
      title: "Pinned messages",
      onclick: () => togglePane("pins"),
      dataset: { pane: "pins" },
    },
    icon("pin"),
    h("span", {}, String(count)),
  );
}

/** The members of the open channel, as ids. */
export function memberIds() {
  return state.channel?.members ?? [];
}

function moreButton(channel) {
  const open = (event) =>
    openMenu(
      event.currentTarget,
      [
        channel.is_member
          ? { label: "Leave channel", picture: "back", run: () => change("leave", channel) }
          : {
              label: "Join channel",
              picture: "plus",
              run: () => change("join", channel),
              disabled: channel.is_archived,
            },
        channel.is_archived
          ? { label: "Unarchive channel", picture: "archive", run: () => change("unarchive", channel) }
          : {
              label: "Archive channel",
              picture: "archive",
              danger: true,
              run: () => change("archive", channel),
            },
        {
          label: "Copy channel ID",
          detail: channel.id,
          picture: "copy",
          run: () => navigator.clipboard?.writeText(channel.id),
        },
      ],
      { label: "Channel" },
    );
  return h(
    "button",
    {
      type: "button",
      class: "head-button",
      "aria-label": `More about ${channelTitle(channel)}`,
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: open,
    },
    icon("more"),
  );
}

/** Join, leave, archive or unarchive. */
export async function change(action, channel) {
  await attempt(() => act(action, { channel: channel.id }));
  await Promise.all([loadDirectory(), loadChannel()]);
}

function bookmarks() {
  const marks = state.channel?.bookmarks ?? [];
  if (!marks.length) return null;
  return h(
    "ul",
    { class: "bookmarks", "aria-label": "Bookmarks" },
    marks.map((mark) => h("li", {}, bookmark(mark))),
  );
}

function bookmark({ title, link, emoji: shown }) {
  const picture = shown ? (emoji(shown) ?? null) : null;
  const inside = [
    picture ? h("span", { class: "emoji", "aria-hidden": "true" }, picture) : icon("link"),
    title,
  ];
  return link && safeUrl(link)
    ? h(
        "a",
        { href: link, target: "_blank", rel: "noopener noreferrer", title: link, class: "bookmark" },
        inside,
      )
    : h("span", { class: "bookmark" }, inside);
}
