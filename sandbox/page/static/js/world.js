// What other people do to the workspace while an app looks elsewhere; each happens at once.

import { write } from "./api.js";
import { attempt } from "./attempt.js";
import { ask } from "./confirm.js";
import { channelTitle } from "./directory.js";
import { fill, h } from "./dom.js";
import { state, subscribe } from "./store.js";
import { notice } from "./toasts.js";

const BLOWS = [
  { do: "bot_kicked", label: "Throw the app out", here: true },
  { do: "channel_shared", label: "Share the channel outside", here: true },
  { do: "channel_archived", label: "Archive the channel", here: true },
  { do: "channel_deleted", label: "Delete the channel", here: true, danger: true },
  { do: "groups_unavailable", label: "Take user groups away" },
  { do: "groups_unavailable", label: "Give user groups back", with: { ends: true } },
];

/** Buttons for what befalls the open channel, and the workspace. */
export function worldButtons() {
  const box = h("div", { class: "pane-block" });
  const draw = () => {
    const channel = state.channels.get(state.place?.id);
    const target = channel && !channel.is_im ? channel : null;
    const buttons = BLOWS.filter((blow) => target || !blow.here).map((blow) =>
      h(
        "button",
        {
          type: "button",
          class: `button${blow.danger ? " danger" : ""}`,
          onclick: () => strike(blow, target),
        },
        blow.label,
      ),
    );
    fill(
      box,
      h(
        "h3",
        { class: "pane-heading flush" },
        target ? `What befalls ${channelTitle(target)}` : "What befalls the workspace",
      ),
      h("div", { class: "button-grid" }, buttons),
    );
  };
  subscribe("place", draw);
  subscribe("directory", draw);
  return box;
}

async function strike(blow, channel) {
  const sure =
    !blow.danger ||
    (await ask({
      title: `${blow.label}?`,
      text: `${channelTitle(channel)} and everything in it is gone.`,
      yes: "Delete",
      no: "Keep it",
      danger: true,
    }));
  const place = blow.here ? { channel: channel.id } : {};
  const rule = { where: "world", do: blow.do, ...place, ...blow.with };
  if (sure && (await attempt(() => write("faults", rule), blow.label)))
    notice(`Done: ${blow.label.toLowerCase()}.`);
}
