// What an entry of the sandbox's journal was, in a few words.

import { channelTitle, userName } from "./directory.js";
import { state } from "./store.js";

/** True if somebody only read a channel, which is of no interest to anybody. */
export function isReading(entry) {
  return entry.kind === "act" && entry.summary.endsWith(" mark");
}

/** "good", "bad" or "open" (no answer yet). */
export function verdict({ status }) {
  const text = String(status ?? "");
  if (/^(2\d\d|ok)$/i.test(text)) return "good";
  return /^(|sent|not subscribed)$/i.test(text) ? "open" : "bad";
}

/** "/incident declare", "chat.postMessage in #general", "Ada Okafor click take" … */
export function describe(entry) {
  const request = entry.request ?? {};
  switch (entry.kind) {
    case "act":
      return deed(entry) + place(entry, request);
    case "command":
      return `${entry.summary} ${request.text ?? ""}`;
    case "interaction":
      return `${entry.summary} ${subject(request)}`;
    default:
      return entry.summary + place(entry, request);
  }
}

function place(entry, request) {
  const id = entry.channel ?? request.channel ?? request.event?.channel;
  const channel = state.channels.get(id);
  return channel ? ` in ${channelTitle(channel)}` : "";
}

function subject({ actions, view, callback_id: shortcut }) {
  return actions?.[0]?.action_id ?? view?.callback_id ?? shortcut ?? "";
}

function deed({ summary, request }) {
  const { command, text = "", action_id: action, label, name } = request ?? {};
  const [who, verb] = summary.split(" ");
  const known = [...state.users.values()].find((user) => user.id === who || user.name === who);
  const spoken = { say: `“${text}”`, slash: `${command} ${text}` }[verb];
  const done = [verb.replaceAll("_", " "), action ?? label ?? name].filter(Boolean).join(" ");
  return `${known ? userName(known.id) : who} ${spoken ?? done}`;
}
