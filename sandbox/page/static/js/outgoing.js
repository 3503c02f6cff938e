// What a person types, turned into what Slack's own client would send, and back.
//
// Typed text is escaped, so nobody can write a control sequence by hand; @names and
// #channels that exist become mentions. Code is left as it was typed.

import { channelName, handle } from "./directory.js";
import { unescape } from "./mrkdwn.js";
import { state } from "./store.js";

const CODE = /(```[\s\S]*?```|`[^`\n]+`)/;
const BROADCASTS = new Set(["here", "channel", "everyone"]);

/** Typed text as message text. */
export function toSlackText(typed) {
  const escaped = typed.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return escaped
    .split(CODE)
    .map((part, at) => (at % 2 ? part : withMentions(part)))
    .join("");
}

function withMentions(text) {
  return text
    .replace(
      /(^|[\s(])@([\p{L}\p{N}][\p{L}\p{N}._-]*)/gu,
      (whole, lead, name) => lead + known(name, mention, `@${name}`),
    )
    .replace(
      /(^|[\s(])#([\p{L}\p{N}_-]+)/gu,
      (whole, lead, name) => lead + known(name, channelToken, `#${name}`),
    );
}

// A full stop may end the sentence and not belong to the name.
function known(name, find, otherwise) {
  const bare = name.replace(/[._-]+$/, "");
  const token = find(name) ?? find(bare);
  return token ? token + (find(name) ? "" : name.slice(bare.length)) : otherwise;
}

function mention(name) {
  if (BROADCASTS.has(name)) return `<!${name}>`;
  const user = [...state.users.values()].find((one) => one.name === name || handle(one.id) === name);
  if (user) return `<@${user.id}>`;
  const group = [...state.groups.values()].find((one) => one.handle === name);
  return group ? `<!subteam^${group.id}>` : null;
}

function channelToken(name) {
  const channel = [...state.channels.values()].find((one) => !one.is_im && one.name === name);
  return channel ? `<#${channel.id}>` : null;
}

/** Message text as it can be edited: names for mentions, addresses for links. */
export function fromSlackText(text) {
  const plain = text.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (whole, target, label) => {
    if (target.startsWith("@")) return `@${handle(target.slice(1))}`;
    if (target.startsWith("#")) return `#${channelName(state.channels.get(target.slice(1))) || label}`;
    if (target.startsWith("!subteam^")) return `@${state.groups.get(target.slice(9))?.handle ?? label}`;
    return target.startsWith("!") ? `@${target.slice(1)}` : target;
  });
  return unescape(plain);
}
