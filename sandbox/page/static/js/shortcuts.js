// The menu of everything that apps offer: global shortcuts and slash commands.

import { act } from "./api.js";
import { attempt } from "./attempt.js";
import { openMenu } from "./popover.js";
import { state } from "./store.js";
import { commands } from "./suggest.js";

/** Show the menu; a command is handed to `write`, a shortcut runs at once. */
export function openShortcuts(anchor, write) {
  const sections = [...headed("Shortcuts", globalShortcuts()), ...headed("Commands", slashCommands(write))];
  openMenu(anchor, sections.length ? sections : [{ heading: "No app is installed yet" }], {
    label: "Commands and shortcuts",
    classes: "wide",
  });
}

function headed(heading, items) {
  return items.length ? [{ heading }, ...items] : [];
}

function slashCommands(write) {
  return commands().map(({ command, description, app }) => ({
    label: command,
    detail: [description, app].filter(Boolean).join(" · "),
    picture: "send",
    run: () => write(`${command} `),
  }));
}

function globalShortcuts() {
  return [...state.apps.values()].flatMap((app) =>
    (app.global_shortcuts ?? []).map(({ name, callback_id, description }) => ({
      label: name,
      detail: [description, app.name].filter(Boolean).join(" · "),
      picture: "bolt",
      run: () => attempt(() => act("shortcut", { callback_id }), name),
    })),
  );
}
