// Start: mount the parts, learn who we are and where, then follow the workspace.

import { mountSidebar } from "./channels.js";
import { mountConversation } from "./conversation.js";
import { mountHome } from "./home.js";
import { follow } from "./live.js";
import { loadAll, loadDirectory } from "./load.js";
import { mountModals } from "./modals.js";
import { openHome, placeFromAddress } from "./navigate.js";
import { mountPane } from "./panes.js";
import { publish, state } from "./store.js";
import { mountTopbar } from "./topbar.js";

const RETRY_MS = 1000;

async function start() {
  const app = document.getElementById("app");
  mountTopbar(document.getElementById("topbar"));
  mountSidebar(document.getElementById("sidebar"));
  mountConversation(document.getElementById("main"), mountHome());
  mountPane(document.getElementById("pane"));
  mountModals();
  document.getElementById("scrim").addEventListener("click", () => app.classList.remove("drawer-open"));
  state.actingAs = new URLSearchParams(location.search).get("as"); // null: the sandbox chooses
  await loadDirectory();
  if (!state.me && state.actingAs) {
    state.actingAs = null;
    await loadDirectory();
  }
  if (!state.me) {
    setTimeout(() => location.reload(), RETRY_MS);
    return;
  }
  state.actingAs = state.me.id;
  placeFromAddress();
  publish("place");
  publish("pane");
  follow();
  await loadAll();
  if (state.place?.kind === "home") await openHome(state.place.app);
  app.dataset.ready = "true";
}

start();
