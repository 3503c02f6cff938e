// The list of suggestions above a message box.
//
// The text field keeps the focus; the arrow keys move through the list, Tab or Enter
// takes an entry, Escape puts the list away.

import { fill, h } from "./dom.js";
import { suggestionsFor } from "./suggest.js";

export class SuggestionBox {
  constructor(field, id, taken) {
    this.field = field;
    this.taken = taken;
    this.found = null;
    this.active = 0;
    this.root = h("ul", {
      class: "suggestions",
      id,
      role: "listbox",
      "aria-label": "Suggestions",
      hidden: true,
    });
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", id);
    field.addEventListener("blur", () => this.hide());
  }

  /** Look again at what stands before the caret. */
  update() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const found = suggestionsFor(before);
    const done =
      !found?.options.length ||
      (found.options.length === 1 &&
        found.options[0].insert.trim() === before.slice(found.from) &&
        found.from > 0);
    if (done) return this.hide();
    this.found = found;
    this.active = 0;
    return this.draw();
  }

  draw() {
    fill(
      this.root,
      this.found.options.map((option, at) => this.row(option, at)),
    );
    this.root.hidden = false;
    this.field.setAttribute("aria-activedescendant", `${this.root.id}-${this.active}`);
    this.root.children[this.active]?.scrollIntoView({ block: "nearest" });
  }

  row(option, at) {
    const take = (event) => {
      event.preventDefault(); // keeps the focus in the field
      this.take(at);
    };
    return h(
      "li",
      {
        id: `${this.root.id}-${at}`,
        role: "option",
        "aria-selected": String(at === this.active),
        class: "suggestion",
        onmousedown: take,
      },
      option.picture,
      h(
        "span",
        { class: "suggestion-label" },
        option.label,
        option.hint ? h("span", { class: "usage" }, ` ${option.hint}`) : null,
      ),
      option.detail ? h("span", { class: "menu-detail" }, option.detail) : null,
    );
  }

  hide() {
    this.found = null;
    this.root.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }

  /** Handle a key of the field; true if it was meant for the list. */
  pressed(event) {
    if (!this.found) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.active = (this.active + step + this.found.options.length) % this.found.options.length;
    if (step) this.draw();
    else if (event.key === "Escape") this.hide();
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !this.isComplete()))
      this.take(this.active);
    else return false;
    event.preventDefault();
    return true;
  }

  // "/incident" typed in full is sent by Enter, not completed once more.
  isComplete() {
    return this.found.from === 0 && this.found.options[this.active].insert.trim() === this.field.value.trim();
  }

  take(at) {
    const { from, options } = this.found;
    this.field.setRangeText(options[at].insert, from, this.field.selectionStart, "end");
    this.hide();
    this.taken();
  }
}
