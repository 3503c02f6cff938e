"""What somebody missed who comes back: read from the log since they were last heard of.

Only so much is read: the newest entries, backwards, until what they know already.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from playbooks.domain.entry import Entry
from playbooks.domain.errors import IncidentNotFound
from playbooks.domain.events import EntryCorrected, KeyEventMarked, MessageSaid
from playbooks.domain.ids import IncidentId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.label import Label
from playbooks.domain.milestones import DECIDED, TOLD
from playbooks.domain.spoken import Place
from playbooks.ports import Ports, Unit
from playbooks.protocol.correcting import as_they_stand, number_of
from playbooks.protocol.picture import Picture, draw
from playbooks.protocol.reading import all_as_they_read, backwards

READ = 2_000
"""So many entries are read at most, of however long an absence."""
SHOWN = 10
SAID = 3
DECISIONS = 5
NOTES = 100
"""Among so many of the newest key events decisions are looked for."""


class Since(Enum):
    """From where on somebody is told."""

    LEFT = "left"
    """From the last thing that they themselves said or did in the incident."""
    ASKED = "asked"
    """From the time for which they asked."""
    BEGAN = "began"
    """From the declaration: they have said and done nothing here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of the log: entries above ``after``, recorded at or after ``since``, below ``before``."""

    how: Since
    since: datetime
    after: int = 0
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """What happened in a stretch. Entries are oldest first."""

    stretch: Stretch
    told: tuple[Entry, ...]
    """The newest that are worth telling."""
    more: int
    """So many before them."""
    said: tuple[Entry, ...]
    """The newest messages of others that can still be read."""
    messages: int
    """How many others said, of those that were read."""
    unread: bool
    """Whether there is more than was read."""
    words: Mapping[Place, str]
    """Messages as they read now; empty words for those that were taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catchup:
    """Where it stands, what was decided, and what one person missed."""

    picture: Picture
    decided: tuple[Entry, ...]
    missed: Missed


async def catch_up(
    ports: Ports, *, incident: IncidentId, by: UserId, back: timedelta | None = None
) -> Catchup:
    """What ``by`` missed since they were last heard of, or in the time ``back``. Raises IncidentNotFound."""
    async with ports.reading() as unit:
        found = await _found(unit, incident)
        now = ports.clock.now()
        stretch = await _stretch(unit, found, by, since=None if back is None else now - back)
        return await _told(unit, ports, found, by, stretch)


async def earlier(ports: Ports, *, incident: IncidentId, by: UserId, after: int, before: int) -> Catchup:
    """The page before the one that was shown: entries between two numbers. Raises IncidentNotFound."""
    async with ports.reading() as unit:
        found = await _found(unit, incident)
        stretch = Stretch(how=Since.ASKED, since=found.declared_at, after=after, before=before)
        return await _told(unit, ports, found, by, stretch)


async def _found(unit: Unit, incident: IncidentId) -> Incident:
    found = await unit.incidents.find(incident)
    if found is None:
        raise IncidentNotFound(incident)
    return found


async def _stretch(unit: Unit, incident: Incident, by: UserId, *, since: datetime | None) -> Stretch:
    if since is not None:
        return Stretch(how=Since.ASKED, since=since)
    last = await unit.entries.last_of(incident.id, by)
    if last is None:
        return Stretch(how=Since.BEGAN, since=incident.declared_at)
    return Stretch(how=Since.LEFT, since=last.recorded_at, after=last.seq)


async def _told(unit: Unit, ports: Ports, incident: Incident, by: UserId, stretch: Stretch) -> Catchup:
    missed = await _missed(unit, incident.id, by, stretch)
    return Catchup(
        picture=await draw(unit, ports.handbook(), incident, at=ports.clock.now()),
        decided=await _decided(unit, incident.id),
        missed=missed,
    )


async def _decided(unit: Unit, incident: IncidentId) -> tuple[Entry, ...]:
    """The newest decisions: of those who lead, and those that somebody wrote down as such."""
    made = await unit.entries.newest_of(incident, DECIDED, DECISIONS)
    noted = await unit.entries.newest(incident, KeyEventMarked.__name__, NOTES)
    noted = await as_they_stand(unit, incident, noted)
    decisions = [e for e in noted if e.body and e.body.get("label") == Label.DECISION]
    return tuple(sorted([*made, *decisions], key=lambda e: e.seq)[-DECISIONS:])


async def _missed(unit: Unit, incident: IncidentId, by: UserId, stretch: Stretch) -> Missed:
    read = backwards(unit, incident, before=stretch.before, most=READ + 1)
    async with aclosing(read) as newest_first:
        entries = await _within(newest_first, stretch)
    unread, entries = len(entries) > READ, entries[:READ]
    told = [e for e in entries if e.kind in TOLD]
    others = [e for e in entries if _is_said(e) and e.actor != by]
    told = [e for e in told if e.kind != EntryCorrected.__name__ or number_of(e) <= stretch.after]
    shown = await as_they_stand(unit, incident, told[:SHOWN])
    words = await all_as_they_read(unit, incident, [*shown, *others[: 2 * SAID]])
    standing = [e for e in others[: 2 * SAID] if words.get(_place(e))]
    return Missed(
        stretch=stretch,
        told=tuple(reversed(shown)),
        more=len(told) - len(shown),
        said=tuple(reversed(standing[:SAID])),
        messages=len(others),
        unread=unread,
        words=words,
    )


async def _within(newest_first: AsyncIterator[Entry], stretch: Stretch) -> Sequence[Entry]:
    entries: list[Entry] = []
    async for entry in newest_first:
        if entry.seq <= stretch.after or entry.recorded_at < stretch.since:
            break
        entries.append(entry)
    return entries


def _is_said(entry: Entry) -> bool:
    """Whether somebody said it whose words are still there; what bots say is in the entries themselves."""
    return entry.kind == MessageSaid.__name__ and entry.body is not None and not entry.body.get("app")


def _place(entry: Entry) -> Place:
    body = entry.body or {}
    return str(body.get("channel")), str(body.get("ts"))
