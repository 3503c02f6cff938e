// Short notices that leave by themselves: refusals stay longer and are read out at once.

import { h, unseen } from "./dom.js";
import { icon } from "./icons.js";

const STAY_MS = { refusal: 9000, notice: 4000 };

const SENTENCES = {
  operation_timeout: "The app did not answer within three seconds.",
  dispatch_failed: "The app could not be reached.",
  unreachable: "The sandbox cannot be reached.",
  not_in_channel: "You are not a member of this channel.",
  is_archived: "This channel is archived.",
  cant_update_message: "Only its author can change this message.",
  cant_delete_message: "Only its author can delete this message.",
  user_is_restricted: "Guests cannot do that.",
  already_reacted: "You reacted with that already.",
};

/** The region for toasts; inside the top dialog, because everything behind one is inert. */
function region() {
  const host = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  let box = document.querySelector(".toasts");
  box ??= h("div", { class: "toasts", role: "region", "aria-label": "Notices" });
  if (box.parentElement !== host) host.append(box);
  return box;
}

function show(kind, role, ...content) {
  const close = () => toast.remove();
  const dismiss = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": "Dismiss notice", onclick: close },
    icon("close"),
  );
  const toast = h(
    "div",
    { class: `toast toast-${kind}`, role, dataset: { kind } },
    h("div", { class: "toast-text" }, content),
    dismiss,
  );
  region().append(toast);
  setTimeout(close, STAY_MS[kind]);
  return toast;
}

/** Say that something was refused: a sentence, and the code for whoever debugs a bot. */
export function refused(refusal, what = "") {
  const sentence =
    refusal.message && refusal.message !== refusal.code
      ? refusal.message
      : (SENTENCES[refusal.code] ?? "That was refused.");
  const toast = show(
    "refusal",
    "alert",
    what ? h("strong", {}, what) : null,
    h("span", {}, sentence),
    h("code", {}, unseen("error code "), refusal.code ?? "error"),
  );
  toast.dataset.code = refusal.code ?? "error";
}

/** Say that something was done. */
export function notice(text) {
  show("notice", "status", h("span", {}, text));
}
