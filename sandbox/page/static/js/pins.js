// The pinned messages of the channel.

import { act } from "./api.js";
import { attempt } from "./attempt.js";
import { authorOf, avatar } from "./directory.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { plainOf } from "./plain.js";
import { publish, state, subscribe } from "./store.js";
import { moment } from "./time.js";

export function pinsPane() {
  const list = h("ul", { class: "pins" });
  const draw = () => {
    if (state.pane !== "pins") return;
    const pins = state.channel?.pins ?? [];
    fill(
      list,
      pins.length
        ? pins.map(pin)
        : h(
            "li",
            { class: "empty" },
            h("p", {}, "Nothing is pinned here. Pin what people who join late must read first."),
          ),
    );
  };
  subscribe("channel", draw);
  return { title: "Pinned messages", root: h("div", { class: "pane-scroll" }, list), opened: draw };
}

function pin(message) {
  const { id, name, bot } = authorOf(message);
  const unpin = () => attempt(() => act("unpin", { channel: state.place.id, ts: message.ts }));
  return h(
    "li",
    { class: "pin", dataset: { ts: message.ts } },
    h(
      "button",
      { type: "button", class: "pin-body", onclick: () => publish("reveal", message.ts) },
      h(
        "span",
        { class: "pin-head" },
        avatar(id, name, { size: "tiny", bot }),
        h("strong", {}, name),
        h("span", { class: "menu-detail" }, moment(Number(message.ts))),
      ),
      h("span", { class: "pin-text" }, plainOf(message)),
    ),
    h(
      "button",
      { type: "button", class: "icon-button", "aria-label": "Unpin", title: "Unpin", onclick: unpin },
      icon("close"),
    ),
  );
}
