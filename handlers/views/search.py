"""``/incident search``: what was found in the log of one incident, newest first."""

from __future__ import annotations

from datetime import timedelta

from handlers.views.answers import answer
from handlers.views.happenings import RoomUrl, found_line
from handlers.views.kit import Message, context, message, section
from handlers.views.phrases import count, named
from handlers.views.text import Markup, foreign, join, say
from playbooks.protocol.search import HITS, Found

_A_DAY = timedelta(hours=20)


def searched(found: Found, words: str, room_url: RoomUrl) -> Message:
    """The newest entries, each with who, when and the way to it."""
    incident, asked = named(found.incident), foreign(words, 80)
    if not found.hits:
        rest = Markup(" among its newest entries") if found.older else Markup("")
        return answer(
            say(
                "Nothing in the log of {incident} has “{asked}”{rest}. "
                "Fewer words, or a part of one, find more.",
                incident=incident,
                asked=asked,
                rest=rest,
            )
        )
    lead = say(
        "{n} of “{asked}” in {incident}", n=count(len(found.hits), "hit"), asked=asked, incident=incident
    )
    first, last = found.hits[-1].entry.at, found.hits[0].entry.at
    lines = [found_line(hit.entry, hit.text, room_url, day=last - first > _A_DAY) for hit in found.hits]
    full = len(found.hits) == HITS and found.older
    more = context(Markup("These are the newest. More words narrow it down.")) if full else None
    return message(lead, section(lead), section(join(lines[:5])), *_second(lines[5:]), more)


def _second(lines: list[Markup]) -> list[dict[str, object]]:
    """Half of the lines, so that no paragraph is longer than Slack takes."""
    return [section(join(lines))] if lines else []
