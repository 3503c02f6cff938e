// Times as the reader's wall clock shows them, and Slack's date tokens.

import { now, zone } from "./store.js";

const formats = new Map();

function format(options, timeZone = zone()) {
  const key = JSON.stringify([options, timeZone]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone }));
  return formats.get(key);
}

const show = (seconds, options, timeZone) => format(options, timeZone).format(new Date(seconds * 1000));

/** "14:02" */
export function clockTime(seconds, timeZone) {
  return show(seconds, { hour: "2-digit", minute: "2-digit" }, timeZone);
}

/** "14:02:31" */
export function clockSeconds(seconds, timeZone) {
  return show(seconds, { hour: "2-digit", minute: "2-digit", second: "2-digit" }, timeZone);
}

/** "5 March 2026 at 14:02:31 CET", for tooltips */
export function fullTime(seconds) {
  const day = show(seconds, { day: "numeric", month: "long", year: "numeric" });
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" };
  return `${day} at ${show(seconds, clock)}`;
}

/** "2026-03-05", the reader's calendar day */
export function dayKey(seconds, timeZone = zone()) {
  const parts = format({ year: "numeric", month: "2-digit", day: "2-digit" }, timeZone).formatToParts(
    seconds * 1000,
  );
  const part = (type) => parts.find((one) => one.type === type).value;
  return `${part("year")}-${part("month")}-${part("day")}`;
}

function nearDay(seconds) {
  const key = dayKey(seconds);
  if (key === dayKey(now())) return "Today";
  if (key === dayKey(now() - 86_400)) return "Yesterday";
  if (key === dayKey(now() + 86_400)) return "Tomorrow";
  return null;
}

/** "Today", "Yesterday" or "Monday, 2 March" */
export function dayLabel(seconds) {
  return nearDay(seconds) ?? show(seconds, { weekday: "long", day: "numeric", month: "long" });
}

/** "today at 14:02" or "2 March at 14:02", in the middle of a sentence */
export function moment(seconds) {
  const day = nearDay(seconds)?.toLowerCase() ?? show(seconds, { day: "numeric", month: "long" });
  return `${day} at ${clockTime(seconds)}`;
}

/** "3 minutes ago" or "in 2 hours" */
export function ago(seconds) {
  const away = seconds - now();
  const [unit, size] = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ].find(([, length]) => Math.abs(away) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.round(away / size), unit);
}

const LONG_DAY = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const DAY = { day: "numeric", month: "long", year: "numeric" };
const SHORT_DAY = { day: "numeric", month: "short", year: "numeric" };

// Slack docs, "Formatting text for app surfaces", date formatting.
const TOKENS = {
  date_num: (at) => dayKey(at),
  date_slash: (at) => dayKey(at).replaceAll("-", "/"),
  date: (at) => show(at, DAY),
  date_short: (at) => show(at, SHORT_DAY),
  date_long: (at) => show(at, LONG_DAY),
  date_long_full: (at) => show(at, LONG_DAY),
  date_pretty: (at) => nearDay(at)?.toLowerCase() ?? show(at, DAY),
  date_short_pretty: (at) => nearDay(at)?.toLowerCase() ?? show(at, SHORT_DAY),
  date_long_pretty: (at) => nearDay(at)?.toLowerCase() ?? show(at, LONG_DAY),
  day_divider_pretty: (at) => dayLabel(at),
  time: (at) => clockTime(at),
  time_secs: (at) => clockSeconds(at),
  ago: (at) => ago(at),
};

/** A date token's text; its fallback if a part of the format is unknown. */
export function slackDate(seconds, pattern, fallback) {
  let known = Number.isFinite(seconds);
  const text = pattern.replace(/\{(\w+)\}/g, (whole, token) => {
    if (known && Object.hasOwn(TOKENS, token)) return TOKENS[token](seconds);
    known = false;
    return whole;
  });
  return known ? text : fallback || pattern;
}

/** Wall clock "2026-03-05T14:02" of the reader's zone for an instant. */
export function toWallClock(seconds) {
  return `${dayKey(seconds)}T${clockTime(seconds)}`;
}

/** The instant at which the reader's wall clock shows "2026-03-05T14:02"; null if it is no time. */
export function fromWallClock(wall) {
  const wished = Date.parse(`${wall}:00Z`) / 1000;
  if (!Number.isFinite(wished)) return null;
  let instant = wished;
  // Two steps are enough: the first finds the offset, the second corrects it near a change of clocks.
  for (let step = 0; step < 2; step += 1) {
    instant += wished - Date.parse(`${toWallClock(instant)}:00Z`) / 1000;
  }
  return instant;
}
