// The interactive elements of Block Kit, each a plain form control.
//
// In a modal's input block an answer is only remembered; everywhere else using the
// control tells the app at once (`dispatches`).

import { button, feedbackButtons, iconButton, overflow } from "./buttons.js";
import { multiSelect, singleSelect } from "./choices.js";
import { h } from "./dom.js";
import { suggestOne } from "./external.js";
import { dateInput, fileInput, instantInput, lineInput, textInput } from "./inputs.js";
import { image } from "./media.js";
import { checkboxes, radios } from "./options.js";

/**
 * The control for an element. `wiring` is { block, surface, dispatches, attributes }:
 * where it stands, and the attributes that tie it to its label.
 */
export function control(element, wiring) {
  const draw = DRAW[element.type];
  if (!draw) return h("span", { class: "unknown" }, `The element “${element.type}” is not drawn here.`);
  return draw(element, {
    ...wiring,
    attributes: {
      ...wiring.attributes,
      "data-focus": `${wiring.block.block_id}/${element.action_id}`,
      "data-action-id": element.action_id,
    },
  });
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
  number_input: (element, wiring) =>
    lineInput(element, wiring, {
      type: "text",
      inputmode: element.is_decimal_allowed ? "decimal" : "numeric",
    }),
  rich_text_input: (element, wiring) => textInput({ ...element, multiline: true }, wiring),
  file_input: fileInput,
  static_select: selectOne,
  external_select: (element, wiring) => suggestOne(element, wiring),
  users_select: selectOne,
  channels_select: selectOne,
  conversations_select: selectOne,
  multi_static_select: selectMany,
  multi_external_select: (element, wiring) => suggestOne(element, wiring),
  multi_users_select: selectMany,
  multi_channels_select: selectMany,
  multi_conversations_select: selectMany,
  datepicker: (element, wiring) => dateInput(element, wiring, "date"),
  timepicker: (element, wiring) => dateInput(element, wiring, "time"),
  datetimepicker: instantInput,
  checkboxes,
  radio_buttons: radios,
};

function selectOne(element, wiring) {
  return singleSelect(element, selectAttributes(element, wiring));
}

function selectMany(element, wiring) {
  return multiSelect(element, selectAttributes(element, wiring));
}

function selectAttributes(element, wiring) {
  return {
    value: wiring.surface.answer(wiring.block, element),
    "aria-label": wiring.attributes.id ? null : (element.placeholder?.text ?? "Choose"),
    ...wiring.attributes,
    onchange: (value, node) => wiring.surface.change(wiring, element, value, node),
  };
}
