// Slack's mrkdwn as document nodes.
//
// Angle brackets carry mentions, links and dates; everything else is text with
// *bold*, _italic_, ~strike~, `code`, fences and > quotes. What does not parse is
// shown as it stands. Source: Slack docs, "Formatting message text".

import { h } from "./dom.js";
import { emojiNode, mentionOf, link, safeUrl } from "./tokens.js";

const FENCE = /```([\s\S]+?)```/g;
const QUOTE = /^(?:&gt;|>) ?/;
const MARKS = { "*": "strong", _: "em", "~": "s" };
const BARE_URL = /https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]}'"]/g;
const SHORTCODE = /:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/g;
const WORD = /[\p{L}\p{N}]/u;

/** `&lt;` and friends back to characters; Slack knows exactly these three. */
export function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** mrkdwn as an array of nodes; `verbatim` leaves bare URLs alone. */
export function mrkdwn(text, { verbatim = false } = {}) {
  const nodes = [];
  let from = 0;
  for (const fence of text.matchAll(FENCE)) {
    nodes.push(...paragraphs(trimBreak(text.slice(from, fence.index)), verbatim));
    nodes.push(h("pre", { class: "fence" }, fenceText(fence[1])));
    from = fence.index + fence[0].length;
  }
  nodes.push(...paragraphs(from ? text.slice(from).replace(/^\n/, "") : text, verbatim));
  return nodes;
}

function trimBreak(text) {
  return text.replace(/\n$/, "");
}

function fenceText(text) {
  const plain = text.replace(/^\n/, "").replace(/\n$/, "");
  return unescape(plain.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, target, label) => label || target));
}

/** plain_text objects: text and emoji, no markup. */
export function plainText(text, { emoji = true } = {}) {
  return emoji ? withEmoji(text) : [text];
}

/** A text object of Block Kit, plain or mrkdwn, as nodes; none for no text. */
export function textObject(text) {
  if (!text) return [];
  if (typeof text === "string") return plainText(text);
  return text.type === "mrkdwn"
    ? mrkdwn(text.text, { verbatim: text.verbatim })
    : plainText(text.text, { emoji: text.emoji !== false });
}

function paragraphs(text, verbatim) {
  const nodes = [];
  let quoted = [];
  let plain = [];
  const endQuote = () => {
    if (quoted.length) nodes.push(h("blockquote", {}, inline(quoted.join("\n"), verbatim)));
    quoted = [];
  };
  const endPlain = () => {
    if (plain.length) nodes.push(...inline(plain.join("\n"), verbatim));
    plain = [];
  };
  for (const line of text.split("\n")) {
    if (QUOTE.test(line)) {
      endPlain();
      quoted.push(line.replace(QUOTE, ""));
    } else {
      endQuote();
      plain.push(line);
    }
  }
  endPlain();
  endQuote();
  return nodes;
}

function inline(text, verbatim) {
  const nodes = [];
  let plainFrom = 0;
  let at = 0;
  const take = (until, node) => {
    if (plainFrom < at) nodes.push(...words(text.slice(plainFrom, at), verbatim));
    nodes.push(node);
    at = until;
    plainFrom = until;
  };
  while (at < text.length) {
    const found = bracket(text, at) ?? code(text, at) ?? marked(text, at, verbatim);
    if (found) take(found.end, found.node);
    else at += 1;
  }
  if (plainFrom < text.length) nodes.push(...words(text.slice(plainFrom), verbatim));
  return nodes;
}

function bracket(text, at) {
  if (text[at] !== "<") return null;
  const close = text.indexOf(">", at);
  if (close < 0) return null;
  const inner = text.slice(at + 1, close);
  const node = inner.includes("<") ? null : controlSequence(inner);
  return node && { end: close + 1, node };
}

function controlSequence(inner) {
  const bar = inner.indexOf("|");
  const target = unescape(bar < 0 ? inner : inner.slice(0, bar));
  const label = bar < 0 ? "" : unescape(inner.slice(bar + 1));
  return mentionOf(target, label) ?? (safeUrl(target) ? link(target, label) : null);
}

function code(text, at) {
  if (text[at] !== "`" || text[at + 1] === "`" || text[at - 1] === "`") return null;
  const close = text.indexOf("`", at + 1);
  const inner = text.slice(at + 1, close);
  if (close < 0 || !inner.trim() || inner.includes("\n")) return null;
  return { end: close + 1, node: h("code", {}, fenceText(inner)) };
}

function marked(text, at, verbatim) {
  const mark = text[at];
  const tag = Object.hasOwn(MARKS, mark) ? MARKS[mark] : null;
  if (!tag || !opens(text, at)) return null;
  const close = closing(text, at, mark);
  return close && { end: close + 1, node: h(tag, {}, inline(text.slice(at + 1, close), verbatim)) };
}

function opens(text, at) {
  const before = text[at - 1];
  const after = text[at + 1];
  return (!before || !WORD.test(before)) && after !== undefined && !/\s/.test(after) && after !== text[at];
}

function closing(text, at, mark) {
  for (let i = at + 2; i < text.length && text[i] !== "\n"; i += 1) {
    if (text[i] === "<") i = Math.max(i, text.indexOf(">", i));
    else if (text[i] === mark && !/\s/.test(text[i - 1]) && !WORD.test(text[i + 1] ?? " ")) return i;
  }
  return null;
}

function words(text, verbatim) {
  const plain = unescape(text);
  if (verbatim) return withEmoji(plain);
  const nodes = [];
  let from = 0;
  for (const url of plain.matchAll(BARE_URL)) {
    nodes.push(...withEmoji(plain.slice(from, url.index)), link(url[0], ""));
    from = url.index + url[0].length;
  }
  return [...nodes, ...withEmoji(plain.slice(from))];
}

function withEmoji(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(SHORTCODE)) {
    const node = emojiNode(match[1]);
    if (!node) continue;
    nodes.push(text.slice(from, match.index), node);
    from = match.index + match[0].length;
  }
  return [...nodes, text.slice(from)].filter((node) => node !== "");
}
