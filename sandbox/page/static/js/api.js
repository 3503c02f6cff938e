// Talking to the sandbox: reads of the page API, and what a person does (`act`).
//
// A refusal is an answer, not a failure: it carries Slack's error code and a
// sentence that can be shown.

import { state } from "./store.js";

const PATIENCE_MS = 20_000; // a slash command may take its 3 s, plus retries of the bot behind it

/** The sandbox said no; `code` is the machine's word for it, `message` the sentence. */
export class Refusal extends Error {
  constructor(code, message) {
    super(message || code);
    this.code = code;
  }
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch (cause) {
    const slow = cause.name === "TimeoutError";
    throw new Refusal(
      slow ? "request_timeout" : "unreachable",
      slow ? "The sandbox did not answer." : "The sandbox cannot be reached.",
    );
  }
  const body = await response.json().catch(() => null);
  if (body === null)
    throw new Refusal(`http_${response.status}`, `The sandbox answered ${response.status} without JSON.`);
  if (body.ok === false || !response.ok)
    throw new Refusal(body.error ?? `http_${response.status}`, body.message);
  return body;
}

function withQuery(path, query) {
  const known = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  return known.length ? `${path}?${new URLSearchParams(known)}` : path;
}

/** GET below /_sandbox; undefined parameters are left out. */
export function read(path, query = {}) {
  return call(withQuery(`/_sandbox/${path}`, query));
}

/** GET below /_sandbox/page, as the person we act as. */
export function readPage(path, query = {}) {
  return read(`page/${path}`, { as: state.actingAs, ...query });
}

/** POST below /_sandbox. */
export function write(path, body = {}) {
  return call(`/_sandbox/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** DELETE below /_sandbox. */
export function erase(path, query = {}) {
  return call(withQuery(`/_sandbox/${path}`, query), { method: "DELETE" });
}

/** Do something as the person we act as; the answer, or a Refusal. */
export function act(action, details = {}) {
  return write("act", { as: state.actingAs, action, ...details });
}
