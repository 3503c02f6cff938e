// The middle of the page when a channel is open: head, messages, and where to write.

import { act } from "./api.js";
import { appOfBot, authorOf, channelTitle, isDirect } from "./directory.js";
import { Composer } from "./composer.js";
import { fill, h } from "./dom.js";
import { change, drawHeader } from "./header.js";
import { icon } from "./icons.js";
import { loadChannel, PAGE_OF_MESSAGES } from "./load.js";
import { MessageList } from "./messages.js";
import { plainOf } from "./plain.js";
import { publish, state, subscribe } from "./store.js";

const ALL_MESSAGES = 1000; // as many as the sandbox gives at once

/** Build the conversation into `main`; Home tabs share its head. */
export function mountConversation(main, home) {
  const header = h("header", { class: "conversation-head" });
  const list = new MessageList({ label: "Messages", onBottom: () => markRead(list) });
  const composer = new Composer({ kind: "channel", onSent: () => list.toBottom() });
  const bar = h("div", { class: "composer-bar" });
  fill(main, header, list.root, home.root, composer.root, bar);
  const view = { header, list, composer, bar, home, shown: null, newFrom: null, announced: "" };
  for (const topic of ["place", "channel", "directory", "pane", "home"]) subscribe(topic, () => draw(view));
  subscribe("reveal", (ts) => reveal(list, ts));
  document.addEventListener("visibilitychange", () => markRead(list));
  return view;
}

function draw(view) {
  if (!state.me || !state.place) return;
  drawHeader(view.header);
  const isHome = state.place.kind === "home";
  view.list.root.hidden = isHome;
  view.home.root.hidden = !isHome;
  if (isHome) {
    view.shown = null;
    view.composer.root.hidden = true;
    view.bar.hidden = true;
    return;
  }
  drawChannel(view);
}

function drawChannel(view) {
  const open = state.channel;
  const channel = open?.channel ?? state.channels.get(state.place.id);
  if (!channel) return;
  drawEntrance(view, channel);
  const visit = `${state.me.id} ${state.place.id}`;
  if (view.shown !== visit) enter(view, visit, channel);
  if (!open) return;
  const { messages } = open;
  if (view.newFrom === undefined) view.newFrom = firstUnread(messages, view.unread);
  fill(view.list.before, messages.length ? beginning(channel, open) : emptyRoom(channel, view.composer));
  view.list.draw(messages, { newFrom: view.newFrom });
  announce(view, messages);
  markRead(view.list);
}

// A message that is too old to be shown is fetched first.
async function reveal(list, ts) {
  if (list.reveal(ts) || !state.channel) return;
  state.channel.wanted = ALL_MESSAGES;
  await loadChannel();
  list.reveal(ts);
}

function enter(view, visit, channel) {
  view.shown = visit;
  view.unread = channel.unread ?? state.channels.get(channel.id)?.unread ?? 0;
  view.newFrom = undefined;
  view.announced = "";
  view.list.reset(`Messages in ${channelTitle(channel)}`);
  fill(view.list.before);
  view.composer.retarget({ channel: channel.id, label: `Message ${channelTitle(channel)}` });
  document.title = `${channelTitle(channel)} – ${state.team.name}`;
}

function firstUnread(messages, unread) {
  const others = messages.filter((message) => message.user !== state.me.id && !message.ephemeral);
  return unread ? (others[Math.max(0, others.length - unread)]?.ts ?? null) : null;
}

// Who may not write here is told why, and what to do about it.
function drawEntrance(view, channel) {
  const known = { ...state.channels.get(channel.id), ...channel };
  const outside = !isDirect(known) && known.is_member === false;
  view.composer.root.hidden = Boolean(known.is_archived || outside);
  view.bar.hidden = !view.composer.root.hidden;
  const kind = known.is_archived ? "archived" : outside ? "outside" : "";
  if (view.bar.dataset.kind === kind + known.id) return;
  view.bar.dataset.kind = kind + known.id;
  if (kind === "archived")
    fill(
      view.bar,
      icon("archive"),
      `${channelTitle(known)} is archived: it can be read, but nobody can write.`,
    );
  if (kind === "outside")
    fill(
      view.bar,
      `You are looking at ${channelTitle(known)} from outside.`,
      h(
        "button",
        { type: "button", class: "button primary", onclick: () => change("join", known) },
        "Join channel",
      ),
    );
}

function beginning(channel, open) {
  if (!open.hasMore)
    return h(
      "p",
      { class: "beginning" },
      channel.is_im
        ? `This is the beginning of your conversation with ${channelTitle(channel)}.`
        : `This is the beginning of ${channelTitle(channel)}.`,
    );
  const more = () => {
    open.wanted += PAGE_OF_MESSAGES;
    loadChannel();
  };
  return h("button", { type: "button", class: "button quiet", onclick: more }, "Show earlier messages");
}

function emptyRoom(channel, composer) {
  const app = channel.is_im ? appOfBot(channel.user) : null;
  const commands = [...state.apps.values()]
    .filter((one) => !app || one === app)
    .flatMap((one) => (one.commands ?? []).map((command) => ({ ...command, app: one.name })));
  const tile = ({ command, description, usage_hint: hint, app: name }) =>
    h(
      "button",
      { type: "button", class: "try", onclick: () => composer.suggest(`${command} `) },
      h("code", {}, command),
      h("span", {}, description || name),
      hint ? h("span", { class: "menu-detail" }, hint) : null,
    );
  const purpose = typeof channel.purpose === "string" ? channel.purpose : channel.purpose?.value;
  return h(
    "div",
    { class: "empty" },
    h("h2", {}, channel.is_im ? channelTitle(channel) : `Welcome to ${channelTitle(channel)}`),
    h(
      "p",
      {},
      purpose ||
        (channel.is_im
          ? `Nobody has written here yet.`
          : "Nobody has written here yet. Say something, or try one of these:"),
    ),
    commands.length ? h("div", { class: "tries" }, commands.map(tile)) : null,
  );
}

// Screen readers hear what is new, once, and only in the open channel.
function announce(view, messages) {
  const last = messages.at(-1);
  if (!last) return;
  if (view.announced && last.ts > view.announced) {
    const fresh = messages.filter((message) => message.ts > view.announced && message.user !== state.me.id);
    if (fresh.length)
      document.getElementById("live").textContent = fresh
        .map((message) => `${authorOf(message).name}: ${plainOf(message)}`)
        .join(". ");
  }
  view.announced = last.ts;
}

let marked = "";

function markRead(list) {
  const last = state.channel?.messages?.filter((message) => !message.ephemeral).at(-1);
  const listed = state.channels.get(state.channel?.id);
  if (!last || !listed?.is_member || document.hidden || !list.following) return;
  const mark = `${state.me.id} ${state.channel.id} ${last.ts}`;
  if (marked === mark || (!listed.unread && !listed.mentions)) return;
  marked = mark;
  act("mark", { channel: state.channel.id, ts: last.ts }).then(
    () => {
      const now = state.channels.get(listed.id);
      if (now) Object.assign(now, { unread: 0, mentions: 0 });
      publish("directory");
    },
    () => (marked = ""),
  );
}
