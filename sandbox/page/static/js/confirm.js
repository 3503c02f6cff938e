// Questions that must be answered before something happens: Block Kit's confirm object, and our own.

import { h } from "./dom.js";
import { textObject } from "./mrkdwn.js";

/** Show a confirm object as a dialog; true if the person goes on. */
export function askConfirmation({ title, text, confirm, deny, style }) {
  return ask({
    title: textObject(title),
    text: textObject(text),
    yes: confirm?.text ?? "Yes",
    no: deny?.text ?? "No",
    danger: style === "danger",
  });
}

/** A question with two buttons; true for `yes`, false for `no`, Escape and a click outside. */
export function ask({ title, text, yes, no, danger = false }) {
  return new Promise((resolve) => {
    const close = (answer) => () => {
      dialog.remove();
      resolve(answer);
    };
    const dialog = h(
      "dialog",
      {
        class: "dialog dialog-small",
        role: "alertdialog",
        "aria-labelledby": "confirm-title",
        "aria-describedby": "confirm-text",
        oncancel: close(false),
      },
      h("h2", { class: "dialog-title", id: "confirm-title" }, title),
      h("div", { class: "dialog-text", id: "confirm-text" }, text),
      h(
        "div",
        { class: "dialog-buttons" },
        h("button", { type: "button", class: "button", onclick: close(false) }, no),
        h(
          "button",
          {
            type: "button",
            class: `button ${danger ? "danger" : "primary"}`,
            onclick: close(true),
            autofocus: true,
          },
          yes,
        ),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
