// The bar on top: the workspace, its clock, the two engineer's panes, and who you are.

import { erase, write } from "./api.js";
import { avatar, people, standing, userName } from "./directory.js";
import { fill, h } from "./dom.js";
import { bell, icon } from "./icons.js";
import { loadClock } from "./load.js";
import { actAs, togglePane } from "./navigate.js";
import { openMenu, openPopover } from "./popover.js";
import { now, state, subscribe, zone } from "./store.js";
import { clockSeconds, clockTime, dayLabel } from "./time.js";
import { notice, refused } from "./toasts.js";

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

/** Draw the bar into `header`. */
export function mountTopbar(header) {
  const app = document.getElementById("app");
  const drawer = () => app.classList.toggle("drawer-open");
  const name = h("span", { class: "team" });
  const identity = h("button", { type: "button", class: "identity", id: "identity", "aria-haspopup": "menu", "aria-expanded": "false", onclick: chooseIdentity });
  fill(
    header,
    h("button", { type: "button", class: "icon-button on-dark only-narrow", "aria-label": "Channels", onclick: drawer }, icon("menu")),
    h("span", { class: "brand" }, bell(), name),
    h("span", { class: "offline", role: "status", id: "offline" }),
    clockGroup(),
    paneButton("deliveries", "Deliveries", "pulse"),
    paneButton("faults", "Faults", "plug"),
    identity,
  );
  subscribe("directory", () => {
    name.textContent = state.team.name;
    drawIdentity(identity);
  });
  subscribe("online", () => (document.getElementById("offline").textContent = state.online ? "" : "Connection lost, trying again…"));
}

function paneButton(pane, label, picture) {
  const count = h("span", { class: "count" });
  const button = h("button", { type: "button", class: "bar-button", "aria-pressed": "false", onclick: () => togglePane(pane), dataset: { pane } }, icon(picture), h("span", { class: "bar-label" }, label), count);
  subscribe("pane", () => button.setAttribute("aria-pressed", String(state.pane === pane)));
  if (pane === "faults") subscribe("faults", () => (count.textContent = state.faults.length ? String(state.faults.length) : ""));
  return button;
}

function drawIdentity(button) {
  const name = userName(state.me.id);
  fill(button, avatar(state.me.id, name, { size: "small" }), h("span", { class: "identity-text" }, h("span", { class: "identity-lead" }, "You are: "), h("span", { class: "identity-name" }, name)), icon("down"));
  button.dataset.user = state.me.id;
}

function chooseIdentity(event) {
  const items = people().map((user) => ({
    label: userName(user.id),
    detail: [standing(user), user.tz ? `${clockTime(now(), user.tz)} ${place(user.tz)}` : ""].filter(Boolean).join(" · "),
    picture: avatar(user.id, userName(user.id), { size: "small" }),
    checked: user.id === state.me.id,
    run: () => actAs(user.id),
    dataset: { user: user.id, name: user.name },
  }));
  const second = { label: "Open a second window", detail: "to be two people at once", picture: "plus", run: () => window.open(location.href, "_blank", "noopener") };
  openMenu(event.currentTarget, [{ heading: "Act as" }, ...items, { heading: "Or" }, second], { label: "Act as", classes: "wide" });
}

function place(tz) {
  return tz.split("/").at(-1).replaceAll("_", " ");
}

function clockGroup() {
  const face = h("button", { type: "button", class: "bar-button clock", "aria-haspopup": "dialog", "aria-expanded": "false", onclick: openClock });
  const draw = () => {
    if (!state.me) return;
    const shown = clockSeconds(now());
    if (face.dataset.shown === shown + state.clock.mode + zone()) return;
    face.dataset.shown = shown + state.clock.mode + zone();
    const tag = { manual: "stopped", scaled: `×${state.clock.factor}` }[state.clock.mode];
    fill(face, icon("clock"), h("span", { class: "clock-face" }, shown), tag ? h("span", { class: "clock-tag" }, tag) : null);
    face.setAttribute("aria-label", `Sandbox clock ${clockTime(now())}, ${dayLabel(now())}`);
  };
  setInterval(draw, 250);
  subscribe("directory", draw);
  subscribe("clock", draw);
  const quick = STEPS.filter(([label]) => QUICK.includes(label)).map(([label, seconds]) => advanceButton(label, seconds, "bar-button step"));
  return h("div", { class: "clock-group", role: "group", "aria-label": "Clock" }, face, quick);
}

function advanceButton(label, seconds, classes) {
  return h("button", { type: "button", class: classes, "aria-label": `Advance clock ${label.slice(1)}`, title: `Advance the clock by ${label.slice(1)}`, onclick: () => advance(seconds) }, label);
}

async function advance(seconds) {
  try {
    await write("clock/advance", { seconds });
    await loadClock();
    notice(`It is now ${clockTime(now())}, ${dayLabel(now()).toLowerCase()}.`);
  } catch (refusal) {
    refused(refusal);
  }
}

function openClock(event) {
  const minutes = h("input", { class: "input", id: "clock-minutes", type: "number", min: 1, step: 1, placeholder: "Minutes" });
  const jump = (submit) => {
    submit.preventDefault();
    if (Number(minutes.value) > 0) advance(Number(minutes.value) * MINUTE);
  };
  const mode = ({ mode: name, label, factor }) => h("label", { class: "check" }, h("input", { type: "radio", name: "clock-mode", checked: state.clock.mode === name, onchange: () => setMode(name, factor) }), label);
  const body = h(
    "div",
    { class: "clock-panel" },
    h("p", { class: "panel-lead" }, `${dayLabel(now())}, read in ${zone()}`),
    h("fieldset", {}, h("legend", {}, "Advance"), h("div", { class: "step-grid" }, STEPS.map(([label, seconds]) => advanceButton(label, seconds, "button"))), h("form", { class: "inline-form", onsubmit: jump }, h("label", { class: "unseen", for: "clock-minutes" }, "Minutes to advance"), minutes, h("button", { type: "submit", class: "button" }, "Advance"))),
    h("fieldset", {}, h("legend", {}, "How time flows"), MODES.map(mode)),
    h("button", { type: "button", class: "button danger quiet", onclick: reset }, "Reset the workspace"),
  );
  openPopover(event.currentTarget, body, { label: "Clock", role: "dialog" });
}

async function setMode(mode, factor) {
  try {
    await write("clock", factor ? { mode, factor } : { mode });
    await loadClock();
  } catch (refusal) {
    refused(refusal);
  }
}

async function reset() {
  try {
    await write("reset");
    await erase("faults");
    location.reload();
  } catch (refusal) {
    refused(refusal);
  }
}
