// An app's Home tab.

import { patchBlocks } from "./blocks.js";
import { fill, h } from "./dom.js";
import { state, subscribe } from "./store.js";
import { dropSurface, surfaceOf } from "./surface.js";

/** The Home tab's frame; it draws itself whenever the tab changes. */
export function mountHome() {
  const body = h("div", { class: "home-body" });
  const root = h("section", { class: "home", "aria-label": "Home", hidden: true }, body);
  let drawn = "";
  const draw = () => {
    if (state.place?.kind !== "home") return;
    const { app, view } = state.home ?? { app: state.place.app, view: undefined };
    const name = `home ${state.me.id} ${app}`;
    const visit = `${name} ${view ? "view" : "none"}`;
    if (drawn !== visit) fill(body);
    if (drawn !== visit && !view) dropSurface(name);
    drawn = visit;
    if (view) patchBlocks(body, view.blocks ?? [], surfaceOf(name, { home: app }), state.directoryVersion);
    else if (view === null) fill(body, h("div", { class: "empty" }, h("h2", {}, "Nothing here yet"), h("p", {}, `${state.apps.get(app)?.name ?? "The app"} has not published a Home tab for you.`)));
  };
  subscribe("home", draw);
  subscribe("place", draw);
  return { root };
}
