"""The incidents as one reader may see them.

Whoever asks through the ports of ``seen_by`` finds only what they may know of, and of the rest the
same as of what there never was. So no surface can forget to ask.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from playbooks.domain.ids import ChannelId, IncidentId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.privacy import Reader, visible
from playbooks.ports import Incidents, Ports, Unit, Units


def seen_by(ports: Ports, reader: Reader) -> Ports:
    """The same ports, through which this reader finds only what they may know of."""
    return replace(ports, units=_veiled(ports.units, reader), reading=_veiled(ports.reading, reader))


def _veiled(units: Units, reader: Reader) -> Units:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Unit]:
        async with units() as unit:
            unit.incidents = Veiled(unit, reader)
            yield unit

    return opened


class Veiled:
    """``ports.Incidents`` as one reader may see them; what is written passes as it is."""

    def __init__(self, unit: Unit, reader: Reader) -> None:
        self._unit = unit
        self._all: Incidents = unit.incidents
        self._reader = reader
        self.next_number = self._all.next_number
        self.add = self._all.add
        self.save = self._all.save
        self.with_key = self._all.with_key  # whoever has the key has declared it

    async def find(self, key: IncidentId) -> Incident | None:
        return await self._unless_hidden(await self._all.find(key))

    async def lock(self, incident: IncidentId) -> Incident | None:
        return await self._unless_hidden(await self._all.lock(incident))

    async def in_room(self, room: ChannelId) -> Incident | None:
        return await self._unless_hidden(await self._all.in_room(room))

    async def children_of(self, parent: IncidentId) -> Sequence[Incident]:
        return await self._shown(await self._all.children_of(parent))

    async def live(self) -> Sequence[Incident]:
        return await self._shown(await self._all.live())

    async def recent(self, limit: int) -> Sequence[Incident]:
        """The newest of those that the reader may see, as many as were asked for if there are."""
        asked = limit
        while True:
            found = await self._all.recent(asked)
            shown = await self._shown(found)
            if len(shown) >= limit or len(found) < asked:
                return shown[:limit]
            asked *= 2

    async def involving(self, user: UserId, limit: int) -> Sequence[Incident]:
        return await self._shown(await self._all.involving(user, limit))

    async def frozen(self) -> Sequence[Incident]:
        return await self._shown(await self._all.frozen())

    async def ended_since(self, since: datetime) -> Sequence[Incident]:
        return await self._shown(await self._all.ended_since(since))

    async def _unless_hidden(self, incident: Incident | None) -> Incident | None:
        if incident is None or not incident.private:
            return incident
        return (
            incident if visible(incident, self._reader, await self._unit.insiders.of(incident.id)) else None
        )

    async def _shown(self, incidents: Sequence[Incident]) -> Sequence[Incident]:
        return [incident for incident in incidents if await self._unless_hidden(incident) is not None]
