// The blocks that wrap others or stand for a thing: alerts, cards, carousels, tasks, plans, containers.

import { h } from "./dom.js";
import { control } from "./elements.js";
import { icon } from "./icons.js";
import { image } from "./media.js";
import { textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { link } from "./tokens.js";

const LEVEL_ICONS = { info: "eye", warning: "horn", error: "close", success: "check" };
const STATUS_ICONS = { pending: "clock", in_progress: "pulse", complete: "check", error: "close" };

/** A line that stands out, coloured by its level. */
export function alert(block) {
  const level = block.level ?? "default";
  const text = h("div", { class: "prose" }, textObject(block.text));
  return h("div", { class: `level-${level}` }, LEVEL_ICONS[level] ? icon(LEVEL_ICONS[level]) : null, text);
}

/** A picture, a title, a text and buttons, in a frame of their own. */
export function card(block, surface) {
  const button = (element) => control(element, { block, surface, dispatches: true, attributes: {} });
  const title = h("strong", {}, textObject(block.title));
  const subtitle = block.subtitle ? h("span", { class: "menu-detail" }, textObject(block.subtitle)) : null;
  return h(
    "div",
    { class: "tile" },
    block.hero_image ? image(block.hero_image) : null,
    h(
      "div",
      { class: "tile-head" },
      block.icon ? image(block.icon, { small: true }) : null,
      h("div", { class: "tile-names" }, block.title ? title : null, subtitle),
    ),
    block.body ? h("div", { class: "prose" }, textObject(block.body)) : null,
    block.actions?.length ? h("div", { class: "tile-actions" }, block.actions.map(button)) : null,
  );
}

/** Cards side by side. */
export function carousel(block, surface) {
  const cards = block.elements.map((each) =>
    card({ ...each, block_id: each.block_id ?? block.block_id }, surface),
  );
  return h("div", { role: "group", "aria-label": "Cards", tabindex: "0" }, cards);
}

/** One task with its state, its details and where they come from. */
export function task(block) {
  const sources = (block.sources ?? []).map((source) => link(source.url, source.text));
  return h(
    "div",
    { class: `task-card status-${block.status}` },
    h(
      "div",
      { class: "task-line" },
      icon(STATUS_ICONS[block.status] ?? "clock"),
      h("strong", {}, block.title),
    ),
    [block.details, block.output].filter(Boolean).map((part) => h("div", { class: "prose" }, richText(part))),
    sources.length ? h("div", { class: "task-sources" }, sources) : null,
  );
}

/** Tasks under one title. */
export function plan(block) {
  return h("div", {}, h("strong", {}, block.title), (block.tasks ?? []).map(task));
}

/** Blocks under one title, folded if the app says so; `inside` draws the children. */
export function container(block, inside) {
  const title = block.rich_text_title ? richText(block.rich_text_title) : textObject(block.title);
  const subtitle = block.subtitle ? h("span", { class: "menu-detail" }, textObject(block.subtitle)) : null;
  const head = [block.icon ? image(block.icon, { small: true }) : null, h("strong", {}, title), subtitle];
  if (!block.is_collapsible)
    return h("div", { class: "tile" }, h("div", { class: "tile-head" }, head), inside);
  const open = !block.default_collapsed;
  return h(
    "details",
    { class: "tile", open },
    h("summary", { class: "tile-head" }, icon("right"), head),
    inside,
  );
}
