// Block Kit: every block as document nodes. Source: Slack docs, "Blocks" reference.

import { alert, card, carousel, container, plan, task } from "./cards.js";
import { h, patchList } from "./dom.js";
import { control } from "./elements.js";
import { markdown } from "./markdown.js";
import { image, video } from "./media.js";
import { textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";

let numbered = 0; // makes ids for labels; only uniqueness matters

/**
 * Make `container` show `blocks` on a surface, redrawing only those that changed.
 * `salt` is part of every signature: change it when names or errors changed.
 */
export function patchBlocks(container, blocks, surface, salt = "") {
  const named = blocks.map((block, at) => ({ ...block, block_id: block.block_id ?? `block-${at}` }));
  container.classList.add("blocks");
  patchList(container, named, {
    key: (block) => `${block.type}/${block.block_id}`,
    signature: (block) => JSON.stringify([block, surface.errors[block.block_id], salt]),
    render: (block) => drawBlock(block, surface),
  });
  return container;
}

function drawBlock(block, surface) {
  const node = (DRAW[block.type] ?? unknown)(block, surface);
  node.classList.add("block", `block-${block.type}`);
  node.dataset.blockId = block.block_id;
  return node;
}

const DRAW = {
  header: (block) => h("h3", {}, textObject(block.text)),
  section,
  context,
  divider: () => h("hr"),
  actions,
  context_actions: actions,
  input,
  rich_text: (block) => h("div", { class: "prose" }, richText(block)),
  markdown: (block) => h("div", { class: "prose" }, markdown(block.text ?? "")),
  table,
  alert,
  card,
  carousel,
  task_card: task,
  plan,
  container: (block, surface) => container(block, patchBlocks(h("div"), block.child_blocks ?? [], surface)),
  image: (block) =>
    h("figure", {}, block.title ? h("figcaption", {}, textObject(block.title)) : null, image(block)),
  video,
  file: (block) => h("div", { class: "unknown" }, `Remote file ${block.external_id ?? ""}`),
  call: (block) => h("div", { class: "unknown" }, `Call ${block.call_id ?? ""}`),
};

function unknown(block) {
  return h("div", { class: "unknown" }, `The block type “${block.type}” is not drawn here.`);
}

function section(block, surface) {
  const text = block.text ? h("div", { class: "section-text prose" }, textObject(block.text)) : null;
  const fields = block.fields?.length
    ? h(
        "div",
        { class: "fields" },
        block.fields.map((field) => h("div", { class: "field prose" }, textObject(field))),
      )
    : null;
  const accessory = block.accessory
    ? h(
        "div",
        { class: "accessory" },
        control(block.accessory, { block, surface, dispatches: true, attributes: {} }),
      )
    : null;
  return h("div", {}, h("div", { class: "section-main" }, text, fields), accessory);
}

function context(block) {
  const elements = (block.elements ?? []).map((element) =>
    element.type === "image"
      ? image(element, { small: true })
      : h("span", { class: "prose" }, textObject(element)),
  );
  return h("div", {}, elements);
}

function actions(block, surface) {
  return h(
    "div",
    { role: "group", "aria-label": "Actions" },
    (block.elements ?? []).map((element) =>
      control(element, { block, surface, dispatches: true, attributes: {} }),
    ),
  );
}

function input(block, surface) {
  const id = `field-${(numbered += 1)}`;
  const error = surface.errors[block.block_id];
  const described = [error ? `${id}-error` : null, block.hint ? `${id}-hint` : null]
    .filter(Boolean)
    .join(" ");
  const grouped = ["checkboxes", "radio_buttons"].includes(block.element?.type);
  const attributes = {
    id,
    "aria-describedby": described || null,
    "aria-invalid": error ? "true" : null,
    "aria-required": block.optional ? null : "true",
    "aria-labelledby": grouped ? `${id}-label` : null,
  };
  const label = h(
    grouped ? "span" : "label",
    { class: "label", id: `${id}-label`, for: grouped ? null : id },
    textObject(block.label),
  );
  return h(
    "div",
    { class: error ? "invalid" : null },
    h(
      "div",
      { class: "label-line" },
      label,
      block.optional ? h("span", { class: "optional", "aria-hidden": "true" }, "optional") : null,
    ),
    control(block.element, { block, surface, dispatches: Boolean(block.dispatch_action), attributes }),
    error ? h("p", { class: "field-error", id: `${id}-error`, role: "alert" }, error) : null,
    block.hint ? h("p", { class: "hint", id: `${id}-hint` }, textObject(block.hint)) : null,
  );
}

function table(block) {
  const settings = block.column_settings ?? [];
  const cell = (tag) => (content, at) =>
    h(
      tag,
      { class: `align-${settings[at]?.align ?? "left"}${settings[at]?.is_wrapped ? " wrapped" : ""}` },
      cellContent(content),
    );
  const [head = [], ...rows] = block.rows ?? [];
  const grid = h(
    "table",
    { class: "grid" },
    h("thead", {}, h("tr", {}, head.map(cell("th")))),
    h(
      "tbody",
      {},
      rows.map((row) => h("tr", {}, row.map(cell("td")))),
    ),
  );
  return h("div", { class: "grid-frame", tabindex: "0", role: "region", "aria-label": "Table" }, grid);
}

function cellContent(content) {
  if (content?.type === "rich_text") return richText(content);
  return content?.text ?? String(content?.value ?? "");
}
