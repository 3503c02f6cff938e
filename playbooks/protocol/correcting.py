"""Correcting what was written into the log: a new entry, in whose place the old one is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from playbooks.domain import correcting as rules
from playbooks.domain.entry import Entry
from playbooks.domain.errors import NeedsWords
from playbooks.domain.events import EntryCorrected
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.label import Label, labelled
from playbooks.domain.spoken import as_corrected, corrections
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import locked, record
from playbooks.protocol.timeline import MAX_TEXT

MOST = 1_000
"""So many of the newest corrections of an incident are looked at."""


async def correct(
    ports: Ports, *, incident: IncidentId, number: int, text: str, by: UserId
) -> EntryCorrected:
    """Supersede entry ``number``; a correction's own number means what it corrected.

    The label stays unless the words begin with another one. Raises IncidentNotFound, NeedsWords,
    NotNeeded, NotYourRole.
    """
    label, words = labelled(text[:MAX_TEXT])
    if not words:
        raise NeedsWords("Write what it should say: /incident correct 12 rolled back 4.12 in eu-west")
    async with ports.units() as unit:
        found = await locked(unit, incident)
        entry = rules.require_note(await _meant(unit, incident, number), number)
        tenure = await unit.tenures.current(incident)
        rules.require_may_correct(entry, by, handbook=ports.handbook(), tenure=tenure, incident=found)
        (now,) = await as_they_stand(unit, incident, [entry])
        kept = (now.body or {}).get("label")
        event = EntryCorrected(
            incident=incident,
            by=by,
            at=ports.clock.now(),
            entry=entry.seq,
            author=entry.actor,
            text=words,
            label=label or (Label(str(kept)) if kept else None),
        )
        rules.require_news(now, words, event.label)
        await record(unit, ports, found, event)
        await unit.commit()
    return event


async def corrections_of(unit: Unit, incident: IncidentId) -> Mapping[int, Entry]:
    """The newest correction of each corrected entry, by its number."""
    return corrections(await unit.entries.newest(incident, rules.CORRECTED, MOST))


async def as_they_stand(unit: Unit, incident: IncidentId, entries: Iterable[Entry]) -> Sequence[Entry]:
    """Entries as they read after their corrections."""
    return as_corrected(entries, await corrections_of(unit, incident))


async def family(unit: Unit, entry: Entry) -> tuple[int, ...]:
    """The numbers of an entry, of what it corrects, and of all corrections of that; whose words are there."""
    first = number_of(entry)
    made = await unit.entries.newest(entry.incident, rules.CORRECTED, MOST)
    original = await unit.entries.at(entry.incident, first)
    every = [original, *(e for e in made if number_of(e) == first)]
    return tuple(sorted({e.seq for e in every if e is not None and e.body is not None}))


def number_of(entry: Entry) -> int:
    """The number of the entry that a correction is about; of anything else its own."""
    body = entry.body if entry.kind == rules.CORRECTED else None
    return int(str(body["entry"])) if body else entry.seq


async def _meant(unit: Unit, incident: IncidentId, number: int) -> Entry | None:
    entry = await unit.entries.at(incident, number)
    return entry if entry is None else await unit.entries.at(incident, number_of(entry))
