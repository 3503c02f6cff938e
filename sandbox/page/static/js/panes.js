// The side pane: a thread, the members, the pins, the deliveries or the faults.

import { fill, h } from "./dom.js";
import { faultsPane } from "./faults.js";
import { icon } from "./icons.js";
import { deliveriesPane } from "./inspector.js";
import { membersPane } from "./members.js";
import { closePane } from "./navigate.js";
import { pinsPane } from "./pins.js";
import { state, subscribe } from "./store.js";
import { threadPane } from "./thread.js";

/** Mount the pane into `aside`; each kind is built once and kept. */
export function mountPane(aside) {
  const app = document.getElementById("app");
  const panes = {
    thread: threadPane(),
    members: membersPane(),
    pins: pinsPane(),
    deliveries: deliveriesPane(),
    faults: faultsPane(),
  };
  const title = h("h2", { class: "pane-title" });
  const close = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": "Close pane", onclick: closePane },
    icon("close"),
  );
  const holder = h("div", { class: "pane-body" });
  fill(aside, h("header", { class: "pane-head" }, title, close), holder);
  aside.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && event.target.tagName !== "SELECT") closePane();
  });
  let shown = null;
  subscribe("pane", () => {
    const pane = panes[state.pane] ?? null;
    aside.hidden = !pane;
    app.classList.toggle("pane-open", Boolean(pane));
    if (!pane) fill(holder);
    else {
      title.textContent = pane.title;
      aside.setAttribute("aria-label", pane.title);
      aside.dataset.pane = state.pane;
      if (shown !== pane) fill(holder, pane.root);
      else if (!holder.childElementCount) fill(holder, pane.root);
      pane.opened();
    }
    shown = pane;
  });
}
