// Standard Markdown for the `markdown` block: what Slack translates, as document nodes.
//
// A small reader, not CommonMark: headings, paragraphs, lists with tasks, quotes,
// fences, tables, rules; inline bold, italic, strike, code and links.

import { h } from "./dom.js";
import { emojiNode, link, mentionOf } from "./tokens.js";

const LIST_ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const INLINE = new RegExp(
  [
    String.raw`(?<ticks>\x60+)(?<code>[\s\S]+?)\k<ticks>`,
    String.raw`!?\[(?<label>[^\]]*)\]\((?<target>[^()\s]+)[^()]*\)`,
    String.raw`<(?<bracketed>[^<>\s][^<>]*)>`,
    String.raw`(?<twice>\*\*|__)(?=\S)(?<bold>[\s\S]+?)\k<twice>`,
    String.raw`~~(?=\S)(?<strike>[\s\S]+?)~~`,
    String.raw`(?<![\p{L}\p{N}])(?<once>[*_])(?=\S)(?<italic>[\s\S]*?\S)\k<once>(?![\p{L}\p{N}])`,
    String.raw`(?<url>https?:\/\/[^\s<>]+[^\s<>.,;:!?\)])`,
    String.raw`:(?<shortcode>[a-z0-9_+'\-]+):`,
  ].join("|"),
  "gu",
);

/** Markdown as an array of nodes. */
export function markdown(text) {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const nodes = [];
  let at = 0;
  while (at < lines.length) {
    const [node, next] = block(lines, at);
    if (node) nodes.push(node);
    at = next;
  }
  return nodes;
}

function block(lines, at) {
  const line = lines[at];
  if (!line.trim()) return [null, at + 1];
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading) return [h(`h${Math.min(heading[1].length + 2, 6)}`, {}, inline(heading[2])), at + 1];
  if (/^\s*(```|~~~)/.test(line)) return fence(lines, at);
  if (/^ {0,3}([-*_])( *\1){2,}\s*$/.test(line)) return [h("hr"), at + 1];
  if (/^\s*>/.test(line)) return quote(lines, at);
  if (LIST_ITEM.test(line)) return list(lines, at);
  if (line.includes("|") && TABLE_RULE.test(lines[at + 1] ?? "")) return table(lines, at);
  return paragraph(lines, at);
}

function startsBlock(line) {
  return !line.trim() || /^(#{1,6}\s|\s*(```|~~~)|\s*>)/.test(line) || LIST_ITEM.test(line);
}

function paragraph(lines, at) {
  let end = at + 1;
  while (end < lines.length && !startsBlock(lines[end])) end += 1;
  return [h("p", {}, inline(lines.slice(at, end).join("\n"))), end];
}

function fence(lines, at) {
  const mark = lines[at].trim().slice(0, 3);
  let end = at + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end += 1;
  return [h("pre", { class: "fence" }, lines.slice(at + 1, end).join("\n")), end + 1];
}

function quote(lines, at) {
  let end = at;
  while (end < lines.length && /^\s*>/.test(lines[end])) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(/^\s*> ?/, ""));
  return [h("blockquote", {}, markdown(inner.join("\n"))), end];
}

function list(lines, at) {
  const [, indent, mark] = LIST_ITEM.exec(lines[at]);
  const ordered = /\d/.test(mark);
  const root = h(ordered ? "ol" : "ul", ordered ? { start: parseInt(mark, 10) } : {});
  let end = at;
  while (end < lines.length) {
    const item = LIST_ITEM.exec(lines[end]);
    if (
      !item ||
      item[1].length < indent.length ||
      (item[1].length === indent.length && /\d/.test(item[2]) !== ordered)
    )
      break;
    if (item[1].length > indent.length + 1) {
      const [nested, next] = list(lines, end);
      (root.lastElementChild ?? root).append(nested);
      end = next;
    } else {
      root.append(listItem(item[3]));
      end += 1;
    }
  }
  return [root, end];
}

function listItem(text) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(text);
  if (!task) return h("li", {}, inline(text));
  const done = task[1] !== " ";
  return h(
    "li",
    { class: "task" },
    h("input", { type: "checkbox", checked: done, disabled: true, "aria-label": done ? "done" : "open" }),
    inline(task[2]),
  );
}

function cells(line) {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
}

function table(lines, at) {
  const aligns = cells(lines[at + 1]).map((rule) =>
    rule.endsWith(":") ? (rule.startsWith(":") ? "center" : "right") : "left",
  );
  const row = (line, tag) =>
    h(
      "tr",
      {},
      cells(line).map((cell, i) => h(tag, { class: `align-${aligns[i] ?? "left"}` }, inline(cell))),
    );
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|") && lines[end].trim()) end += 1;
  const body = lines.slice(at + 2, end).map((line) => row(line, "td"));
  const grid = h("table", { class: "grid" }, h("thead", {}, row(lines[at], "th")), h("tbody", {}, body));
  return [h("div", { class: "grid-frame" }, grid), end];
}

function inline(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const node = inlineNode(match);
    if (!node) continue;
    if (from < match.index) nodes.push(text.slice(from, match.index));
    nodes.push(node);
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(text.slice(from));
  return nodes;
}

function inlineNode({ groups: found }) {
  if (found.ticks) return h("code", {}, found.code);
  if (found.target) return link(found.target, found.label);
  if (found.bracketed) return angle(found.bracketed);
  if (found.bold) return h("strong", {}, inline(found.bold));
  if (found.strike) return h("s", {}, inline(found.strike));
  if (found.italic) return h("em", {}, inline(found.italic));
  return found.url ? link(found.url, "") : emojiNode(found.shortcode);
}

function angle(inner) {
  const [target, label = ""] = inner.split("|");
  return mentionOf(target, label) ?? (/^https?:/.test(target) ? link(target, label) : null);
}
