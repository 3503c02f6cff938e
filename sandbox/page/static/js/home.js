// An app's Home tab.

import { patchBlocks } from "./blocks.js";
import { fill, h } from "./dom.js";
import { state, subscribe } from "./store.js";
import { dropSurface, surfaceOf } from "./surface.js";

/** The Home tab's frame; it draws itself whenever the tab changes. */
export function mountHome() {
  const body = h("div", { class: "home-body" });
  const root = h("section", { class: "home", "aria-label": "Home", hidden: true }, body);
  let shown = "";
  const draw = () => {
    if (state.place?.kind !== "home") return;
    const view = state.home?.view;
    const name = `home ${state.me.id} ${state.place.app}`;
    const visit = `${name} ${view?.id ?? ""}`;
    if (shown !== visit) {
      fill(body);
      dropSurface(shown.replace(/ \S*$/, ""));
    }
    shown = visit;
    if (view)
      patchBlocks(body, view.blocks, surfaceOf(name, { home: state.place.app }), state.directoryVersion);
    else if (state.home) fill(body, nothingYet());
  };
  subscribe("home", draw);
  subscribe("place", draw);
  return { root };
}

function nothingYet() {
  const app = state.apps.get(state.place.app);
  const about = `${app?.name ?? "The app"} has not published a Home tab for you.`;
  return h("div", { class: "empty" }, h("h2", {}, "Nothing here yet"), h("p", {}, about));
}
