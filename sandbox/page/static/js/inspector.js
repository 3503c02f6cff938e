// The delivery inspector: what went to the apps, what they answered, how long it took.

import { describe, isReading, verdict } from "./descriptions.js";
import { fill, h, patchList } from "./dom.js";
import { icon } from "./icons.js";
import { state, subscribe } from "./store.js";
import { clockSeconds } from "./time.js";

const KIND_NAMES = {
  event: "Event",
  command: "Command",
  interaction: "Action",
  api: "API call",
  response_url: "Response",
  act: "Person",
  socket: "Socket",
  fault: "Fault",
};

const FILTERS = [
  ["all", "All", () => true],
  ["out", "To apps", (each) => each.direction === "out"],
  ["in", "From apps", (each) => each.direction === "in" && each.kind !== "act"],
  ["bad", "Failed", (each) => verdict(each) === "bad"],
];

const opened = new Set();
let filter = "all";
let words = "";

export function deliveriesPane() {
  const rows = h("ol", { class: "deliveries" });
  const draw = () => drawRows(rows);
  const chips = h("div", { class: "segments", role: "group", "aria-label": "Show" });
  const drawChips = () =>
    fill(
      chips,
      FILTERS.map(([name, label]) =>
        h(
          "button",
          { type: "button", "aria-pressed": String(filter === name), onclick: () => choose(name) },
          label,
        ),
      ),
    );
  const choose = (name) => {
    filter = name;
    drawChips();
    draw();
  };
  const search = h("input", {
    type: "search",
    class: "input",
    placeholder: "Find in deliveries",
    "aria-label": "Find in deliveries",
  });
  search.addEventListener("input", () => {
    words = search.value.toLowerCase();
    draw();
  });
  drawChips();
  subscribe("deliveries", draw);
  return {
    title: "Deliveries",
    root: h(
      "div",
      { class: "pane-column" },
      h("div", { class: "pane-block" }, chips, search),
      h("div", { class: "pane-scroll" }, rows),
    ),
    opened: draw,
  };
}

function drawRows(rows) {
  const matches = FILTERS.find(([name]) => name === filter)[2];
  const shown = state.deliveries.filter(
    (each) =>
      !isReading(each) && matches(each) && (!words || JSON.stringify(each).toLowerCase().includes(words)),
  );
  if (!shown.length)
    return fill(
      rows,
      h(
        "li",
        { class: "empty" },
        h(
          "p",
          {},
          state.deliveries.length
            ? "Nothing fits."
            : "Nothing was delivered yet. Say something in a channel with an app.",
        ),
      ),
    );
  rows.querySelector(":scope > .empty")?.remove();
  return patchList(rows, shown, {
    key: (each) => each.seq,
    signature: (each) => JSON.stringify([each, opened.has(each.seq)]),
    render: (each) => row(each, rows),
  });
}

function row(each, rows) {
  const isOpen = opened.has(each.seq);
  const toggle = () => {
    if (!opened.delete(each.seq)) opened.add(each.seq);
    drawRows(rows);
  };
  const latency = typeof each.latency_ms === "number" ? `${Math.round(each.latency_ms)} ms` : "";
  return h(
    "li",
    {
      class: `delivery ${verdict(each)}`,
      dataset: { seq: String(each.seq), kind: each.kind, status: String(each.status ?? "") },
    },
    h(
      "button",
      {
        type: "button",
        class: "delivery-head",
        "aria-expanded": String(isOpen),
        onclick: toggle,
        dataset: { focus: String(each.seq) },
      },
      icon(isOpen ? "down" : "right"),
      h(
        "span",
        { class: "delivery-way", title: each.direction === "in" ? "From the app" : "To the app" },
        each.direction === "in" ? "←" : "→",
      ),
      h("span", { class: "delivery-kind" }, KIND_NAMES[each.kind] ?? each.kind),
      h("span", { class: "delivery-what", title: describe(each) }, describe(each)),
      each.attempt > 1 ? h("span", { class: "tag tag-warn" }, `try ${each.attempt}`) : null,
      h("span", { class: "delivery-status" }, String(each.status ?? "") || "…"),
      h("span", { class: "delivery-time" }, latency),
    ),
    isOpen ? details(each) : null,
  );
}

function details(each) {
  const stamp = `${clockSeconds(Number(each.at))} · entry ${each.seq}${each.app_id ? ` · ${each.app_id}` : ""}`;
  return h(
    "div",
    { class: "delivery-body" },
    h("p", { class: "menu-detail" }, stamp),
    sheet("Request", each.request),
    sheet("Response", each.response),
  );
}

function sheet(title, content) {
  if (content === null || content === undefined || content === "")
    return h("p", { class: "menu-detail" }, `${title}: empty`);
  const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
  const copy = h(
    "button",
    {
      type: "button",
      class: "icon-button",
      "aria-label": `Copy ${title.toLowerCase()}`,
      title: "Copy",
      onclick: () => navigator.clipboard?.writeText(text),
    },
    icon("copy"),
  );
  return h("section", { class: "sheet" }, h("h3", {}, title, copy), h("pre", { tabindex: "0" }, text));
}
