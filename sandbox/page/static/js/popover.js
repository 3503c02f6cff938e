// Menus and small floating panels: in the top layer, closed by Escape or a click elsewhere.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";

const GAP = 6; // pixels between the panel and what it belongs to, and to the window's edge

/** Show `content` beside `anchor`; gives back a function that closes it. */
export function openPopover(anchor, content, { label, role = null, classes = "", onclose = null } = {}) {
  const panel = h(
    "div",
    { class: `popover ${classes}`, popover: "auto", role, "aria-label": label },
    content,
  );
  (anchor.closest("dialog") ?? document.body).append(panel);
  anchor.setAttribute("aria-expanded", "true");
  panel.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    anchor.setAttribute("aria-expanded", "false");
    const inside = panel.contains(document.activeElement) || document.activeElement === document.body;
    panel.remove();
    if (inside && anchor.isConnected) anchor.focus({ preventScroll: true });
    onclose?.();
  });
  panel.showPopover();
  place(panel, anchor);
  return () => panel.isConnected && panel.hidePopover();
}

function place(panel, anchor) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const rightAligned = box.left + width > innerWidth - GAP;
  const left = rightAligned ? box.right - width : box.left;
  const below = box.bottom + GAP + height <= innerHeight || box.top < height + 2 * GAP;
  const top = below ? box.bottom + GAP : box.top - GAP - height;
  panel.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
  panel.style.top = `${Math.max(GAP, Math.min(top, innerHeight - height - GAP))}px`;
}

/**
 * A menu of choices. An item is { label, detail, picture, danger, checked, disabled, run }
 * or { heading }; `checked` makes it a radio item.
 */
export function openMenu(anchor, items, { label, classes = "" }) {
  const list = h("div", { class: "menu", role: "menu", "aria-label": label });
  const close = openPopover(anchor, list, { classes: `popover-menu ${classes}` });
  fill(
    list,
    items.map((item) =>
      item.heading
        ? h("p", { class: "menu-heading", role: "presentation" }, item.heading)
        : menuItem(item, close),
    ),
  );
  list.addEventListener("keydown", moveByArrow);
  place(list.parentElement, anchor);
  (list.querySelector("[aria-checked=true]") ?? list.querySelector("button:not([disabled])"))?.focus();
}

function menuItem(item, close) {
  const radio = item.checked !== undefined;
  const run = () => {
    close();
    item.run();
  };
  return h(
    "button",
    {
      type: "button",
      class: `menu-item${item.danger ? " danger" : ""}`,
      role: radio ? "menuitemradio" : "menuitem",
      "aria-checked": radio ? String(item.checked) : null,
      disabled: Boolean(item.disabled),
      onclick: run,
      dataset: item.dataset ?? {},
    },
    typeof item.picture === "string" ? icon(item.picture) : item.picture,
    h(
      "span",
      { class: "menu-text" },
      h("span", { class: "menu-label" }, item.label),
      item.detail ? h("span", { class: "menu-detail" }, item.detail) : null,
    ),
    item.checked ? icon("check") : null,
  );
}

/** Arrow keys, Home and End move between the enabled controls of a list. */
export function moveByArrow(event) {
  const controls = [
    ...event.currentTarget.querySelectorAll("button:not([disabled]), input:not([type=search]), a[href]"),
  ];
  const at = controls.indexOf(document.activeElement);
  const targets = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: controls.length - 1 };
  if (!Object.hasOwn(targets, event.key) || !controls.length) return;
  event.preventDefault();
  controls.at(targets[event.key] % controls.length).focus();
}
