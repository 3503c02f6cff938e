// Block Kit's check boxes and radio buttons.

import { h } from "./dom.js";
import { textObject } from "./mrkdwn.js";

/** Several of a few. */
export function checkboxes(element, wiring) {
  const chosen = new Set(wiring.surface.answer(wiring.block, element) ?? []);
  const toggle = (event) => {
    if (event.target.checked) chosen.add(event.target.value);
    else chosen.delete(event.target.value);
    wiring.surface.change(wiring, element, [...chosen], event.target);
  };
  return optionGroup(element, wiring, "checkbox", (value) => chosen.has(value), toggle);
}

/** One of a few. */
export function radios(element, wiring) {
  const held = wiring.surface.answer(wiring.block, element);
  return optionGroup(
    element,
    wiring,
    "radio",
    (value) => value === held,
    (event) => wiring.surface.change(wiring, element, event.target.value, event.target),
  );
}

function optionGroup(element, { block, surface, attributes }, type, isChosen, onchange) {
  const { id, "data-focus": focus, ...rest } = attributes;
  const name = `${surface.name}/${focus}`;
  const rows = element.options.map((option) =>
    h(
      "label",
      { class: "check" },
      h("input", {
        type,
        name,
        value: option.value,
        checked: isChosen(option.value),
        onchange,
        dataset: { focus: `${focus}/${option.value}` },
      }),
      h(
        "span",
        { class: "check-text" },
        h("span", {}, textObject(option.text)),
        option.description ? h("span", { class: "menu-detail" }, textObject(option.description)) : null,
      ),
    ),
  );
  return h(
    "div",
    {
      class: "checks",
      id,
      role: type === "radio" ? "radiogroup" : "group",
      "aria-label": block.label ? null : "Options",
      ...rest,
    },
    rows,
  );
}
