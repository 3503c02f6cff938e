// What the select menus of Block Kit offer, and the two ways to choose: one, or several.

import { avatar, channelMark, channelName, handle, people, userName } from "./directory.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { moveByArrow, openPopover } from "./popover.js";
import { state } from "./store.js";

/** Groups of { value, label, detail, picture }; a group without name holds the rest. */
export function choicesOf(element) {
  if (element.type.includes("users_select")) return [{ name: "", choices: people().map(userChoice) }];
  if (element.type.includes("channels_select"))
    return [{ name: "", choices: channels(isOpenChannel).map(channelChoice) }];
  if (element.type.includes("conversations_select"))
    return [{ name: "", choices: channels(allowedBy(element.filter)).map(channelChoice) }];
  if (element.option_groups)
    return element.option_groups.map((group) => ({
      name: group.label.text,
      choices: group.options.map(optionChoice),
    }));
  return [{ name: "", choices: (element.options ?? []).map(optionChoice) }];
}

function optionChoice(option) {
  return { value: option.value, label: option.text.text, detail: option.description?.text ?? "" };
}

function userChoice(user) {
  return {
    value: user.id,
    label: userName(user.id),
    detail: `@${handle(user.id)}`,
    picture: () => avatar(user.id, userName(user.id), { size: "tiny" }),
  };
}

function channelChoice(channel) {
  return { value: channel.id, label: channelName(channel), detail: "", picture: () => channelMark(channel) };
}

function channels(wanted) {
  return [...state.channels.values()].filter((channel) => !channel.is_archived && wanted(channel));
}

function isOpenChannel(channel) {
  return !channel.is_im && !channel.is_private;
}

function allowedBy(filter = {}) {
  const kinds = filter.include;
  const kindOf = (channel) => (channel.is_im ? "im" : channel.is_private ? "private" : "public");
  return (channel) =>
    (!kinds || kinds.includes(kindOf(channel))) &&
    !(filter.exclude_external_shared_channels && channel.is_ext_shared);
}

/** One of many: a native select, because phones and screen readers know it best. */
export function singleSelect(element, { value, onchange, ...attributes }) {
  const groups = choicesOf(element);
  const option = (choice) =>
    h("option", { value: choice.value, selected: choice.value === value }, choice.label);
  const lists = groups.map((group) =>
    group.name ? h("optgroup", { label: group.name }, group.choices.map(option)) : group.choices.map(option),
  );
  const placeholder = h("option", { value: "", selected: !value }, element.placeholder?.text ?? "Choose…");
  const select = h(
    "select",
    { class: "select", ...attributes, dataset: { empty: String(!value), focus: attributes["data-focus"] } },
    placeholder,
    lists,
  );
  select.addEventListener("change", () => {
    select.dataset.empty = String(!select.value);
    onchange(select.value || null, select);
  });
  return select;
}

/** Several of many: a button that lists what is chosen and opens a list of check boxes. */
export function multiSelect(element, { value, onchange, ...attributes }) {
  const chosen = new Set(value ?? []);
  const all = choicesOf(element).flatMap((group) => group.choices);
  const most = element.max_selected_items ?? Infinity;
  const button = h("button", {
    type: "button",
    class: "select multi",
    "aria-haspopup": "dialog",
    "aria-expanded": "false",
    ...attributes,
  });
  const draw = () =>
    fill(
      button,
      chosen.size
        ? all.filter((choice) => chosen.has(choice.value)).map(chip)
        : h("span", { class: "placeholder" }, element.placeholder?.text ?? "Choose…"),
      icon("down"),
    );
  const before = () => [...chosen].join("\n");
  let atOpening = before();
  button.addEventListener("click", () => {
    atOpening = before();
    const list = checkList(all, chosen, most, draw);
    openPopover(button, list, {
      label: attributes["aria-label"] ?? "Choices",
      role: "dialog",
      classes: "popover-choices",
      onclose: () => before() !== atOpening && onchange([...chosen], button),
    });
    list.querySelector("input")?.focus();
  });
  draw();
  return button;
}

function chip(choice) {
  return h("span", { class: "chip" }, choice.picture?.(), choice.label);
}

function checkList(all, chosen, most, draw) {
  const rows = h("div", { class: "check-rows" });
  const list = h("div", { class: "check-list", onkeydown: moveByArrow }, rows);
  const show = (fragment) =>
    fill(
      rows,
      all
        .filter((choice) => `${choice.label} ${choice.detail}`.toLowerCase().includes(fragment))
        .map((choice) => checkRow(choice, chosen, most, draw)),
    );
  if (all.length > 8)
    list.prepend(
      h("input", {
        type: "search",
        class: "input",
        placeholder: "Filter",
        "aria-label": "Filter choices",
        oninput: (event) => show(event.target.value.toLowerCase()),
      }),
    );
  show("");
  return list;
}

function checkRow(choice, chosen, most, draw) {
  const toggle = (event) => {
    if (event.target.checked && chosen.size >= most) event.target.checked = false;
    else if (event.target.checked) chosen.add(choice.value);
    else chosen.delete(choice.value);
    draw();
  };
  return h(
    "label",
    { class: "check" },
    h("input", { type: "checkbox", checked: chosen.has(choice.value), onchange: toggle }),
    choice.picture?.(),
    h("span", {}, choice.label),
    choice.detail ? h("span", { class: "menu-detail" }, choice.detail) : null,
  );
}
