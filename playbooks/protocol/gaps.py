"""Closing gaps in the log: which rooms to read, from where, and what was missed there.

Safe beside live events: both record by the same natural keys, so whichever comes second
changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from playbooks.domain.events import Event
from playbooks.domain.gaps import LOOK_BACK, ON_ITS_WAY, Known, Remembered, known_of, missed
from playbooks.domain.ids import ChannelId, IncidentId, Ts, instant
from playbooks.ports import Ports
from playbooks.protocol import review
from playbooks.protocol.recording import locked, record

STILL_TALKING = timedelta(days=1)
"""After the resolution people go on talking, and the review wants to know what they said."""
TOGETHER = 50
"""Facts in one transaction: few enough that nobody in the room waits behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A room to read: everything after ``since`` may hold something that was missed."""

    incident: IncidentId
    channel: ChannelId
    since: datetime
    known: Known
    private: bool = False
    """Whether its members are who may know of the incident."""


async def rooms(ports: Ports) -> Sequence[IncidentId]:
    """Incidents whose rooms people talk in, newest first."""
    async with ports.reading() as unit:
        live = await unit.incidents.live()
        over = await unit.incidents.ended_since(ports.clock.now() - STILL_TALKING)
    return tuple(dict.fromkeys(incident.id for incident in (*live, *over) if incident.room is not None))


async def reading(ports: Ports, *, incident: IncidentId) -> Reading | None:
    """What to read of this incident's room; None if it has none."""
    async with ports.reading() as unit:
        found = await unit.incidents.find(incident)
        if found is None or found.room is None:
            return None
        read_until = await unit.readings.until(found.room)
        since = (instant(read_until) if read_until else found.declared_at) - LOOK_BACK
        known = known_of(await unit.entries.since(incident, since), found.room)
    return Reading(incident=incident, channel=found.room, since=since, known=known, private=found.private)


async def recover(ports: Ports, *, reading: Reading, remembered: Sequence[Remembered]) -> int:
    """Write down what was missed, in the order in which it happened; how many facts that were.

    ``remembered`` is the whole room after ``reading.since``, threads included.
    """
    until = ports.clock.now() - ON_ITS_WAY
    settled = [one for one in remembered if instant(one.ts) <= until]
    facts = missed(
        settled,
        reading.known,
        incident=reading.incident,
        channel=reading.channel,
        marks=ports.handbook().playbook.log.marks,
    )
    recovered = 0
    for start in range(0, len(facts), TOGETHER):
        recovered += await _write_down(ports, reading.incident, facts[start : start + TOGETHER])
    if settled:
        await _read_until(ports, reading.channel, max(one.ts for one in settled))
    return recovered


async def _write_down(ports: Ports, incident: IncidentId, facts: Sequence[Event]) -> int:
    """Facts that nobody wrote down meanwhile; how many that were."""
    async with ports.units() as unit:
        found = await locked(unit, incident)
        fresh = [fact for fact in facts if await record(unit, ports, found, fact)]
        if fresh:
            await review.redraft(unit, ports, found)
        await unit.commit()
    return len(fresh)


async def _read_until(ports: Ports, channel: ChannelId, ts: Ts) -> None:
    """Remember how far this room was read."""
    async with ports.units() as unit:
        await unit.readings.reached(channel, ts)
        await unit.commit()
