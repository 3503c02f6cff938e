// Live updates: one stream of "something changed"; what changed is then read.

import {
  loadAll,
  loadChannel,
  loadClock,
  loadDeliveries,
  loadDirectory,
  loadFaults,
  loadHome,
  loadModals,
  loadThread,
} from "./load.js";
import { publish, state } from "./store.js";

const RECONNECT_MS = 1000;

let source = null;

// Kinds of change and what to read again. Unknown kinds refresh the directory, which is cheap.
const REACTIONS = {
  message: inChannel,
  channel: inChannel,
  view: () => loadModals(),
  home: () => loadHome(),
  delivery: delivered,
  fault: () => loadFaults(),
  file: inChannel,
  clock: clockMoved,
  user: () => loadDirectory(),
  app: () => loadDirectory(),
  reset: () => loadAll(),
};

function inChannel(change) {
  loadDirectory();
  if (!change.channel || change.channel === state.place?.id) loadChannel();
  if (state.thread && (!change.channel || change.channel === state.thread.channel)) loadThread();
}

function delivered() {
  loadDeliveries();
  if (state.pane === "faults") loadFaults();
}

async function clockMoved() {
  await loadClock();
  state.directoryVersion += 1; // dates such as "today" may read differently now
  publish("channel");
  publish("thread");
}

/** Follow the stream as the person we act as; a lost connection is taken up again. */
export function follow() {
  source?.close();
  const query = new URLSearchParams({ as: state.actingAs, since: String(state.seq) });
  const stream = new EventSource(`/_sandbox/stream?${query}`);
  source = stream;
  stream.addEventListener("open", () => setOnline(true));
  stream.addEventListener("message", (event) => changed(JSON.parse(event.data)));
  stream.addEventListener("error", () => {
    stream.close();
    if (source !== stream) return;
    setOnline(false);
    setTimeout(() => source === stream && reconnect(), RECONNECT_MS);
  });
}

async function reconnect() {
  await loadAll();
  follow();
}

function changed(change) {
  state.seq = Math.max(state.seq, change.seq);
  (REACTIONS[change.kind] ?? loadDirectory)(change);
}

function setOnline(online) {
  if (state.online === online) return;
  state.online = online;
  publish("online");
}
