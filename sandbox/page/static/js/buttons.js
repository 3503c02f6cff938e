// Block Kit's buttons, and the overflow menu.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { textObject } from "./mrkdwn.js";
import { openMenu } from "./popover.js";
import { safeUrl } from "./tokens.js";

/** A button; one with an address opens it once the app was told. */
export function button(element, { block, surface, attributes }) {
  const press = async (event) => {
    const node = event.currentTarget;
    if (node.dataset.busy !== undefined) return;
    const sent = await surface.send(
      "click",
      block,
      element,
      element.value === undefined ? {} : { value: element.value },
      node,
    );
    if (sent && element.url && safeUrl(element.url))
      window.open(element.url, "_blank", "noopener,noreferrer");
  };
  const style = { primary: " primary", danger: " danger" }[element.style] ?? "";
  return h(
    "button",
    {
      type: "button",
      class: `button${style}`,
      onclick: press,
      title: element.url ?? null,
      ...attributes,
      "aria-label": element.accessibility_label ?? null,
    },
    textObject(element.text),
    element.url ? icon("link") : null,
  );
}

/** A small button that is only a picture. */
export function iconButton(element, wiring) {
  const name = element.icon === "trash" ? "trash" : "smile";
  const node = button(
    { ...element, accessibility_label: element.accessibility_label ?? element.text?.text },
    wiring,
  );
  node.className = "icon-button framed";
  node.replaceChildren(icon(name));
  return node;
}

/** Thumbs up and thumbs down. */
export function feedbackButtons(element, wiring) {
  const one = (choice, shown) =>
    button(
      {
        ...choice,
        action_id: element.action_id,
        confirm: element.confirm,
        text: { type: "plain_text", text: `${shown} ${choice.text.text}` },
      },
      wiring,
    );
  return h(
    "span",
    { class: "feedback" },
    one(element.positive_button, ":+1:"),
    one(element.negative_button, ":-1:"),
  );
}

/** The three dots that open a menu of options. */
export function overflow(element, { block, surface, attributes }) {
  const open = (event) => {
    const node = event.currentTarget;
    const items = element.options.map((option) => ({
      label: option.text.text,
      detail: option.description?.text,
      run: () => surface.send("select", block, element, { value: option.value }, node),
    }));
    openMenu(node, items, { label: "More actions" });
  };
  return h(
    "button",
    {
      type: "button",
      class: "icon-button framed",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      onclick: open,
      ...attributes,
      "aria-label": "More actions",
    },
    icon("more"),
  );
}
