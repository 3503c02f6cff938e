// A small dialog that asks for one line of text.

import { h } from "./dom.js";

/** { text, checked } or null; `check` adds a check box with that label. */
export function promptFor({ title, label, hint, yes, check }) {
  return new Promise((resolve) => {
    const text = h("input", {
      class: "input",
      id: "prompt-text",
      type: "text",
      autocomplete: "off",
      autofocus: true,
    });
    const box = h("input", { type: "checkbox" });
    const close = (answer) => {
      dialog.remove();
      resolve(answer);
    };
    const submit = (event) => {
      event.preventDefault();
      close({ text: text.value.trim(), checked: box.checked });
    };
    const dialog = h(
      "dialog",
      { class: "dialog dialog-small", "aria-labelledby": "prompt-title", oncancel: () => close(null) },
      h(
        "form",
        { onsubmit: submit },
        h("h2", { class: "dialog-title", id: "prompt-title" }, title),
        h(
          "div",
          { class: "dialog-body" },
          h("label", { class: "label", for: "prompt-text" }, label),
          text,
          hint ? h("p", { class: "hint" }, hint) : null,
          check ? h("label", { class: "check" }, box, check) : null,
        ),
        h(
          "div",
          { class: "dialog-buttons" },
          h("button", { type: "button", class: "button", onclick: () => close(null) }, "Cancel"),
          h("button", { type: "submit", class: "button primary" }, yes),
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
