// The side bar: channels, direct messages and apps, with what is unread.

import { act } from "./api.js";
import { attempt } from "./attempt.js";
import {
  appOfBot,
  avatar,
  channelBadge,
  channelMark,
  channelName,
  isDirect,
  people,
  standing,
  userName,
} from "./directory.js";
import { fill, h, patchList } from "./dom.js";
import { icon } from "./icons.js";
import { loadDirectory } from "./load.js";
import { openChannel, openDirect, openHome } from "./navigate.js";
import { openMenu } from "./popover.js";
import { promptFor } from "./prompt.js";
import { state, subscribe } from "./store.js";

const opened = { Browse: false, Archived: false };

/** Draw the side bar into `nav`, now and whenever something changes. */
export function mountSidebar(nav) {
  const scroll = h("div", { class: "sidebar-scroll" });
  const foot = h(
    "p",
    { class: "sidebar-foot" },
    "A rehearsal workspace. Nothing here reaches Slack or anybody outside.",
  );
  fill(nav, scroll, foot);
  const draw = () => drawGroups(scroll);
  subscribe("directory", draw);
  subscribe("place", draw);
}

function groups() {
  const all = [...state.channels.values()].filter((channel) => !isDirect(channel));
  const direct = [...state.channels.values()].filter(
    (channel) => isDirect(channel) && !appOfBot(channel.user),
  );
  return [
    {
      name: "Channels",
      rows: all.filter((channel) => channel.is_member && !channel.is_archived).map(channelRow),
      add: { label: "Create a channel", run: createChannel },
    },
    {
      name: "Direct messages",
      rows: direct.map(directRow),
      add: { label: "Write to somebody", run: chooseSomebody },
    },
    { name: "Apps", rows: [...state.apps.values()].map(appRow) },
    {
      name: "Browse",
      folds: true,
      rows: all.filter((channel) => !channel.is_member && !channel.is_archived).map(channelRow),
    },
    { name: "Archived", folds: true, rows: all.filter((channel) => channel.is_archived).map(channelRow) },
  ].filter((group) => group.rows.length || group.add);
}

function drawGroups(scroll) {
  if (!state.me) return;
  patchList(scroll, groups(), {
    key: (group) => group.name,
    signature: (group) => JSON.stringify([group.rows.map((row) => row.signature), opened[group.name]]),
    render: drawGroup,
  });
}

function drawGroup(group) {
  const hidden = group.folds && !opened[group.name] && !group.rows.some((row) => row.current);
  const id = `group-${group.name.replace(" ", "-").toLowerCase()}`;
  const fold = () => {
    opened[group.name] = hidden;
    drawGroups(document.querySelector(".sidebar-scroll"));
  };
  const heading = group.folds
    ? h(
        "button",
        {
          type: "button",
          class: "group-fold",
          "aria-expanded": String(!hidden),
          "aria-controls": id,
          onclick: fold,
          dataset: { focus: id },
        },
        icon(hidden ? "right" : "down"),
        group.name,
      )
    : group.name;
  return h(
    "section",
    { class: "group" },
    h("h2", { class: "group-heading" }, heading, group.add ? addButton(group.add) : null),
    h(
      "ul",
      { class: "group-rows", id, hidden },
      hidden ? null : group.rows.map((row) => h("li", {}, row.draw())),
    ),
  );
}

function addButton({ label, run }) {
  return h(
    "button",
    {
      type: "button",
      class: "icon-button on-dark",
      "aria-label": label,
      title: label,
      onclick: (event) => run(event.currentTarget),
    },
    icon("plus"),
  );
}

function row({ current, channel, signature, label, mark, trailing, open, dataset }) {
  const loud = channel && (channel.unread || channel.mentions) && !current;
  const draw = () =>
    h(
      "button",
      {
        type: "button",
        class: `row${loud ? " unread" : ""}${channel?.is_archived ? " faint" : ""}`,
        "aria-current": current ? "page" : null,
        onclick: open,
        dataset: { ...dataset, focus: JSON.stringify(dataset) },
      },
      h("span", { class: "row-mark" }, mark()),
      h("span", { class: "row-label" }, label),
      trailing?.(),
      loud ? channelBadge(channel) : null,
    );
  return {
    current,
    draw,
    signature: JSON.stringify([label, current, loud, channel?.unread, channel?.mentions, signature]),
  };
}

function channelRow(channel) {
  return row({
    channel,
    current: state.place?.id === channel.id,
    label: channelName(channel),
    signature: [channel.is_private, channel.is_archived, channel.is_ext_shared],
    mark: () => channelMark(channel),
    trailing: () =>
      channel.is_ext_shared
        ? h("span", { class: "row-note", title: "Shared with another organisation" }, icon("globe"))
        : null,
    open: () => openChannel(channel.id),
    dataset: { channel: channel.id },
  });
}

function directRow(channel) {
  const name = channelName(channel);
  return row({
    channel,
    current: state.place?.id === channel.id,
    label: channel.user === state.me.id ? `${name} (you)` : name,
    mark: () => avatar(channel.user ?? channel.id, name, { size: "tiny" }),
    open: () => openChannel(channel.id),
    dataset: { channel: channel.id },
  });
}

function appRow(app) {
  const channel = [...state.channels.values()].find((one) => one.is_im && one.user === app.bot_user_id);
  return row({
    channel,
    current: state.place?.app === app.id || (channel && state.place?.id === channel.id),
    label: app.name,
    signature: app.has_home,
    mark: () => avatar(app.bot_user_id, app.name, { bot: true, size: "tiny" }),
    open: () => (channel?.unread || !app.has_home ? openDirect(app.bot_user_id) : openHome(app.id)),
    dataset: { app: app.id },
  });
}

async function createChannel() {
  const wish = await promptFor({
    title: "Create a channel",
    label: "Name",
    hint: "Lower case, no spaces, at most 80 characters",
    yes: "Create",
    check: "Private: only invited people see it",
  });
  if (!wish?.text) return;
  const made = await attempt(() => act("create_channel", { name: wish.text, is_private: wish.checked }));
  if (!made) return;
  await loadDirectory();
  await openChannel(made.channel);
}

function chooseSomebody(anchor) {
  const items = people().map((user) => ({
    label: userName(user.id),
    detail: standing(user),
    picture: avatar(user.id, userName(user.id), { size: "tiny" }),
    run: () => openDirect(user.id),
  }));
  openMenu(anchor, items, { label: "Write to" });
}
