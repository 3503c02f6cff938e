"""Reading the log of one incident backwards, page by page, and its messages as they read now.

A page is found by the key of the log, so what it costs does not depend on how long the log is.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping

from playbooks.domain.entry import Entry
from playbooks.domain.events import KeyEventMarked
from playbooks.domain.ids import ChannelId, IncidentId, Ts
from playbooks.domain.spoken import Place, newest_words
from playbooks.ports import Unit

PAGE = 200


async def backwards(
    unit: Unit, incident: IncidentId, *, before: int | None = None, most: int
) -> AsyncGenerator[Entry, None]:
    """At most so many entries, newest first; only those below the number ``before`` if there is one."""
    length, _ = await unit.entries.head(incident)
    seq, left = length + 1 if before is None else before, most
    while left > 0:
        page = await unit.entries.before(incident, seq, min(PAGE, left))
        for entry in page:
            yield entry
        if len(page) < min(PAGE, left):
            return
        seq, left = page[-1].seq, left - len(page)


def place_of(entry: Entry) -> tuple[ChannelId, Ts] | None:
    """The message that an entry is about; None if it is about none, or its words are gone."""
    body = entry.body or {}
    return (ChannelId(str(body["channel"])), Ts(str(body["ts"]))) if body.get("ts") else None


async def reads_now(unit: Unit, incident: IncidentId, channel: ChannelId, ts: Ts) -> str:
    """A message in its newest wording; empty if it was deleted, or its words were removed."""
    if await unit.entries.has(incident, f"deleted:{channel}:{ts}"):
        return ""
    holding = await unit.entries.of_message(incident, channel, ts)
    marked = (str(e.body["text"]) for e in holding if e.kind == KeyEventMarked.__name__ and e.body)
    return newest_words(holding).get((channel, ts)) or next(marked, "")


async def all_as_they_read(unit: Unit, incident: IncidentId, entries: Iterable[Entry]) -> Mapping[Place, str]:
    """The messages that these entries are about, each as it reads now."""
    places = {place for entry in entries if (place := place_of(entry)) is not None}
    return {place: await reads_now(unit, incident, *place) for place in sorted(places)}
