// Block Kit's fields to type into: text, files, dates and times.

import { h } from "./dom.js";
import { fromWallClock, toWallClock } from "./time.js";

/** A field for text, of one line or several. */
export function textInput(element, wiring) {
  if (!element.multiline) return lineInput(element, wiring, { type: "text" });
  return writable(
    h("textarea", { class: "input", rows: 4, ...textAttributes(element, wiring) }),
    element,
    wiring,
  );
}

/** A field of one line; `kind` are the attributes of its type. */
export function lineInput(element, wiring, kind) {
  return writable(
    h("input", { class: "input", ...kind, ...textAttributes(element, wiring) }),
    element,
    wiring,
  );
}

function textAttributes(element, { block, surface, attributes }) {
  return {
    value: surface.answer(block, element) ?? "",
    placeholder: element.placeholder?.text ?? null,
    maxlength: element.max_length ?? null,
    autofocus: Boolean(element.focus_on_load),
    ...attributes,
  };
}

function writable(node, element, wiring) {
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const send = () => wiring.dispatches && wiring.surface.change(wiring, element, node.value || null, node);
  node.addEventListener("input", () => {
    wiring.surface.enter(wiring.block, element, node.value || null);
    if (triggers.includes("on_character_entered")) send();
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || node.tagName === "TEXTAREA" || !wiring.dispatches) return;
    event.preventDefault();
    if (triggers.includes("on_enter_pressed")) send();
  });
  return node;
}

/** A field for files, read as text. */
export function fileInput(element, wiring) {
  const keep = async (event) => {
    const files = [...event.target.files].slice(0, element.max_files ?? 10);
    const read = await Promise.all(
      files.map(async (file) => ({ name: file.name, content: await file.text() })),
    );
    wiring.surface.change(wiring, element, read, event.target);
  };
  const accept = element.filetypes?.map((type) => `.${type}`).join(",");
  return h("input", {
    type: "file",
    class: "input",
    multiple: (element.max_files ?? 10) > 1,
    accept: accept ?? null,
    ...wiring.attributes,
    onchange: keep,
  });
}

/** A day or a time of day, as the wall clock has it. */
export function dateInput(element, wiring, type) {
  const change = (event) => wiring.surface.change(wiring, element, event.target.value || null, event.target);
  return h("input", {
    type,
    class: "input date-input",
    value: wiring.surface.answer(wiring.block, element) ?? "",
    "aria-label": nameOf(element, wiring, type === "date" ? "Date" : "Time"),
    ...wiring.attributes,
    onchange: change,
  });
}

/** A moment, entered and shown in the reader's zone. */
export function instantInput(element, wiring) {
  const held = wiring.surface.answer(wiring.block, element);
  const change = (event) =>
    wiring.surface.change(wiring, element, fromWallClock(event.target.value), event.target);
  return h("input", {
    type: "datetime-local",
    class: "input date-input",
    value: held ? toWallClock(Number(held)) : "",
    "aria-label": nameOf(element, wiring, "Date and time"),
    ...wiring.attributes,
    onchange: change,
  });
}

function nameOf(element, wiring, fallback) {
  return wiring.attributes.id ? null : (element.placeholder?.text ?? fallback);
}
