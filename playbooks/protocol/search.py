"""Searching the log of one incident, from its newest entry backwards until enough is found.

What is found of a message is its newest wording; what was deleted or removed is not found.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass

from playbooks.domain.entry import Entry
from playbooks.domain.errors import IncidentNotFound, NeedsWords
from playbooks.domain.ids import IncidentId
from playbooks.domain.incident import Incident
from playbooks.domain.search import OF_MESSAGES, holds, terms, words_of
from playbooks.ports import Ports, Unit
from playbooks.protocol.correcting import corrections_of, number_of
from playbooks.protocol.reading import backwards, place_of, reads_now

HITS = 10
READ = 20_000
"""So many entries are read at most; a busy incident has a tenth of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An entry in which every word occurs, and how it reads now."""

    entry: Entry
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The newest hits, newest first, and whether older entries were left unread."""

    incident: Incident
    hits: tuple[Hit, ...]
    older: bool


async def search(ports: Ports, *, incident: IncidentId, words: str) -> Found:
    """The newest entries in which every word occurs. Raises NeedsWords, IncidentNotFound."""
    wanted = terms(words)
    if not wanted:
        raise NeedsWords("Write what to look for, such as /incident search certificate expired.")
    async with ports.reading() as unit:
        found = await unit.incidents.find(incident)
        if found is None:
            raise IncidentNotFound(incident)
        return await _searched(unit, found, wanted)


async def _searched(unit: Unit, incident: Incident, wanted: tuple[str, ...]) -> Found:
    hits: list[Hit] = []
    seen: set[tuple[str, str]] = set()
    newest = {number: e.seq for number, e in (await corrections_of(unit, incident.id)).items()}
    last = 0
    async with aclosing(backwards(unit, incident.id, most=READ)) as newest_first:
        async for entry in newest_first:
            last = entry.seq
            superseded = newest.get(number_of(entry), entry.seq) != entry.seq
            match = not superseded and holds(words_of(entry), wanted)
            hit = await _hit(unit, entry, wanted, seen) if match else None
            hits += [hit] if hit else []
            if len(hits) == HITS:
                break
    return Found(incident=incident, hits=tuple(hits), older=last > 1)


async def _hit(unit: Unit, entry: Entry, wanted: tuple[str, ...], seen: set[tuple[str, str]]) -> Hit | None:
    """The entry, unless it is an earlier wording, or a message that was found already."""
    place = place_of(entry) if entry.kind in OF_MESSAGES else None
    if place is None:
        return Hit(entry=entry, text=words_of(entry))
    if place in seen:
        return None
    seen.add(place)
    now = await reads_now(unit, entry.incident, *place)
    return Hit(entry=entry, text=now) if holds(now, wanted) else None
