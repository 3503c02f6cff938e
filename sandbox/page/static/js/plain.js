// A message as one line of plain words, for announcements and previews.

import { mrkdwn } from "./mrkdwn.js";
import { h } from "./dom.js";

const LONGEST = 200;

/** The text of a message without its markup; blocks if it has no text. */
export function plainOf(message) {
  const text = message.text || (message.blocks ?? []).map(blockText).filter(Boolean).join(" ");
  const words = h("span", {}, mrkdwn(text)).textContent.replace(/\s+/g, " ").trim();
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}

function blockText(block) {
  if (typeof block.text === "string") return block.text;
  return block.text?.text ?? "";
}
