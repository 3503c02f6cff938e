// Rewriting one's own message where it stands.

import { act } from "./api.js";
import { attempt } from "./attempt.js";
import { channelOf } from "./directory.js";
import { h } from "./dom.js";
import { fromSlackText, toSlackText } from "./outgoing.js";
import { publish, state } from "./store.js";

/** True while the reader rewrites this message. */
export function isBeingEdited(message) {
  return state.editing?.ts === message.ts;
}

/** Let the reader rewrite a message. */
export function startEdit(message) {
  state.editing = { ts: message.ts, text: fromSlackText(message.text ?? "") };
  publish("channel");
  publish("thread");
  const field = [...document.querySelectorAll(".editor textarea")].at(-1);
  field?.focus();
  field?.setSelectionRange(field.value.length, field.value.length);
}

/** The field and its two buttons; Enter saves, Escape leaves everything as it was. */
export function editor(message) {
  const text = h("textarea", {
    class: "input",
    rows: 3,
    value: state.editing.text,
    "aria-label": "Edit message",
    dataset: { focus: `edit ${message.ts}` },
  });
  const leave = () => {
    state.editing = null;
    publish("channel");
    publish("thread");
  };
  const save = async () => {
    const change = { channel: channelOf(message), ts: message.ts, text: toSlackText(text.value) };
    if (await attempt(() => act("edit", change))) leave();
  };
  text.addEventListener("input", () => (state.editing.text = text.value));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    save();
  });
  return h(
    "div",
    { class: "editor" },
    text,
    h(
      "div",
      { class: "editor-buttons" },
      h("button", { type: "button", class: "button", onclick: leave }, "Cancel"),
      h("button", { type: "button", class: "button primary", onclick: save }, "Save"),
    ),
  );
}
