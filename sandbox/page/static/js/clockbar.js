// The workspace's clock: what time it is there, and the ways to move it.

import { write } from "./api.js";
import { attempt } from "./attempt.js";
import { ask } from "./confirm.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { loadClock } from "./load.js";
import { openPopover } from "./popover.js";
import { now, state, subscribe, zone } from "./store.js";
import { clockSeconds, clockTime, dayLabel } from "./time.js";
import { notice } from "./toasts.js";

const TICK_MS = 250; // often enough that a second is never skipped
const MINUTE = 60;
const STEPS = [
  ["+1 min", MINUTE],
  ["+5 min", 5 * MINUTE],
  ["+15 min", 15 * MINUTE],
  ["+30 min", 30 * MINUTE],
  ["+1 hour", 60 * MINUTE],
  ["+1 day", 24 * 60 * MINUTE],
];
const QUICK = ["+1 min", "+5 min", "+30 min"];
const MODES = [
  { mode: "real", label: "Real time" },
  { mode: "scaled", label: "60 times as fast", factor: 60 },
  { mode: "manual", label: "Stopped: only the buttons move it" },
];

/** The time, and buttons that let it pass. */
export function clockGroup() {
  const face = h("button", {
    type: "button",
    class: "bar-button clock",
    "aria-haspopup": "dialog",
    "aria-expanded": "false",
    onclick: openClock,
  });
  const draw = () => {
    if (!state.me) return;
    const shown = clockSeconds(now());
    if (face.dataset.shown === shown + state.clock.mode + zone()) return;
    face.dataset.shown = shown + state.clock.mode + zone();
    const tag = { manual: "stopped", scaled: `×${state.clock.factor}` }[state.clock.mode];
    fill(
      face,
      icon("clock"),
      h("span", { class: "clock-face" }, shown),
      tag ? h("span", { class: "clock-tag" }, tag) : null,
    );
    face.setAttribute("aria-label", `Sandbox clock ${clockTime(now())}, ${dayLabel(now())}`);
  };
  setInterval(draw, TICK_MS);
  subscribe("directory", draw);
  subscribe("clock", draw);
  const quick = STEPS.filter(([label]) => QUICK.includes(label)).map(([label, seconds]) =>
    advanceButton(label, seconds, "bar-button step"),
  );
  return h("div", { class: "clock-group", role: "group", "aria-label": "Clock" }, face, quick);
}

function advanceButton(label, seconds, classes) {
  return h(
    "button",
    {
      type: "button",
      class: classes,
      "aria-label": `Advance clock ${label.slice(1)}`,
      title: `Advance the clock by ${label.slice(1)}`,
      onclick: () => advance(seconds),
    },
    label,
  );
}

async function advance(seconds) {
  if (!(await attempt(() => write("clock/advance", { seconds })))) return;
  await loadClock();
  notice(`It is now ${clockTime(now())}, ${dayLabel(now()).toLowerCase()}.`);
}

function openClock(event) {
  const body = h(
    "div",
    { class: "clock-panel" },
    h("p", { class: "panel-lead" }, `${dayLabel(now())}, read in ${zone()}`),
    h("fieldset", {}, h("legend", {}, "Advance"), stepGrid(), jumpForm()),
    h("fieldset", {}, h("legend", {}, "How time flows"), MODES.map(modeChoice)),
    h("button", { type: "button", class: "button danger quiet", onclick: reset }, "Reset the workspace"),
  );
  openPopover(event.currentTarget, body, { label: "Clock", role: "dialog" });
}

function stepGrid() {
  const buttons = STEPS.map(([label, seconds]) => advanceButton(label, seconds, "button"));
  return h("div", { class: "step-grid" }, buttons);
}

function jumpForm() {
  const minutes = h("input", {
    class: "input",
    id: "clock-minutes",
    type: "number",
    min: 1,
    step: 1,
    placeholder: "Minutes",
  });
  const jump = (event) => {
    event.preventDefault();
    if (Number(minutes.value) > 0) advance(Number(minutes.value) * MINUTE);
  };
  return h(
    "form",
    { class: "inline-form", onsubmit: jump },
    h("label", { class: "unseen", for: "clock-minutes" }, "Minutes to advance"),
    minutes,
    h("button", { type: "submit", class: "button" }, "Advance"),
  );
}

function modeChoice({ mode, label, factor }) {
  const radio = h("input", {
    type: "radio",
    name: "clock-mode",
    checked: state.clock.mode === mode,
    onchange: () => setMode(mode, factor),
  });
  return h("label", { class: "check" }, radio, label);
}

async function setMode(mode, factor) {
  await attempt(() => write("clock", factor ? { mode, factor } : { mode }));
  await loadClock();
}

async function reset() {
  const sure = await ask({
    title: "Reset the workspace?",
    text: "Channels, messages, modals and faults go back to the start. Apps stay installed.",
    yes: "Reset",
    no: "Keep it",
    danger: true,
  });
  if (sure && (await attempt(() => write("reset")))) location.reload();
}
