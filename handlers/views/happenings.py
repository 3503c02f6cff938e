"""Entries of a log as one line each, with the way to the message they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from handlers.rendering import MACHINERY, Words, sentence
from handlers.views.text import Markup, clock_time, date_and_time, foreign, join, link, person, say
from playbooks.domain.entry import Entry
from playbooks.domain.ids import ChannelId, UserId
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
    body = entry.body or {}
    at = date_and_time(entry.at) if day else clock_time(entry.at)
    return say("{at} {what}{link}", at=at, what=_what(entry, words), link=_link(body, room_url))


def _what(entry: Entry, words: Mapping[Place, str]) -> Markup:
    body = entry.body
    if body is None:
        return Markup("_words that were removed_")
    place = str(body.get("channel")), str(body.get("ts"))
    if entry.kind in ("MessageSaid", "KeyEventMarked"):
        who = person(str(body.get("author") or body["by"]))
        text = words.get(place, str(body["text"])) if body.get("ts") else str(body["text"])
        mark = Markup("📌 " if entry.kind == "KeyEventMarked" else "")
        shown = foreign(text, _WORDS) or Markup("_a message without words_")
        return say("{mark}{who}: {text}", mark=mark, who=who, text=shown)
    return Markup(sentence(entry.kind, SlackWords(body)))


def _link(body: Mapping[str, object], room_url: RoomUrl) -> Markup:
    if not body.get("ts") or not body.get("channel"):
        return Markup("")
    thread = str(body["thread"]) if body.get("thread") else None
    url = message_url(room_url, ChannelId(str(body["channel"])), str(body["ts"]), thread)
    return say(" · {link}", link=link(url, "message"))
