// Reactions below a message, and the picker that adds one.

import { act } from "./api.js";
import { attempt } from "./attempt.js";
import { channelOf, userName } from "./directory.js";
import { fill, h } from "./dom.js";
import { allEmoji, emoji, FAVOURITES, findEmoji } from "./emoji.js";
import { icon } from "./icons.js";
import { moveByArrow, openPopover } from "./popover.js";
import { state } from "./store.js";

const FOUND_AT_MOST = 64;

/** Add the reader's reaction, or take it back if it is there. */
export function toggleReaction(message, name) {
  const mine = message.reactions?.find((reaction) => reaction.name === name)?.users.includes(state.me.id);
  const place = { channel: channelOf(message), ts: message.ts };
  return attempt(() => act(mine ? "unreact" : "react", { ...place, name }));
}

/** The row of pills below a message. */
export function reactionRow(message) {
  const pills = message.reactions.map((reaction) => pill(message, reaction));
  const add = h(
    "button",
    {
      type: "button",
      class: "pill pill-add",
      "aria-label": "Add reaction",
      title: "Add reaction",
      onclick: (event) => pickReaction(event.currentTarget, message),
      dataset: { focus: `add ${message.ts}` },
    },
    icon("smile"),
  );
  return h("div", { class: "reactions", role: "group", "aria-label": "Reactions" }, pills, add);
}

function pill(message, { name, count, users }) {
  const mine = users.includes(state.me.id);
  const who = users.map((id) => (id === state.me.id ? "you" : userName(id))).join(", ");
  return h(
    "button",
    {
      type: "button",
      class: "pill",
      "aria-pressed": String(mine),
      "aria-label": `:${name}: ${count}`,
      title: `:${name}: ${who}`,
      onclick: () => toggleReaction(message, name),
      dataset: { reaction: name, focus: `${name} ${message.ts}` },
    },
    h("span", { class: "emoji", "aria-hidden": "true" }, emoji(name) ?? `:${name}:`),
    h("span", {}, String(count)),
  );
}

/** Let the reader choose an emoji to react with. */
export function pickReaction(anchor, message) {
  pickEmoji(anchor, (name) => toggleReaction(message, name));
}

/** A panel of emoji beside `anchor`; `chosen` gets the name. */
export function pickEmoji(anchor, chosen) {
  const grid = h("div", { class: "emoji-grid", onkeydown: moveByArrow });
  const search = h("input", {
    type: "search",
    class: "input",
    placeholder: "Find an emoji",
    "aria-label": "Find an emoji",
  });
  const choose = (name) => {
    close();
    chosen(name);
  };
  const show = (names) =>
    fill(
      grid,
      names.map((name) =>
        h(
          "button",
          {
            type: "button",
            class: "emoji-button",
            "aria-label": `:${name}:`,
            title: `:${name}:`,
            onclick: () => choose(name),
          },
          emoji(name),
        ),
      ),
    );
  search.addEventListener("input", () =>
    show(
      search.value ? findEmoji(search.value.toLowerCase().replaceAll(":", ""), FOUND_AT_MOST) : everything(),
    ),
  );
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    grid.querySelector("button")?.click();
  });
  show(everything());
  const close = openPopover(anchor, h("div", { class: "emoji-panel" }, search, grid), {
    label: "Emoji",
    role: "dialog",
  });
  search.focus();
}

function everything() {
  const rest = allEmoji().filter((name) => !FAVOURITES.includes(name));
  return [...FAVOURITES, ...rest];
}
