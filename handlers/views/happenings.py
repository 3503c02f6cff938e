"""Entries of a log as one line each, with the way to the message they are about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from handlers.rendering import MACHINERY, Words, sentence
from handlers.views.text import Markup, clock_time, date_and_time, foreign, join, link, person, say
from playbooks.domain.entry import Entry
from playbooks.domain.ids import ChannelId, UserId, instant
from playbooks.domain.label import with_label
from playbooks.domain.search import OF_MESSAGES
from playbooks.domain.spoken import Place

RoomUrl = Callable[[ChannelId], str]
_WORDS = 300


class SlackWords(Words):
    """The fields of an entry, safe to stand in a sentence of Slack's markup."""

    def __init__(self, body: Mapping[str, object]) -> None:
        super().__init__(body, {})

    def __getitem__(self, key: str) -> str:
        value = self._body.get(key)
        return "" if value is None else foreign(str(value), _WORDS)

    def who(self, key: str) -> str:
        user = UserId(str(self._body.get(key) or ""))
        return MACHINERY.get(user) or person(user)

    def listed(self, key: str) -> str:
        return join((foreign(str(item), 80) for item in self._body.get(key, ())), ", ")


def message_url(room_url: RoomUrl, channel: ChannelId, ts: str, thread: str | None = None) -> str:
    """The address of a message, as Slack writes it (Slack docs, chat.getPermalink)."""
    there = f"{room_url(channel)}/p{ts.replace('.', '')}"
    return there if thread in (None, ts) else f"{there}?thread_ts={thread}&cid={channel}"


def happening(entry: Entry, words: Mapping[Place, str], room_url: RoomUrl, *, day: bool = False) -> Markup:
    """When and what; ``day`` says the date too. Messages as they read now, with a link to them."""
    at = date_and_time(entry.at) if day else clock_time(entry.at)
    return say("{at} {what}{link}", at=at, what=_what(entry, words), link=_link(entry, room_url))


def found_line(entry: Entry, text: str, room_url: RoomUrl, *, day: bool) -> Markup:
    """An entry that was searched for, with the words in which it was found."""
    body = entry.body or {}
    written = instant(str(body["ts"])) if body.get("ts") else entry.at
    at = date_and_time(written) if day else clock_time(written)
    if entry.kind in OF_MESSAGES:
        what = said(body, text, marked=entry.kind == "KeyEventMarked")
    else:
        what = Markup(sentence(entry.kind, SlackWords(body))) or _plainly(entry, text)
    return say("{at} {what}{link}", at=at, what=what, link=_link(entry, room_url))


def said(body: Mapping[str, object], text: str, *, marked: bool) -> Markup:
    """What somebody said or wrote down."""
    who = person(str(body.get("author") or body["by"]))
    mark = Markup("📌 " if marked else "")
    shown = foreign(with_label(body.get("label"), text), _WORDS) or Markup("_a message without words_")
    by = body.get("corrected_by")
    corrected = say(" _(corrected by {by})_", by=person(str(by))) if by else Markup("")
    return say("{mark}{who}: {text}{corrected}", mark=mark, who=who, text=shown, corrected=corrected)


def _plainly(entry: Entry, text: str) -> Markup:
    """An entry that has no sentence of its own: its kind, and its words."""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", entry.kind).capitalize()
    who = MACHINERY.get(entry.actor) or person(entry.actor)
    return say("{kind} ({who}): {text}", kind=kind, who=who, text=foreign(text, _WORDS))


def _what(entry: Entry, words: Mapping[Place, str]) -> Markup:
    body = entry.body
    if body is None:
        return Markup("_words that were removed_")
    place = str(body.get("channel")), str(body.get("ts"))
    if entry.kind in ("MessageSaid", "KeyEventMarked"):
        text = words.get(place, str(body["text"])) if body.get("ts") else str(body["text"])
        return said(body, text, marked=entry.kind == "KeyEventMarked")
    return Markup(sentence(entry.kind, SlackWords(body)))


def _link(entry: Entry, room_url: RoomUrl) -> Markup:
    """The way to the message; of what was written down, the number by which it is corrected."""
    body = entry.body or {}
    if entry.kind == "KeyEventMarked" and body and not body.get("ts"):
        return say(" · entry {n}", n=entry.seq)
    if not body.get("ts") or not body.get("channel"):
        return Markup("")
    thread = str(body["thread"]) if body.get("thread") else None
    url = message_url(room_url, ChannelId(str(body["channel"])), str(body["ts"]), thread)
    return say(" · {link}", link=link(url, "message"))
