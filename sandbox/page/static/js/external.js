// Menus whose options live in the app: what is typed is sent to it, what it offers is listed.

import { act } from "./api.js";
import { fill, h } from "./dom.js";

const PAUSE_MS = 250; // between the last key and the question to the app

/** A field with the app's suggestions; several choices are separated by commas. */
export function suggestOne(element, wiring) {
  const many = element.type.startsWith("multi_");
  const held = wiring.surface.answer(wiring.block, element);
  const list = h("datalist", { id: `options-${wiring.block.block_id}-${element.action_id}` });
  const offered = new Map(
    (element.initial_options ?? [element.initial_option])
      .filter(Boolean)
      .map((option) => [option.text.text, option.value]),
  );
  const shown = (value) => [...offered].find(([, each]) => each === value)?.[0] ?? value;
  const field = h("input", {
    type: "text",
    class: "input",
    list: list.id,
    autocomplete: "off",
    value: many ? (held ?? []).map(shown).join(", ") : shown(held ?? ""),
    placeholder: element.placeholder?.text ?? "Type to choose",
    "aria-label": wiring.attributes.id ? null : (element.placeholder?.text ?? "Choose"),
    ...wiring.attributes,
  });
  let timer = null;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    const typed = field.value.split(",").at(-1).trim();
    if (!offered.has(typed) && typed.length >= (element.min_query_length ?? 3))
      timer = setTimeout(() => ask(typed, element, wiring, { list, offered }), PAUSE_MS);
  });
  field.addEventListener("change", () => {
    const values = field.value
      .split(",")
      .map((each) => each.trim())
      .filter(Boolean)
      .map((label) => offered.get(label) ?? label);
    wiring.surface.change(wiring, element, many ? values : (values[0] ?? null), field);
  });
  return h("span", { class: "external" }, field, list);
}

async function ask(typed, element, { block, surface }, { list, offered }) {
  const answer = await act("suggest", {
    ...surface.target,
    block_id: block.block_id,
    action_id: element.action_id,
    value: typed,
  }).catch(() => ({}));
  const options = [
    ...(answer.options ?? []),
    ...(answer.option_groups ?? []).flatMap((group) => group.options),
  ];
  for (const option of options) offered.set(option.text.text, option.value);
  fill(
    list,
    options.map((option) => h("option", { value: option.text.text })),
  );
}
