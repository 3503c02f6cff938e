// What a rehearsal says about itself: which scene is played, and how far it has come.

import { fill, h } from "./dom.js";
import { state, subscribe } from "./store.js";

/** The line in the top bar; empty and out of the way while nothing is played. */
export function stageLine() {
  const line = h("span", { class: "stage", role: "status" });
  subscribe("directory", () => {
    const banner = state.banner;
    const signature = JSON.stringify(banner ?? null);
    if (line.dataset.signature === signature) return;
    line.dataset.signature = signature;
    line.toggleAttribute("data-shown", Boolean(banner));
    fill(line, banner ? scene(banner) : null);
  });
  return line;
}

function scene({ text, step, of }) {
  if (!step || !of) return [h("span", { class: "stage-text" }, text)];
  return [
    h("span", { class: "stage-step" }, `${step}/${of}`),
    h("span", { class: "stage-text", title: text }, text),
    h("progress", { class: "stage-progress", max: of, value: step, "aria-label": `Step ${step} of ${of}` }),
  ];
}
