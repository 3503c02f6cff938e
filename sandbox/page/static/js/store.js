// What the page knows, and who wants to hear when it changes.
//
// One plain object and a handful of topics; views subscribe to a topic and draw
// themselves from `state`. Nothing here touches the document or the network.

export const state = {
  seq: 0,
  actingAs: null, // a user id or name, from the address bar until the first answer
  team: { id: "", name: "" },
  me: null,
  users: new Map(),
  groups: new Map(),
  channels: new Map(),
  apps: new Map(),
  names: "", // a digest of every name, to notice when one changed
  directoryVersion: 0, // grows when a name may be drawn differently
  place: null, // { kind: "channel", id } or { kind: "home", app }
  channel: null, // { id, channel, members, messages, pins, bookmarks, hasMore }
  thread: null, // { channel, ts, messages }
  home: null, // { app, view }
  views: [], // the stack of modals, top last
  pane: null, // "thread", "members", "pins", "deliveries", "faults"
  deliveries: [],
  faults: [],
  clock: { mode: "real", factor: 1, at: Date.now() / 1000, measured: performance.now() },
  online: true,
};

const listeners = new Map();

/** Call `listener` whenever `topic` is published. */
export function subscribe(topic, listener) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(listener);
}

/** Tell everybody who listens to `topic`. */
export function publish(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

/** The sandbox's time now, in seconds: its clock may be stopped, fast or ahead of ours. */
export function now() {
  const { mode, factor, at, measured } = state.clock;
  if (mode === "manual") return at;
  return at + ((performance.now() - measured) / 1000) * (mode === "scaled" ? factor : 1);
}

/** Take over the sandbox's clock as it was just told. */
export function setClock({ mode = state.clock.mode, factor = state.clock.factor, now: at }) {
  state.clock = { mode, factor, at, measured: performance.now() };
}

/** The zone in which the person we act as reads times. */
export function zone() {
  return state.me?.tz || Intl.DateTimeFormat().resolvedOptions().timeZone;
}
