// Modals: a stack of views, of which the top one is shown.
//
// The server owns the stack; this draws it. Errors come back by block, what was typed
// stays, and a view that the app updates meanwhile is patched block by block.

import { act } from "./api.js";
import { attempt } from "./attempt.js";
import { patchBlocks } from "./blocks.js";
import { avatar } from "./directory.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { loadModals } from "./load.js";
import { state, subscribe } from "./store.js";
import { dropSurface, surfaceOf } from "./surface.js";

let shown = null; // { dialog, form, body, head, foot, id }
let lastFocus = null;
let known = new Set();

/** Show the reader's modals whenever they change. */
export function mountModals() {
  subscribe("modals", draw);
}

function surfaceFor(view) {
  return surfaceOf(`view ${view.id}`, { view_id: view.id });
}

function draw() {
  const ids = new Set(state.views.map((view) => view.id));
  for (const gone of known) if (!ids.has(gone)) dropSurface(`view ${gone}`);
  known = ids;
  const top = state.views.at(-1);
  if (!top) return putAway();
  shown ??= build();
  drawHead(top);
  drawBody(top);
  drawFoot(top);
  if (shown.id !== top.id) focusFirst();
  shown.id = top.id;
}

function putAway() {
  if (!shown) return;
  shown.dialog.close();
  shown.dialog.remove();
  shown = null;
  if (lastFocus?.isConnected) lastFocus.focus({ preventScroll: true });
}

function build() {
  lastFocus = document.activeElement;
  const parts = {
    head: h("header", { class: "modal-head" }),
    body: h("div", { class: "modal-body" }),
    foot: h("footer", { class: "modal-foot" }),
    id: null,
  };
  const form = h(
    "form",
    { class: "modal-form", novalidate: true, onsubmit: submit },
    parts.head,
    parts.body,
    parts.foot,
  );
  const dialog = h(
    "dialog",
    {
      class: "dialog modal",
      "aria-labelledby": "modal-title",
      oncancel: cancelled,
      onclose: closedByBrowser,
    },
    form,
  );
  document.body.append(dialog);
  dialog.showModal();
  return { ...parts, dialog, form };
}

function cancelled(event) {
  event.preventDefault(); // the server decides when a view is gone
  closeTop();
}

// A browser closes a dialog at the second Escape whatever we say; while the view is there, it is shown again.
function closedByBrowser(event) {
  if (shown?.dialog !== event.target) return;
  shown.dialog.remove();
  shown = null;
  draw();
}

function drawHead(view) {
  const app = state.apps.get(view.app_id);
  const key = JSON.stringify([view.id, view.title, state.views.length]);
  if (shown.head.dataset.key === key) return;
  shown.head.dataset.key = key;
  const step =
    state.views.length > 1 ? h("span", { class: "modal-step" }, `Step ${state.views.length}`) : null;
  fill(
    shown.head,
    app ? avatar(app.bot_user_id, app.name, { bot: true, size: "small" }) : null,
    h(
      "div",
      { class: "modal-names" },
      h("h2", { class: "dialog-title", id: "modal-title" }, view.title?.text ?? ""),
      h("span", { class: "menu-detail" }, app?.name ?? ""),
    ),
    step,
    h(
      "button",
      { type: "button", class: "icon-button", "aria-label": "Close", onclick: closeTop },
      icon("close"),
    ),
  );
}

function drawBody(view) {
  if (shown.body.dataset.view !== view.id) {
    fill(shown.body);
    shown.body.dataset.view = view.id;
    shown.body.scrollTop = 0;
  }
  const surface = surfaceFor(view);
  surface.errors = view.errors ?? {};
  patchBlocks(shown.body, view.blocks ?? [], surface, state.directoryVersion);
}

function drawFoot(view) {
  const key = JSON.stringify([view.id, view.submit, view.close]);
  if (shown.foot.dataset.key === key) return;
  shown.foot.dataset.key = key;
  const back = state.views.length > 1 ? "Back" : "Close";
  fill(
    shown.foot,
    h("button", { type: "button", class: "button", onclick: closeTop }, view.close?.text ?? back),
    view.submit ? h("button", { type: "submit", class: "button primary" }, view.submit.text) : null,
  );
}

function focusFirst() {
  const wanted =
    shown.body.querySelector("[autofocus]") ??
    shown.body.querySelector("input:not([type=hidden]), textarea, select, button.multi") ??
    shown.foot.querySelector("[type=submit]") ??
    shown.foot.querySelector("button");
  wanted?.focus();
}

async function closeTop() {
  const top = state.views.at(-1);
  await attempt(() => act("close_modal", { view_id: top.id }));
  await loadModals();
}

async function submit(event) {
  event.preventDefault();
  const top = state.views.at(-1);
  const surface = surfaceFor(top);
  if (!top.submit || shown.form.dataset.busy !== undefined) return;
  setBusy(true);
  const submission = { view_id: top.id, values: surface.values() };
  const answer = await attempt(() => act("submit", submission), top.title?.text);
  await loadModals();
  setBusy(false);
  if (answer?.errors) goToError(Object.keys(answer.errors)[0]);
}

function goToError(blockId) {
  const block = shown?.body.querySelector(`[data-block-id="${CSS.escape(blockId)}"]`);
  block?.querySelector("input, textarea, select, button")?.focus();
  block?.scrollIntoView({ block: "nearest" });
}

function setBusy(busy) {
  if (!shown) return;
  shown.form.toggleAttribute("data-busy", busy);
  shown.foot.querySelector("[type=submit]")?.toggleAttribute("data-busy", busy);
}
