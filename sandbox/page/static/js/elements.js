// The interactive elements of Block Kit, each a plain form control.
//
// In a modal's input block an answer is only remembered; everywhere else using the
// control tells the app at once (`dispatches`).

import { multiSelect, singleSelect } from "./choices.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { image } from "./media.js";
import { mrkdwn, plainText } from "./mrkdwn.js";
import { openMenu } from "./popover.js";
import { suggestOne } from "./external.js";
import { choice } from "./surface.js";
import { fromWallClock, toWallClock } from "./time.js";
import { safeUrl } from "./tokens.js";

/** Text objects, plain or mrkdwn, as nodes. */
export function textObject(text) {
  if (!text) return [];
  if (typeof text === "string") return plainText(text);
  return text.type === "mrkdwn" ? mrkdwn(text.text, { verbatim: text.verbatim }) : plainText(text.text, { emoji: text.emoji !== false });
}

/**
 * The control for an element. `wiring` is { block, surface, dispatches, attributes }:
 * where it stands, and the attributes that tie it to its label.
 */
export function control(element, wiring) {
  const draw = DRAW[element.type];
  if (!draw) return h("span", { class: "unknown" }, `${element.type} is not drawn here`);
  return draw(element, { ...wiring, attributes: { ...wiring.attributes, "data-focus": `${wiring.block.block_id}/${element.action_id}`, "data-action-id": element.action_id } });
}

const DRAW = {
  button,
  workflow_button: button,
  icon_button: iconButton,
  feedback_buttons: feedbackButtons,
  overflow,
  image: (element) => image(element, { small: true }),
  plain_text_input: textInput,
  email_text_input: (element, wiring) => lineInput(element, wiring, { type: "email", autocomplete: "off" }),
  url_text_input: (element, wiring) => lineInput(element, wiring, { type: "url", autocomplete: "off" }),
  number_input: (element, wiring) => lineInput(element, wiring, { type: "text", inputmode: element.is_decimal_allowed ? "decimal" : "numeric" }),
  rich_text_input: (element, wiring) => textInput({ ...element, multiline: true }, wiring),
  file_input: fileInput,
  static_select: selectOne,
  external_select: (element, wiring) => suggestOne(element, wiring, changed),
  users_select: selectOne,
  channels_select: selectOne,
  conversations_select: selectOne,
  multi_static_select: selectMany,
  multi_external_select: (element, wiring) => suggestOne(element, wiring, changed),
  multi_users_select: selectMany,
  multi_channels_select: selectMany,
  multi_conversations_select: selectMany,
  datepicker: (element, wiring) => dateInput(element, wiring, "date"),
  timepicker: (element, wiring) => dateInput(element, wiring, "time"),
  datetimepicker: instantInput,
  checkboxes,
  radio_buttons: radios,
};

function changed(element, { block, surface, dispatches }, value, node) {
  surface.enter(block, element, value);
  if (dispatches) surface.send("select", block, element, choice(value), node);
}

function button(element, { block, surface, attributes }) {
  const press = async (event) => {
    const node = event.currentTarget;
    if (node.dataset.busy !== undefined) return;
    const sent = await surface.send("click", block, element, element.value === undefined ? {} : { value: element.value }, node);
    if (sent && element.url && safeUrl(element.url)) window.open(element.url, "_blank", "noopener,noreferrer");
  };
  const style = { primary: " primary", danger: " danger" }[element.style] ?? "";
  return h(
    "button",
    { type: "button", class: `button${style}`, onclick: press, title: element.url ?? null, ...attributes, "aria-label": element.accessibility_label ?? null },
    textObject(element.text),
    element.url ? icon("link") : null,
  );
}

function iconButton(element, wiring) {
  const name = element.icon === "trash" ? "trash" : "smile";
  const node = button({ ...element, accessibility_label: element.accessibility_label ?? element.text?.text }, wiring);
  node.className = "icon-button framed";
  node.replaceChildren(icon(name));
  return node;
}

function feedbackButtons(element, wiring) {
  const one = (choice, shown) => button({ ...choice, action_id: element.action_id, confirm: element.confirm, text: { type: "plain_text", text: `${shown} ${choice.text.text}` } }, wiring);
  return h("span", { class: "feedback" }, one(element.positive_button, ":+1:"), one(element.negative_button, ":-1:"));
}

function overflow(element, { block, surface, attributes }) {
  const open = (event) => {
    const node = event.currentTarget;
    const items = element.options.map((option) => ({
      label: option.text.text,
      detail: option.description?.text,
      run: () => surface.send("select", block, element, { value: option.value }, node),
    }));
    openMenu(node, items, { label: "More actions" });
  };
  return h("button", { type: "button", class: "icon-button framed", "aria-haspopup": "menu", "aria-expanded": "false", onclick: open, ...attributes, "aria-label": "More actions" }, icon("more"));
}

function selectOne(element, wiring) {
  const name = wiring.attributes.id ? null : element.placeholder?.text ?? "Choose";
  return singleSelect(element, { value: wiring.surface.answer(wiring.block, element), "aria-label": name, ...wiring.attributes, onchange: (value, node) => changed(element, wiring, value, node) });
}

function selectMany(element, wiring) {
  const name = wiring.attributes.id ? null : element.placeholder?.text ?? "Choose";
  return multiSelect(element, { value: wiring.surface.answer(wiring.block, element), "aria-label": name, ...wiring.attributes, onchange: (value, node) => changed(element, wiring, value, node) });
}

function textInput(element, wiring) {
  if (!element.multiline) return lineInput(element, wiring, { type: "text" });
  return writable(h("textarea", { class: "input", rows: 4, ...textAttributes(element, wiring) }), element, wiring);
}

function lineInput(element, wiring, kind) {
  return writable(h("input", { class: "input", ...kind, ...textAttributes(element, wiring) }), element, wiring);
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
  const send = () => wiring.dispatches && changed(element, wiring, node.value || null, node);
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

function fileInput(element, wiring) {
  const keep = async (event) => {
    const files = [...event.target.files].slice(0, element.max_files ?? 10);
    const read = await Promise.all(files.map(async (file) => ({ name: file.name, content: await file.text() })));
    changed(element, wiring, read, event.target);
  };
  const accept = element.filetypes?.map((type) => `.${type}`).join(",");
  return h("input", { type: "file", class: "input", multiple: (element.max_files ?? 10) > 1, accept: accept ?? null, ...wiring.attributes, onchange: keep });
}

function dateInput(element, wiring, type) {
  const change = (event) => changed(element, wiring, event.target.value || null, event.target);
  return h("input", { type, class: "input date-input", value: wiring.surface.answer(wiring.block, element) ?? "", "aria-label": nameOf(element, wiring, type === "date" ? "Date" : "Time"), ...wiring.attributes, onchange: change });
}

function instantInput(element, wiring) {
  const held = wiring.surface.answer(wiring.block, element);
  const change = (event) => changed(element, wiring, fromWallClock(event.target.value), event.target);
  return h("input", { type: "datetime-local", class: "input date-input", value: held ? toWallClock(Number(held)) : "", "aria-label": nameOf(element, wiring, "Date and time"), ...wiring.attributes, onchange: change });
}

function nameOf(element, wiring, fallback) {
  return wiring.attributes.id ? null : element.placeholder?.text ?? fallback;
}

function checkboxes(element, wiring) {
  const chosen = new Set(wiring.surface.answer(wiring.block, element) ?? []);
  const toggle = (event) => {
    if (event.target.checked) chosen.add(event.target.value);
    else chosen.delete(event.target.value);
    changed(element, wiring, [...chosen], event.target);
  };
  return optionGroup(element, wiring, "checkbox", (value) => chosen.has(value), toggle);
}

function radios(element, wiring) {
  const held = wiring.surface.answer(wiring.block, element);
  return optionGroup(element, wiring, "radio", (value) => value === held, (event) => changed(element, wiring, event.target.value, event.target));
}

function optionGroup(element, { block, surface, attributes }, type, isChosen, onchange) {
  const { id, "data-focus": focus, ...rest } = attributes;
  const name = `${surface.name}/${focus}`;
  const rows = element.options.map((option) =>
    h(
      "label",
      { class: "check" },
      h("input", { type, name, value: option.value, checked: isChosen(option.value), onchange, dataset: { focus: `${focus}/${option.value}` } }),
      h("span", { class: "check-text" }, h("span", {}, textObject(option.text)), option.description ? h("span", { class: "menu-detail" }, textObject(option.description)) : null),
    ),
  );
  return h("div", { class: "checks", id, role: type === "radio" ? "radiogroup" : "group", "aria-label": block.label ? null : "Options", ...rest }, rows);
}
