// What could come next while somebody types: commands, people, channels, emoji.

import { avatar, channelMark, handle, standing, userName } from "./directory.js";
import { h } from "./dom.js";
import { emoji, findEmoji } from "./emoji.js";
import { icon } from "./icons.js";
import { state } from "./store.js";

const AT_MOST = 8;

/** Every slash command of every app. */
export function commands() {
  return [...state.apps.values()].flatMap((app) =>
    (app.commands ?? []).map((command) => ({ ...command, app: app.name })),
  );
}

/** The known command that a text begins with, once a space follows it. */
export function commandOf(text) {
  return commands().find(({ command }) => text === command || text.startsWith(`${command} `)) ?? null;
}

/**
 * Suggestions for the text before the caret: { from, options }, where `from` is the
 * place to replace from. An option is { insert, picture, label, detail }.
 */
export function suggestionsFor(before) {
  const command = /^\/(\S*)$/.exec(before);
  if (command) return { from: 0, options: matchingCommands(before) };
  const token = /(?:^|[\s(])([@#:])([\p{L}\p{N}._+-]*)$/u.exec(before);
  if (!token) return null;
  const [, kind, fragment] = token;
  if (kind === ":" && fragment.length < 2) return null;
  const find = { "@": matchingPeople, "#": matchingChannels, ":": matchingEmoji }[kind];
  return {
    from: before.length - fragment.length - 1,
    options: find(fragment.toLowerCase()).slice(0, AT_MOST),
  };
}

function matchingCommands(start) {
  return commands()
    .filter(({ command }) => command.startsWith(start))
    .slice(0, AT_MOST)
    .map(({ command, description, usage_hint: hint, app }) => ({
      insert: `${command} `,
      picture: icon("bolt"),
      label: command,
      hint,
      detail: [description, app].filter(Boolean).join(" · "),
    }));
}

function matchingPeople(fragment) {
  const people = [...state.users.values()]
    .filter(
      (user) => !user.deleted && `${handle(user.id)} ${userName(user.id)}`.toLowerCase().includes(fragment),
    )
    .map((user) => ({
      insert: `@${handle(user.id)} `,
      picture: avatar(user.id, userName(user.id), { size: "tiny", bot: user.is_bot }),
      label: userName(user.id),
      detail: [`@${handle(user.id)}`, standing(user)].filter(Boolean).join(" · "),
    }));
  const groups = [...state.groups.values()]
    .filter((group) => group.handle.includes(fragment))
    .map((group) => ({
      insert: `@${group.handle} `,
      picture: icon("people"),
      label: `@${group.handle}`,
      detail: group.name,
    }));
  const everybody = ["here", "channel"]
    .filter((name) => name.startsWith(fragment))
    .map((name) => ({
      insert: `@${name} `,
      picture: icon("horn"),
      label: `@${name}`,
      detail: name === "here" ? "Notify every active member" : "Notify every member",
    }));
  return [...people, ...groups, ...everybody];
}

function matchingChannels(fragment) {
  return [...state.channels.values()]
    .filter((channel) => !channel.is_im && channel.name.includes(fragment))
    .map((channel) => ({
      insert: `#${channel.name} `,
      picture: channelMark(channel),
      label: channel.name,
      detail: "",
    }));
}

function matchingEmoji(fragment) {
  return findEmoji(fragment, AT_MOST).map((name) => ({
    insert: `:${name}: `,
    picture: h("span", { class: "emoji" }, emoji(name)),
    label: `:${name}:`,
    detail: "",
  }));
}
