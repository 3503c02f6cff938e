// Bringing the state up to date: each loader asks once, however often it is called meanwhile.

import { read, readPage, Refusal } from "./api.js";
import { coalesced } from "./dom.js";
import { publish, setClock, state } from "./store.js";
import { refused } from "./toasts.js";

export const PAGE_OF_MESSAGES = 50;
const DELIVERIES_SHOWN = 100;

// What is gone or out of reach is said elsewhere: by the stream, by the list of channels.
const QUIET = new Set(["unreachable", "channel_not_found", "message_not_found", "thread_not_found"]);

/** A loader never throws: what cannot be read now is read again with the next change. */
function loader(work) {
  return coalesced(async () => {
    try {
      await work();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      if (!QUIET.has(refusal.code)) refused(refusal);
    }
  });
}

const byId = (items) => new Map((items ?? []).map((item) => [item.id, item]));

/** Who is here, which channels the reader sees, which apps are installed, what time it is. */
export const loadDirectory = loader(async () => {
  const answer = await readPage("bootstrap");
  const names = JSON.stringify([
    answer.users,
    answer.usergroups,
    answer.me.id,
    answer.channels.map((channel) => channel.name),
  ]);
  if (names !== state.names) state.directoryVersion += 1;
  Object.assign(state, {
    names,
    seq: state.seq || answer.seq, // afterwards the stream counts
    team: answer.team,
    banner: answer.banner,
    me: answer.me,
    users: byId(answer.users),
    groups: byId(answer.usergroups),
    channels: byId(answer.channels),
    apps: byId(answer.apps),
  });
  if (answer.now !== undefined) setClock({ ...answer.clock, now: answer.now });
  publish("directory");
});

/** The channel that is open: its newest messages, members, pins and bookmarks. */
export const loadChannel = loader(async () => {
  const id = state.place?.kind === "channel" ? state.place.id : null;
  if (!id) return;
  const wanted = state.channel?.id === id ? state.channel.wanted : PAGE_OF_MESSAGES;
  const answer = await readPage("channel", { channel: id, limit: wanted });
  if (state.place?.id !== id) return;
  state.channel = {
    id,
    wanted,
    channel: answer.channel,
    members: answer.members,
    messages: answer.messages,
    pins: answer.pins,
    bookmarks: answer.bookmarks,
    hasMore: answer.has_more,
  };
  publish("channel");
});

/** The thread in the side pane. */
export const loadThread = loader(async () => {
  const open = state.thread;
  if (!open) return;
  const answer = await readPage("thread", { channel: open.channel, ts: open.ts });
  if (state.thread !== open) return;
  open.messages = answer.messages;
  publish("thread");
});

/** The Home tab that is open. */
export const loadHome = loader(async () => {
  const app = state.place?.kind === "home" ? state.place.app : null;
  if (!app) return;
  const answer = await readPage("home", { app });
  if (state.place?.app !== app) return;
  state.home = { app, view: answer.view };
  publish("home");
});

/** The reader's stack of modals. */
export const loadModals = loader(async () => {
  state.views = (await readPage("modals")).views;
  publish("modals");
});

/** What went to and from the apps; only while somebody looks. */
export const loadDeliveries = loader(async () => {
  if (state.pane !== "deliveries") return;
  const answer = await readPage("deliveries", { limit: DELIVERIES_SHOWN });
  state.deliveries = Array.isArray(answer) ? answer : answer.deliveries;
  publish("deliveries");
});

/** The fault rules in force. */
export const loadFaults = loader(async () => {
  const answer = await read("faults");
  state.faults = Array.isArray(answer) ? answer : answer.faults;
  publish("faults");
});

/** The sandbox's clock. */
export const loadClock = loader(async () => {
  setClock(await read("clock"));
  publish("clock");
});

/** Everything, after a change of person or a lost connection. */
export async function loadAll() {
  await loadDirectory();
  await Promise.all([
    loadChannel(),
    loadThread(),
    loadHome(),
    loadModals(),
    loadDeliveries(),
    loadFaults(),
    loadClock(),
  ]);
}
