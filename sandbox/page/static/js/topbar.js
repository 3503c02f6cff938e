// The bar on top: the workspace, its clock, the two engineer's panes, and who you are.

import { clockGroup } from "./clockbar.js";
import { fill, h } from "./dom.js";
import { bell, icon } from "./icons.js";
import { identityButton } from "./identity.js";
import { togglePane } from "./navigate.js";
import { stageLine } from "./stage.js";
import { state, subscribe } from "./store.js";

/** Draw the bar into `header`. */
export function mountTopbar(header) {
  const app = document.getElementById("app");
  const drawer = () => app.classList.toggle("drawer-open");
  const menu = h(
    "button",
    { type: "button", class: "icon-button on-dark only-narrow", "aria-label": "Channels", onclick: drawer },
    icon("menu"),
  );
  const name = h("span", { class: "team" });
  const offline = h("span", { class: "offline", role: "status" });
  fill(
    header,
    menu,
    h("span", { class: "brand" }, bell(), name),
    offline,
    stageLine(),
    clockGroup(),
    paneButton("deliveries", "Deliveries", "pulse"),
    paneButton("faults", "Faults", "plug"),
    identityButton(),
  );
  subscribe("directory", () => {
    name.textContent = state.team.name;
    menu.toggleAttribute(
      "data-unread",
      [...state.channels.values()].some((channel) => channel.unread && channel.id !== state.place?.id),
    );
  });
  subscribe("online", () => (offline.textContent = state.online ? "" : "Connection lost, trying again…"));
}

function paneButton(pane, label, picture) {
  const count = h("span", { class: "count" });
  const button = h(
    "button",
    {
      type: "button",
      class: "bar-button",
      "aria-pressed": "false",
      onclick: () => togglePane(pane),
      dataset: { pane },
    },
    icon(picture),
    h("span", { class: "bar-label" }, label),
    count,
  );
  subscribe("pane", () => button.setAttribute("aria-pressed", String(state.pane === pane)));
  if (pane === "faults")
    subscribe("faults", () => (count.textContent = state.faults.length ? String(state.faults.length) : ""));
  return button;
}
