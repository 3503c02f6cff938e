// The thread pane: the message that started it, its replies, and a box to answer.

import { channelTitle } from "./directory.js";
import { Composer } from "./composer.js";
import { h } from "./dom.js";
import { MessageList } from "./messages.js";
import { state, subscribe } from "./store.js";

export function threadPane() {
  const place = h("p", { class: "pane-lead" });
  const list = new MessageList({ label: "Thread" });
  const composer = new Composer({ kind: "thread", onSent: () => list.toBottom() });
  let shown = "";
  const draw = () => {
    if (!state.thread) return;
    const { channel, ts, messages } = state.thread;
    const visit = `${state.me.id} ${channel} ${ts}`;
    if (shown !== visit) {
      list.reset("Thread");
      composer.retarget({ channel, thread_ts: ts, label: "Reply in thread" });
    }
    shown = visit;
    place.textContent = state.channels.has(channel) ? channelTitle(state.channels.get(channel)) : "";
    list.draw(messages, { inThread: true });
  };
  subscribe("thread", draw);
  return {
    title: "Thread",
    root: h("div", { class: "thread" }, place, list.root, composer.root),
    opened: draw,
  };
}
