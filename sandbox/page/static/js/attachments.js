// Message attachments, the older way to show structure; alerting tools still use it.

import { patchBlocks } from "./blocks.js";
import { h } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { surfaceOf } from "./surface.js";
import { moment } from "./time.js";
import { link } from "./tokens.js";

const COLOURS = { good: "#2f9e6e", warning: "#d9922b", danger: "#c8383f" };

/** The attachments of a message as nodes. */
export function attachments(message) {
  return (message.attachments ?? []).map((each, at) =>
    attachment(each, `attachment ${message.ts} ${at}`, message),
  );
}

function attachment(each, name, message) {
  const bar = h("span", { class: "attachment-bar", "aria-hidden": "true" });
  const colour =
    COLOURS[each.color] ??
    (/^#?[0-9a-f]{6}$/i.test(each.color ?? "") ? `#${each.color.replace("#", "")}` : null);
  if (colour) bar.style.backgroundColor = colour;
  const body = each.blocks?.length
    ? patchBlocks(h("div"), each.blocks, surfaceOf(name, { channel: message.channel, ts: message.ts }))
    : h("div", { class: "attachment-body" }, parts(each));
  return h(
    "div",
    { class: "attachment" },
    each.pretext ? h("div", { class: "prose" }, mrkdwn(each.pretext)) : null,
    h("div", { class: "attachment-frame" }, bar, body),
  );
}

function parts(each) {
  const title = each.title
    ? h(
        "strong",
        { class: "attachment-title" },
        each.title_link ? link(each.title_link, each.title) : each.title,
      )
    : null;
  const fields = each.fields?.length
    ? h(
        "div",
        { class: "fields" },
        each.fields.map((field) =>
          h(
            "div",
            { class: field.short ? "field" : "field wide" },
            h("strong", {}, field.title),
            h("div", { class: "prose" }, mrkdwn(String(field.value ?? ""))),
          ),
        ),
      )
    : null;
  const footer = [each.footer, each.ts ? moment(Number(each.ts)) : null].filter(Boolean).join(" · ");
  return [
    each.author_name ? h("span", { class: "menu-detail" }, each.author_name) : null,
    title,
    each.text
      ? h("div", { class: "prose" }, mrkdwn(each.text))
      : each.fallback && !title && !fields
        ? h("div", { class: "prose" }, each.fallback)
        : null,
    fields,
    footer ? h("span", { class: "menu-detail" }, footer) : null,
  ];
}
