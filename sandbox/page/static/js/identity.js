// Who you are: the picker that lets one person play everybody.

import { avatar, people, standing, userName } from "./directory.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { actAs } from "./navigate.js";
import { openMenu } from "./popover.js";
import { now, state, subscribe } from "./store.js";
import { clockTime } from "./time.js";

/** "You are: Ada Okafor", and the menu behind it. */
export function identityButton() {
  const button = h("button", {
    type: "button",
    class: "identity",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    onclick: chooseIdentity,
  });
  subscribe("directory", () => drawIdentity(button));
  return button;
}

function drawIdentity(button) {
  const name = userName(state.me.id);
  fill(
    button,
    avatar(state.me.id, name, { size: "small" }),
    h(
      "span",
      { class: "identity-text" },
      h("span", { class: "identity-lead" }, "You are: "),
      h("span", { class: "identity-name" }, name),
    ),
    icon("down"),
  );
  button.dataset.user = state.me.id;
}

function chooseIdentity(event) {
  const items = people().map((user) => ({
    label: userName(user.id),
    detail: [standing(user), user.tz ? `${clockTime(now(), user.tz)} ${place(user.tz)}` : ""]
      .filter(Boolean)
      .join(" · "),
    picture: avatar(user.id, userName(user.id), { size: "small" }),
    checked: user.id === state.me.id,
    run: () => actAs(user.id),
    dataset: { user: user.id, name: user.name },
  }));
  const second = {
    label: "Open a second window",
    detail: "to be two people at once",
    picture: "plus",
    run: () => window.open(location.href, "_blank", "noopener"),
  };
  openMenu(event.currentTarget, [{ heading: "Act as" }, ...items, { heading: "Or" }, second], {
    label: "Act as",
    classes: "wide",
  });
}

function place(tz) {
  return tz.split("/").at(-1).replaceAll("_", " ");
}
