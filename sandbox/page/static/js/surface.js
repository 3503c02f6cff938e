// Where blocks stand (a message, a modal, a Home tab) and what a person entered there.
//
// Answers are remembered per surface by block_id and action_id, as Slack does: a
// redrawn or updated surface keeps what was typed wherever both ids stay the same.

import { act } from "./api.js";
import { attempt } from "./attempt.js";
import { askConfirmation } from "./confirm.js";

const surfaces = new Map();

const INITIAL = {
  static_select: (element) => element.initial_option?.value,
  external_select: (element) => element.initial_option?.value,
  radio_buttons: (element) => element.initial_option?.value,
  multi_static_select: (element) => element.initial_options?.map((option) => option.value),
  multi_external_select: (element) => element.initial_options?.map((option) => option.value),
  checkboxes: (element) => element.initial_options?.map((option) => option.value),
  users_select: (element) => element.initial_user,
  multi_users_select: (element) => element.initial_users,
  channels_select: (element) => element.initial_channel,
  multi_channels_select: (element) => element.initial_channels,
  conversations_select: (element) => element.initial_conversation,
  multi_conversations_select: (element) => element.initial_conversations,
  datepicker: (element) => element.initial_date,
  timepicker: (element) => element.initial_time,
  datetimepicker: (element) => element.initial_date_time,
  rich_text_input: (element) => flatText(element.initial_value),
};

function flatText(node) {
  if (typeof node === "string" || !node) return node;
  return (node.elements ?? []).map((each) => each.text ?? flatText(each)).join("");
}

/** One surface; `target` says where an answer goes: {channel, ts}, {view_id} or {home}. */
export class Surface {
  constructor(name, target) {
    this.name = name;
    this.target = target;
    this.answers = new Map();
    this.untold = new Set();
    this.errors = {};
  }

  /** What stands in an element: what the person entered, else what the app filled in. */
  answer(block, element) {
    const entered = this.answers.get(key(block, element));
    if (entered) return entered.value;
    return (INITIAL[element.type] ?? ((one) => one.initial_value))(element) ?? null;
  }

  /** Remember an answer without telling the app. */
  enter(block, element, value) {
    this.answers.set(key(block, element), { block: block.block_id, action: element.action_id, value });
    this.untold.add(key(block, element));
  }

  /** An answer was changed: remember it, and tell the app where the block dispatches. */
  change({ block, dispatches }, element, value, control) {
    this.enter(block, element, value);
    if (dispatches) this.send("select", block, element, choice(value), control);
  }

  /** Everything entered here, as {block_id: {action_id: value}}. */
  values() {
    const values = {};
    for (const { block, action, value } of this.answers.values()) values[block] = { [action]: value };
    return values;
  }

  /** Tell the app that a control was used; false if the person or the sandbox said no. */
  async send(action, block, element, details, control) {
    if (element.confirm && !(await askConfirmation(element.confirm))) return false;
    setBusy(control, true);
    const place = { block_id: block.block_id, action_id: element.action_id };
    try {
      this.untold.delete(key(block, element));
      const told = await attempt(async () => {
        await this.tellEntered();
        return act(action, { ...this.target, ...place, ...details });
      });
      return told !== null;
    } finally {
      setBusy(control, false);
    }
  }

  // What stands in other inputs belongs to the state that the app is shown with this action.
  async tellEntered() {
    for (const name of this.untold) {
      const { block, action, value } = this.answers.get(name);
      await act("select", { ...this.target, block_id: block, action_id: action, ...choice(value) });
      this.untold.delete(name);
    }
  }
}

// How the sandbox's `select` act is told an answer.
function choice(value) {
  return Array.isArray(value) ? { values: value } : { value };
}

function key(block, element) {
  return `${block.block_id}\n${element.action_id}`;
}

function setBusy(control, busy) {
  if (!control) return;
  control.toggleAttribute("data-busy", busy);
  if (busy) control.setAttribute("aria-busy", "true");
  else control.removeAttribute("aria-busy");
}

/** The surface called `name`, made when it is first drawn. */
export function surfaceOf(name, target) {
  if (!surfaces.has(name)) surfaces.set(name, new Surface(name, target));
  return surfaces.get(name);
}

/** A surface is gone (its modal closed); what was entered there with it. */
export function dropSurface(name) {
  surfaces.delete(name);
}
