// The rich_text block: sections, lists, quotes and preformatted text.

import { h } from "./dom.js";
import { broadcast, channelMention, dateNode, emojiNode, groupMention, link, userMention } from "./tokens.js";

/** A rich_text block as nodes; lists that follow each other nest by their indent. */
export function richText(block) {
  const nodes = [];
  for (const element of block.elements ?? []) {
    if (element.type !== "rich_text_list" || !nestInto(nodes.at(-1), element)) nodes.push(part(element));
  }
  return nodes;
}

function part(element) {
  const content = (element.elements ?? []).map(leaf);
  switch (element.type) {
    case "rich_text_list":
      return list(element);
    case "rich_text_quote":
      return h("blockquote", {}, content);
    case "rich_text_preformatted":
      return h("pre", { class: "fence" }, content);
    default:
      return h("p", { class: "rich" }, content);
  }
}

function list(element) {
  const ordered = element.style === "ordered";
  const items = (element.elements ?? []).map((item) => h("li", {}, (item.elements ?? []).map(leaf)));
  const start = ordered && element.offset ? element.offset + 1 : null;
  return h(
    ordered ? "ol" : "ul",
    { class: element.border ? "bordered" : null, start, dataset: { indent: String(element.indent ?? 0) } },
    items,
  );
}

function nestInto(last, element) {
  const indent = element.indent ?? 0;
  let parent = last;
  if (!parent || !/^[OU]L$/.test(parent.tagName) || indent <= Number(parent.dataset.indent)) return false;
  for (let child = parent; child; child = child.lastElementChild?.lastElementChild) {
    if (!/^[OU]L$/.test(child.tagName) || Number(child.dataset.indent) >= indent) break;
    parent = child;
  }
  (parent.lastElementChild ?? parent).append(list(element));
  return true;
}

function leaf(element) {
  switch (element.type) {
    case "text":
      return styled(element.text, element.style);
    case "link":
      return styled(link(element.url, element.text ?? ""), element.style);
    case "emoji":
      return (
        emojiNode(element.skin_tone ? `${element.name}::skin-tone-${element.skin_tone}` : element.name) ??
        fromUnicode(element)
      );
    case "user":
      return styled(userMention(element.user_id), element.style);
    case "usergroup":
      return styled(groupMention(element.usergroup_id), element.style);
    case "channel":
      return styled(channelMention(element.channel_id), element.style);
    case "broadcast":
      return broadcast(element.range) ?? `@${element.range}`;
    case "date":
      return dateNode(Number(element.timestamp), element.format ?? "{date}", {
        fallback: element.fallback,
        url: element.url,
      });
    case "color":
      return colour(element.value);
    default:
      return h("span", { class: "unknown" }, element.text ?? element.type);
  }
}

function fromUnicode(element) {
  if (!element.unicode) return `:${element.name}:`;
  return String.fromCodePoint(...element.unicode.split("-").map((point) => parseInt(point, 16)));
}

function colour(value) {
  const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
  swatch.style.backgroundColor = value;
  return h("span", { class: "colour" }, swatch, value);
}

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", highlight: "mark", code: "code" };

function styled(content, style = {}) {
  let node = content;
  for (const [name, tag] of Object.entries(STYLES)) if (style[name]) node = h(tag, {}, node);
  return node;
}
