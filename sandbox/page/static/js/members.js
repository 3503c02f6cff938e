// Who is in the channel, and inviting somebody.

import { act } from "./api.js";
import { attempt } from "./attempt.js";
import { avatar, people, standing, userName } from "./directory.js";
import { fill, h } from "./dom.js";
import { memberIds } from "./header.js";
import { openDirect } from "./navigate.js";
import { now, state, subscribe } from "./store.js";
import { clockTime } from "./time.js";

export function membersPane() {
  const list = h("ul", { class: "people" });
  const invite = h("select", { class: "select", id: "invite", "aria-label": "Invite somebody" });
  invite.addEventListener("change", () => add(invite.value));
  const draw = () => {
    if (state.pane !== "members") return;
    const ids = memberIds();
    const outside = people().filter((user) => !ids.includes(user.id));
    fill(
      invite,
      h("option", { value: "" }, "Invite somebody…"),
      outside.map((user) => h("option", { value: user.id }, userName(user.id))),
    );
    fill(list, ids.map(member));
  };
  for (const topic of ["channel", "directory"]) subscribe(topic, draw);
  return {
    title: "Members",
    root: h("div", { class: "pane-scroll" }, h("div", { class: "pane-block" }, invite), list),
    opened: draw,
  };
}

function member(id) {
  const user = state.users.get(id) ?? { id };
  const local = user.tz && !user.is_bot ? `${clockTime(now(), user.tz)} there` : "";
  return h(
    "li",
    { class: "person", dataset: { user: id } },
    avatar(id, userName(id), { bot: user.is_bot }),
    h(
      "span",
      { class: "person-text" },
      h("strong", {}, userName(id), id === state.me.id ? " (you)" : ""),
      h("span", { class: "menu-detail" }, [standing(user), local].filter(Boolean).join(" · ")),
    ),
    id === state.me.id
      ? null
      : h(
          "button",
          {
            type: "button",
            class: "button quiet",
            "aria-label": `Message ${userName(id)}`,
            onclick: () => openDirect(id),
          },
          "Message",
        ),
  );
}

async function add(user) {
  if (user) await attempt(() => act("invite", { channel: state.place.id, users: [user] }));
}
