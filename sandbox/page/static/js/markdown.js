// Standard Markdown for the `markdown` block: what Slack translates, as document nodes.
//
// A small reader, not CommonMark: headings, paragraphs, lists with tasks, quotes,
// fences, tables, rules; inline bold, italic, strike, code and links.

import { h } from "./dom.js";
import { emojiNode, link, mentionOf } from "./tokens.js";

const LIST_ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const INLINE = /(`+)([\s\S]+?)\1|!?\[([^\]]*)\]\(([^()\s]+)[^()]*\)|<([^<>\s][^<>]*)>|(\*\*|__)(?=\S)([\s\S]+?\S?)\6|~~(?=\S)([\s\S]+?)~~|(?<![\p{L}\p{N}])([*_])(?=\S)([\s\S]*?\S)\9(?![\p{L}\p{N}])|(https?:\/\/[^\s<>]+[^\s<>.,;:!?)])|:([a-z0-9_+'-]+):/gu;

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
    if (!item || item[1].length < indent.length || (item[1].length === indent.length && /\d/.test(item[2]) !== ordered)) break;
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
  return h("li", { class: "task" }, h("input", { type: "checkbox", checked: done, disabled: true, "aria-label": done ? "done" : "open" }), inline(task[2]));
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
}

function table(lines, at) {
  const aligns = cells(lines[at + 1]).map((rule) => (rule.endsWith(":") ? (rule.startsWith(":") ? "center" : "right") : "left"));
  const row = (line, tag) => h("tr", {}, cells(line).map((cell, i) => h(tag, { class: `align-${aligns[i] ?? "left"}` }, inline(cell))));
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

function inlineNode(match) {
  const [whole, ticks, code, label, target, bracketed, , bold, strike, , italic, url, shortcode] = match;
  if (ticks) return h("code", {}, code);
  if (target !== undefined) return link(target, label);
  if (bracketed) return angle(bracketed);
  if (bold) return h("strong", {}, inline(bold));
  if (strike) return h("s", {}, inline(strike));
  if (italic) return h("em", {}, inline(italic));
  if (url) return link(url, "");
  return shortcode ? emojiNode(shortcode) : whole;
}

function angle(inner) {
  const [target, label = ""] = inner.split("|");
  return mentionOf(target, label) ?? (/^https?:/.test(target) ? link(target, label) : null);
}
