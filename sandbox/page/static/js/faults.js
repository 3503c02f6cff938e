// The fault switches: make Slack slow, forgetful or wrong, and watch the app cope.

import { erase, write } from "./api.js";
import { attempt } from "./attempt.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { loadFaults } from "./load.js";
import { state, subscribe } from "./store.js";
import { worldButtons } from "./world.js";

const PRESETS = [
  {
    group: "When the app calls Slack",
    title: "Slow answers",
    about: "Every call takes two seconds.",
    rule: { where: "api", do: "latency", name: "*", seconds: 2 },
  },
  {
    title: "Too many requests",
    about: "Posting answers 429, try again in 5 s.",
    rule: { where: "api", do: "ratelimited", name: "chat.*", retry_after: 5 },
  },
  {
    title: "Internal errors",
    about: "One call in three fails with internal_error.",
    rule: { where: "api", do: "error", name: "*", error: "internal_error", probability: 0.33 },
  },
  {
    title: "Lost answers",
    about: "Messages are stored, but the answer never arrives.",
    rule: { where: "api", do: "lost", name: "chat.postMessage" },
  },
  {
    title: "Outage",
    about: "Every call answers 503.",
    rule: { where: "api", do: "http", name: "*", status: 503 },
  },
  {
    group: "When Slack tells the app",
    title: "Duplicate events",
    about: "Each event is delivered twice.",
    rule: { where: "event", do: "duplicate", name: "*" },
  },
  {
    title: "Lost events",
    about: "One event in three is never delivered.",
    rule: { where: "event", do: "drop", name: "*", probability: 0.33 },
  },
  {
    title: "Reordered events",
    about: "Each event waits for the next one and follows it.",
    rule: { where: "event", do: "reorder", name: "*" },
  },
  {
    title: "Late events",
    about: "Events come ten seconds late.",
    rule: { where: "event", do: "delay", name: "*", seconds: 10 },
  },
  {
    title: "Forged signatures",
    about: "Deliveries are signed with the wrong secret.",
    rule: { where: "event", do: "wrong_secret", name: "*" },
  },
  {
    title: "Broken sockets",
    about: "In Socket Mode, one envelope in five breaks the connection.",
    rule: { where: "socket", do: "drop", name: "*", probability: 0.2 },
  },
  {
    group: "When a person acts",
    title: "Lost commands",
    about: "Slash commands never reach the app.",
    rule: { where: "command", do: "drop", name: "*" },
  },
  {
    title: "Double clicks",
    about: "Each click and submission is delivered twice.",
    rule: { where: "interaction", do: "duplicate", name: "*" },
  },
  {
    title: "Lost acknowledgements",
    about: "The app answers a click, Slack does not hear it.",
    rule: { where: "interaction", do: "lost_ack", name: "*" },
  },
];

/** The rule in force that a preset put there, if any. */
function ruleOf({ rule }) {
  return state.faults.find((fault) => Object.entries(rule).every(([key, value]) => fault[key] === value));
}

export function faultsPane() {
  const switches = h("div", { class: "fault-list" });
  const rules = h("div", { class: "pane-block" });
  const draw = () => {
    fill(
      switches,
      PRESETS.flatMap((preset) => [
        preset.group ? h("h3", { class: "pane-heading" }, preset.group) : null,
        faultSwitch(preset),
      ]),
    );
    drawRules(rules);
  };
  subscribe("faults", draw);
  const lead = h(
    "p",
    { class: "pane-lead" },
    "Break things on purpose. A switch stays on until you turn it off.",
  );
  return {
    title: "Faults",
    root: h("div", { class: "pane-scroll" }, lead, switches, rules, worldButtons()),
    opened: () => (draw(), loadFaults()),
  };
}

function faultSwitch(preset) {
  const active = ruleOf(preset);
  const flip = async () => {
    await change(() => (active ? remove(active) : write("faults", preset.rule)));
    document.querySelector(`[data-fault="${preset.title}"]`)?.focus();
  };
  return h(
    "button",
    {
      type: "button",
      class: "fault",
      role: "switch",
      "aria-checked": String(Boolean(active)),
      onclick: flip,
      dataset: { fault: preset.title },
    },
    h(
      "span",
      { class: "fault-text" },
      h("strong", {}, preset.title),
      h("span", { class: "menu-detail" }, preset.about),
    ),
    active?.struck
      ? h("span", { class: "fault-count", title: "How often it struck" }, `${active.struck}×`)
      : null,
    h("span", { class: "toggle", "aria-hidden": "true" }),
  );
}

function drawRules(box) {
  const others = state.faults.filter((fault) => !PRESETS.some((preset) => ruleOf(preset) === fault));
  const clear = h(
    "button",
    { type: "button", class: "button quiet", onclick: () => change(() => erase("faults")) },
    "Turn all off",
  );
  fill(
    box,
    others.length ? h("h3", { class: "pane-heading" }, "Other rules in force") : null,
    others.map(otherRule),
    state.faults.length ? clear : null,
  );
}

function otherRule(fault) {
  return h(
    "div",
    { class: "rule" },
    h("code", {}, `${fault.where} ${fault.name}: ${fault.do}`),
    h(
      "span",
      { class: "menu-detail" },
      [
        fault.probability < 1 ? `${Math.round(fault.probability * 100)} %` : "",
        fault.count === null ? "" : `${fault.count} left`,
        fault.struck ? `struck ${fault.struck}×` : "",
      ]
        .filter(Boolean)
        .join(" · "),
    ),
    h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": `Remove rule ${fault.id}`,
        onclick: () => change(() => remove(fault)),
      },
      icon("close"),
    ),
  );
}

function remove(fault) {
  return erase("faults", { id: fault.id });
}

async function change(work) {
  await attempt(work);
  await loadFaults();
}
