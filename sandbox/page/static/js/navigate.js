// Going places: which channel, Home tab, thread or pane is open, and as whom.
//
// The address bar always says it (?as=ada&channel=general), so a view can be linked
// to, reloaded, and opened in two windows as two people.

import { act } from "./api.js";
import { attempt } from "./attempt.js";
import { channelName } from "./directory.js";
import { follow } from "./live.js";
import { loadAll, loadChannel, loadDeliveries, loadDirectory, loadHome, loadThread } from "./load.js";
import { publish, state, subscribe } from "./store.js";

/** Open a channel by id. */
export async function openChannel(id) {
  closeDrawer();
  if (state.thread && state.thread.channel !== id) closePane();
  go({ kind: "channel", id });
  await loadChannel();
}

/** Open an app's Home tab, which the app is told about. */
export async function openHome(app) {
  closeDrawer();
  if (state.thread) closePane();
  go({ kind: "home", app });
  await attempt(() => act("open_home", { app }));
  await loadHome();
}

/** Open the direct conversation with a user or a bot, new if need be. */
export async function openDirect(user) {
  const known = [...state.channels.values()].find((channel) => channel.is_im && channel.user === user);
  const opened = known ? { channel: known.id } : await attempt(() => act("open_dm", { user }));
  if (!opened) return;
  if (!known) await loadDirectory();
  await openChannel(opened.channel);
}

function go(place) {
  const same =
    state.place?.kind === place.kind && state.place?.id === place.id && state.place?.app === place.app;
  state.place = place;
  if (!same) {
    if (state.channel?.id !== place.id) state.channel = null;
    state.home = null;
  }
  remember();
  publish("place");
}

/** Show a thread in the side pane. */
export function openThread(channel, ts) {
  state.thread = { channel, ts, messages: [] };
  state.pane = "thread";
  remember();
  publish("pane");
  return loadThread();
}

/** Show a pane by name; the same name again closes it. */
export function togglePane(name) {
  if (state.pane === name) return closePane();
  state.pane = name;
  state.thread = null;
  remember();
  publish("pane");
  return name === "deliveries" ? loadDeliveries() : undefined;
}

export function closePane() {
  state.pane = null;
  state.thread = null;
  remember();
  publish("pane");
}

/** Become somebody else; where they may not look, the first channel opens. */
export async function actAs(user) {
  closePane();
  state.actingAs = user;
  state.channel = null;
  state.home = null;
  publish("leaving");
  await loadDirectory();
  if (!isVisible(state.place)) state.place = firstPlace();
  remember();
  publish("place");
  follow();
  await loadAll();
}

function isVisible(place) {
  return place?.kind === "home" ? state.apps.has(place.app) : state.channels.has(place?.id);
}

function firstPlace() {
  const mine = [...state.channels.values()].filter((channel) => channel.is_member && !channel.is_archived);
  const channel = mine.find((one) => one.name === "general") ?? mine.find((one) => !one.is_im) ?? mine[0];
  return channel ? { kind: "channel", id: channel.id } : null;
}

/** Where the address bar wants us; the directory must be loaded. */
export function placeFromAddress() {
  const query = new URLSearchParams(location.search);
  const wanted = query.get("channel");
  const channel = [...state.channels.values()].find(
    (one) => one.id === wanted || (wanted && channelName(one) === wanted),
  );
  const home = query.get("home");
  const app = [...state.apps.values()].find(
    (one) => one.id === home || one.name.toLowerCase() === home?.toLowerCase(),
  );
  state.place = app
    ? { kind: "home", app: app.id }
    : channel
      ? { kind: "channel", id: channel.id }
      : firstPlace();
  const pane = query.get("pane");
  if (pane && pane !== "thread") state.pane = pane;
  if (query.get("thread") && channel) {
    state.thread = { channel: channel.id, ts: query.get("thread"), messages: [] };
    state.pane = "thread";
  }
}

function remember() {
  const query = new URLSearchParams({ as: state.me?.name ?? state.actingAs ?? "" });
  const channel = state.place?.kind === "channel" ? state.channels.get(state.place.id) : null;
  if (channel) query.set("channel", channel.is_im ? channel.id : channel.name);
  if (state.place?.kind === "home") query.set("home", state.place.app);
  if (state.thread) query.set("thread", state.thread.ts);
  else if (state.pane) query.set("pane", state.pane);
  history.replaceState(null, "", `?${query}`);
}

function closeDrawer() {
  document.getElementById("app").classList.remove("drawer-open");
}

// Thrown out of a channel, or it is gone: go where we may be.
subscribe("directory", () => {
  if (!state.place || isVisible(state.place)) return;
  state.place = firstPlace();
  state.channel = null;
  if (state.thread) closePane();
  remember();
  publish("place");
  loadChannel();
});

subscribe("open", (place) => (place.kind === "home" ? openHome(place.app) : openChannel(place.id)));
